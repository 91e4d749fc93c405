// Calls a function on a loop again and again, with a pause in between, until the loop stops.
// Thread: created before the loop runs or on it; destroyed after it has stopped.
// Fails:  what the function throws reaches the loop's exception sink, and the next call still happens.
#pragma once

#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace notifyd::runtime {

class Ticker {
  public:
    Ticker(EventLoop& loop, std::chrono::milliseconds pause, std::function<void()> tick)
        : timer_(loop.executor()), pause_(pause), tick_(std::move(tick)) {
        wait();
    }
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;

  private:
    using Timer = boost::asio::
        basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

    void wait() {
        timer_.expires_after(pause_);
        timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            wait();
            tick_();
        });
    }

    Timer timer_;
    const std::chrono::milliseconds pause_;
    const std::function<void()> tick_;
};

}  // namespace notifyd::runtime
