// A loop's turn: handlers, hooks, sleep.
#include "notifyd/runtime/event_loop.hpp"

#include "notifyd/core/clock.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/this_thread.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <string>

namespace notifyd::runtime {

EventLoop::EventLoop(std::size_t index, std::size_t mailbox_tasks_max, std::chrono::milliseconds turn_time_max)
    : index_(index),
      turn_time_max_(turn_time_max),
      mailbox_(mailbox_tasks_max, [this] { boost::asio::post(context_, [this] { drain_mailbox(); }); }) {}

template <class Step>
void EventLoop::guarded(Step step) {
    try {
        step();
    } catch (const std::exception& error) {
        if (exception_sink_) exception_sink_(error.what());
    } catch (...) {
        if (exception_sink_) exception_sink_("unknown exception");
    }
}

void EventLoop::drain_mailbox() {
    mailbox_.take_all(drained_);
    for (Task& task : drained_) {
        guarded([&task] { task(); });
    }
    drained_.clear();
}

void EventLoop::run_turn() {
    // Sleep only if the last turn left nothing over. A handler that throws ends the turn early; the rest stays ready.
    bool more_ready = false;
    guarded([&] {
        if (work_left_) {
            context_.poll_one();
        } else {
            context_.run_one();
        }
        // The time counts from the first handler, when the sleep is over.
        const SteadyTime end = SystemClock().steady_now() + turn_time_max_;
        std::size_t handlers = 1;
        while (handlers < limits::handlers_per_turn && context_.poll_one() != 0) {
            if (++handlers % limits::handlers_per_part == 0) {
                for (TurnHook* hook : hooks_) hook->turn_continues();
            }
            if (handlers % limits::handlers_per_look == 0 && SystemClock().steady_now() >= end) {
                // Handlers are still ready, so the loop must not sleep.
                more_ready = true;
                break;
            }
        }
        more_ready = more_ready || handlers == limits::handlers_per_turn;
    });
    work_left_ = more_ready;
    for (TurnHook* hook : hooks_) {
        guarded([&] { work_left_ = hook->turn_ended() || work_left_; });
    }
    for (TurnHook* hook : hooks_) {
        guarded([hook] { hook->after_turn(); });
    }
}

void EventLoop::run() {
    this_thread::set_name(("loop " + std::to_string(index_)).c_str());
    while (!context_.stopped()) run_turn();
}

void EventLoop::stop() {
    mailbox_.close();
    context_.stop();
}

}  // namespace notifyd::runtime
