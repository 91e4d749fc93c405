#include "workloads/publish.hpp"

#include "patience.hpp"
#include "poller.hpp"
#include "setup.hpp"
#include "workloads/answers.hpp"
#include "workloads/jetstream_publisher.hpp"
#include "workloads/notifyd_publishers.hpp"
#include "workloads/publisher.hpp"
#include "workloads/redis_publisher.hpp"

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace notifyd::bench {
namespace {

constexpr int wait_ms_max = 20;

std::unique_ptr<Publisher> make_publisher(Setup& setup, std::vector<MessageTemplate>& messages, std::size_t index) {
    if (setup.options.protocol == Protocol::redis) {
        return std::make_unique<RedisPublisher>(setup, messages, index);
    }
    if (setup.options.protocol == Protocol::jetstream) {
        return std::make_unique<JetStreamPublisher>(setup, index);
    }
    if (setup.options.transport == Transport::http) {
        return std::make_unique<HttpPublisher>(setup, messages, index);
    }
    return std::make_unique<WebSocketPublisher>(setup, messages, index);
}

MessageTemplate make_message(const Options& options, const std::string& chat) {
    if (options.protocol == Protocol::redis) {
        return RedisPublisher::message(options, chat);
    }
    return options.transport == Transport::http ? MessageTemplate::http_request(options, chat)
                                                : MessageTemplate::send_message(options, chat);
}

std::vector<MessageTemplate> make_messages(const Options& options) {
    std::vector<MessageTemplate> messages;
    for (const std::string& chat : options.chat_names()) {
        messages.push_back(make_message(options, chat));
    }
    return messages;
}

class Publishing {
  public:
    explicit Publishing(const Options& options)
        : options_(options),
          setup_(options),
          messages_(make_messages(options)),
          answers_(options),
          patience_(monotonic_now()) {}

    Report run();

  private:
    void run_rounds();
    void drain();
    // Reads what has arrived; `ready_` then contains the publishers that received something.
    void turn();
    void receive(const epoll_event& event);
    void publish();
    std::size_t in_flight() const;

    const Options& options_;
    Setup setup_;
    Poller poller_;
    std::vector<MessageTemplate> messages_;  // by chat
    std::vector<std::unique_ptr<Publisher>> publishers_;
    std::vector<std::size_t> ready_;
    std::size_t left_ = std::numeric_limits<std::size_t>::max();  // publishes still to be sent
    Answers answers_;
    Patience patience_;
};

Report Publishing::run() {
    try {
        for (std::size_t index = 0; index < options_.connections; ++index) {
            publishers_.push_back(make_publisher(setup_, messages_, index));
            poller_.watch(publishers_.back()->descriptor(), index);
        }
        run_rounds();
        drain();
        answers_.count_gaps();
    } catch (const SilenceError& error) {
        // Every publish is answered exactly once, with success or an error.
        answers_.checks().count_error(error.what());
        answers_.checks().gaps += in_flight();
    } catch (const ConnectionError& error) {
        answers_.checks().count_error(error.what());
    }
    for (const auto& publisher : publishers_) {
        publisher->close();
    }
    return answers_.report();
}

void Publishing::run_rounds() {
    const Nanoseconds begin = monotonic_now();
    patience_.note_progress(begin);
    if (options_.publishes == 0) {
        answers_.rounds().begin(begin);
    } else {
        answers_.rounds().begin_open_ended(begin);
        left_ = options_.publishes;
    }
    for (std::size_t index = 0; index < publishers_.size(); ++index) {
        ready_.push_back(index);
    }
    while (!answers_.rounds().finished()) {
        publish();
        turn();
        if (left_ == 0 && in_flight() == 0) {
            answers_.rounds().end(monotonic_now());
        }
    }
}

void Publishing::drain() {
    while (in_flight() > 0) {
        turn();
        for (const std::size_t index : ready_) {
            publishers_[index]->flush();
        }
    }
}

void Publishing::turn() {
    ready_.clear();
    for (const epoll_event& event : poller_.wait(wait_ms_max)) {
        receive(event);
    }
    const Nanoseconds now = monotonic_now();
    answers_.rounds().tick(now);
    if (!ready_.empty()) {
        patience_.note_progress(now);
    } else if (patience_.is_exhausted(now)) {
        throw SilenceError("answers are missing, and nothing comes any more");
    }
}

void Publishing::receive(const epoll_event& event) {
    const auto index = static_cast<std::size_t>(event.data.u64);
    ready_.push_back(index);
    const Nanoseconds now = monotonic_now();
    publishers_[index]->receive(setup_.scratch, now, answers_);
    if (Poller::is_ending(event)) {
        // The edge is reported only once, so read to the end of the stream now.
        publishers_[index]->receive(setup_.scratch, now, answers_);
    }
}

void Publishing::publish() {
    const Nanoseconds now = monotonic_now();
    for (const std::size_t index : ready_) {
        const std::size_t count = publishers_[index]->publish(left_, now);
        left_ -= count;
        answers_.checks().published += count;
        publishers_[index]->flush();
    }
}

std::size_t Publishing::in_flight() const {
    std::size_t count = 0;
    for (const auto& publisher : publishers_) {
        count += publisher->in_flight();
    }
    return count;
}

}  // namespace

Report run_publish(const Options& options) {
    return Publishing(options).run();
}

}  // namespace notifyd::bench
