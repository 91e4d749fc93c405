#include "works/publish.hpp"

#include "patience.hpp"
#include "stream.hpp"
#include "works/answers.hpp"
#include "works/publisher.hpp"

#include <memory>
#include <vector>

namespace notifyd::bench {
namespace {

constexpr int wait_ms_max = 20;

std::unique_ptr<Publisher> make_publisher(const Options& options) {
    switch (options.transport) {
        case Transport::websocket:
            return std::make_unique<WebSocketPublisher>(options);
        case Transport::http:
            return std::make_unique<HttpPublisher>(options);
    }
    return nullptr;
}

class Publishing {
  public:
    explicit Publishing(const Options& options) : options_(options), answers_(options), patience_(monotonic_now()) {}

    Report run();

  private:
    void run_rounds();
    void drain();
    // Reads what has come; `ready_` tells who had something.
    void turn();
    void receive(const epoll_event& event);
    void publish();
    std::size_t in_flight() const;

    const Options& options_;
    Poller poller_;
    Scratch scratch_;
    std::vector<std::unique_ptr<Publisher>> publishers_;
    std::vector<std::size_t> ready_;
    Answers answers_;
    Patience patience_;
};

Report Publishing::run() {
    try {
        for (std::size_t index = 0; index < options_.connections; ++index) {
            publishers_.push_back(make_publisher(options_));
            poller_.watch(publishers_.back()->descriptor(), index);
        }
        run_rounds();
        drain();
        answers_.count_gaps();
    } catch (const SilenceError& error) {
        // Every publish gets exactly one answer or refusal.
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
    answers_.rounds().begin(begin);
    for (std::size_t index = 0; index < publishers_.size(); ++index) {
        ready_.push_back(index);
    }
    while (!answers_.rounds().finished()) {
        publish();
        turn();
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
    constexpr std::uint32_t ending = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    const auto index = static_cast<std::size_t>(event.data.u64);
    ready_.push_back(index);
    const Nanoseconds now = monotonic_now();
    publishers_[index]->receive(scratch_, now, answers_);
    if ((event.events & ending) != 0) {
        // The edge is told once: read on, to the end of the stream.
        publishers_[index]->receive(scratch_, now, answers_);
    }
}

void Publishing::publish() {
    const Nanoseconds now = monotonic_now();
    for (const std::size_t index : ready_) {
        answers_.checks().published += publishers_[index]->publish(now);
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
