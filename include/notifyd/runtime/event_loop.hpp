// One thread that owns an io_context and everything that runs on it, in turns.
// A turn runs every handler that is ready (up to a bound), then the turn hooks (submit gathered requests, flush the
// connections with new output), and only then sleeps. Batching a whole turn's frames into one write per connection is
// what makes fan-out fast.
// Thread: post, post_waiting, post_control and stop from any thread; everything else on the loop's own thread or before
// run().
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/runtime/mailbox.hpp"
#include "notifyd/runtime/task.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace notifyd::runtime {

using Executor = boost::asio::io_context::executor_type;

// Something that acts once at the end of every turn, such as flushing a loop's connections.
class TurnHook {
  public:
    virtual ~TurnHook() = default;
    // Returns true if work is left over, so that the loop must not sleep.
    [[nodiscard]] virtual bool turn_ended() = 0;
    // Called between the handlers of a long turn, after every limits::handlers_per_part of them.
    virtual void turn_continues() {}
    // Called after turn_ended() of all hooks, for work that depends on the others being done.
    virtual void after_turn() {}
};

class EventLoop {
  public:
    // `turn_time_max` is a parameter for tests, which must not depend on how busy the machine is.
    EventLoop(std::size_t index,
              std::size_t mailbox_tasks_max,
              std::chrono::milliseconds turn_time_max = limits::turn_time_max);

    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    [[nodiscard]] std::size_t index() const { return index_; }
    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] Executor executor() { return context_.get_executor(); }

    // Runs `task` on the loop in one of its next turns, in the order of the calls. False: the mailbox is full and the
    // task was not taken.
    [[nodiscard]] bool post(Task task) { return mailbox_.post(std::move(task)); }
    // Like post, but waits for room. Only for threads that no loop ever waits for (the storage and reader threads).
    // False: the loop has stopped.
    bool post_waiting(Task task) { return mailbox_.post_waiting(std::move(task)); }
    // Like post, but never full: for requests and operator actions, whose number is bounded elsewhere. False: the loop
    // has stopped.
    [[nodiscard]] bool post_control(Task task) { return mailbox_.post_control(std::move(task)); }

    // Hooks run in the order of their registration and must outlive run().
    void add_turn_hook(TurnHook& hook) { hooks_.push_back(&hook); }

    // Receives what a handler or task threw. An exception never ends the loop.
    using ExceptionSink = std::function<void(const char* what)>;
    void on_exception(ExceptionSink sink) { exception_sink_ = std::move(sink); }

    // Runs until stop(). An exception from a handler is reported, and the loop continues.
    void run();
    // The loop ends after its current turn.
    void stop();

  private:
    void run_turn();
    void drain_mailbox();
    template <class Step>
    void guarded(Step step);

    std::size_t index_;
    std::chrono::milliseconds turn_time_max_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
    Mailbox mailbox_;
    std::vector<Task> drained_;
    std::vector<TurnHook*> hooks_;
    ExceptionSink exception_sink_;
    bool work_left_ = false;
};

}  // namespace notifyd::runtime
