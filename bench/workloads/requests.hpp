// The publishes of one connection that await an answer. Each has a small number, which the answer contains.
#pragma once

#include "time.hpp"
#include "workloads/publisher.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::bench {

struct Request {
    Nanoseconds sent_at = 0;
    std::uint64_t ordinal = 0;  // from 1; 0: not in flight
    std::size_t chat = 0;
};

class Requests {
  public:
    explicit Requests(std::size_t window) : requests_(window) {
        for (std::size_t number = window; number > 0; --number) {
            free_.push_back(static_cast<std::uint32_t>(number - 1));
        }
    }

    std::size_t room() const { return free_.size(); }
    std::size_t in_flight() const { return requests_.size() - free_.size(); }
    // The number of requests started so far, which is the ordinal of the latest one.
    std::uint64_t started() const { return started_; }

    std::uint32_t start(std::size_t chat, Nanoseconds now) {
        const std::uint32_t number = free_.back();
        free_.pop_back();
        requests_[number] = {.sent_at = now, .ordinal = ++started_, .chat = chat};
        return number;
    }

    bool exists(std::uint32_t number) const { return number < requests_.size(); }
    // Ends the request. The returned request has ordinal 0 if it was not in flight.
    Request take(std::uint32_t number) {
        const Request request = requests_[number];
        if (request.ordinal != 0) {
            requests_[number].ordinal = 0;
            free_.push_back(number);
        }
        return request;
    }

  private:
    std::vector<Request> requests_;
    std::vector<std::uint32_t> free_;
    std::uint64_t started_ = 0;
};

// Sends a publish for each free place in the window, but at most `count_max`; returns how many.
template <class Client>
std::size_t fill_window(
    Requests& requests, ChatTurns& messages, Client& client, std::size_t count_max, Nanoseconds now) {
    const std::size_t count = std::min(count_max, requests.room());
    for (std::size_t sent = 0; sent < count; ++sent) {
        const std::uint32_t number = requests.start(messages.chat(), now);
        client.send(messages.message().fill(static_cast<std::uint32_t>(requests.started()), number));
        messages.next();
    }
    return count;
}

}  // namespace notifyd::bench
