// A connection that publishes and keeps its window of publishes in flight.
// Owns: its client. Thread: one. Fails: throws ConnectionError when the connection is lost.
#pragma once

#include "field_finder.hpp"
#include "http_client.hpp"
#include "message_template.hpp"
#include "options.hpp"
#include "stream.hpp"
#include "time.hpp"
#include "websocket_client.hpp"
#include "works/answers.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::bench {

class Publisher {
  public:
    virtual ~Publisher() = default;

    virtual int descriptor() const = 0;
    // Publishes as much as the window has room for; returns how many.
    virtual std::size_t publish(Nanoseconds now) = 0;
    virtual void flush() = 0;
    virtual void receive(Scratch& scratch, Nanoseconds now, Answers& answers) = 0;
    virtual std::size_t in_flight() const = 0;
    // Says goodbye where the protocol has a word for it.
    virtual void close() noexcept = 0;
};

// sendMessage: answers name their request, and may come in any order.
class WebSocketPublisher final : public Publisher {
  public:
    explicit WebSocketPublisher(const Options& options);

    int descriptor() const override { return client_.descriptor(); }
    std::size_t publish(Nanoseconds now) override;
    void flush() override { client_.flush(); }
    void receive(Scratch& scratch, Nanoseconds now, Answers& answers) override;
    std::size_t in_flight() const override { return requests_.size() - free_.size(); }
    void close() noexcept override { client_.close(); }

  private:
    struct Request {
        Nanoseconds sent_at = 0;
        std::uint64_t ordinal = 0;  // 0: not in flight
    };

    void take_answer(std::string_view text, Nanoseconds now, Answers& answers);
    // Fifo frames of one connection keep the order in which it sent them.
    bool keeps_order(std::uint64_t ordinal, std::uint64_t sequence);

    WebSocketClient client_;
    MessageTemplate template_;
    FieldFinder request_{std::string(MessageTemplate::request_needle)};
    std::vector<Request> requests_;
    std::vector<std::uint32_t> free_;
    std::uint64_t sent_ = 0;
    std::uint64_t latest_ordinal_ = 0;
    std::uint64_t latest_sequence_ = 0;
};

// POST /publish on a keep-alive connection, one at a time.
class HttpPublisher final : public Publisher {
  public:
    explicit HttpPublisher(const Options& options);

    int descriptor() const override { return client_.descriptor(); }
    std::size_t publish(Nanoseconds now) override;
    void flush() override { client_.flush(); }
    void receive(Scratch& scratch, Nanoseconds now, Answers& answers) override;
    std::size_t in_flight() const override { return waiting_ ? 1 : 0; }
    void close() noexcept override {}

  private:
    void take_response(const HttpResponse& response, Nanoseconds now, Answers& answers);

    HttpClient client_;
    MessageTemplate template_;
    bool waiting_ = false;
    Nanoseconds sent_at_ = 0;
    std::uint32_t sent_ = 0;
};

}  // namespace notifyd::bench
