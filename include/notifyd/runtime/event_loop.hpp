// One thread that owns an io_context and everything that runs on it, in turns.
// A turn: run every handler that is ready (up to a bound), then the turn hooks (submit what was gathered, flush the
// connections that got something), and only then sleep. Gathering a whole turn's frames into one write per connection
// is what makes fan-out fast.
// Owns:   the io_context and the mailbox.
// Thread: post and post_waiting from any; all else on the loop's own, or before run().
// Fails:  post gives false when the mailbox is full.
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

// Something that acts once at the end of every turn, such as the flush of a loop's connections.
class TurnHook {
  public:
    virtual ~TurnHook() = default;
    // True when work is left over, so that the loop must not sleep.
    [[nodiscard]] virtual bool turn_ended() = 0;
    // Called between the handlers of a long turn, every limits::handlers_per_part of them.
    virtual void turn_continues() {}
    // After turn_ended() of all hooks: for what can wait until the others are done.
    virtual void after_turn() {}
};

class EventLoop {
  public:
    // `turn_time_max`: for tests, which must not depend on how busy the machine is.
    EventLoop(std::size_t index,
              std::size_t mailbox_tasks_max,
              std::chrono::milliseconds turn_time_max = limits::turn_time_max);

    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    [[nodiscard]] std::size_t index() const { return index_; }
    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] Executor executor() { return context_.get_executor(); }

    // Runs `task` on the loop in one of its next turns, in the order of the calls. False: full, not taken.
    [[nodiscard]] bool post(Task task) { return mailbox_.post(std::move(task)); }
    // The same, but waits for room. Only for threads that no loop ever waits for (the storage and reader threads).
    // False: the loop has stopped.
    bool post_waiting(Task task) { return mailbox_.post_waiting(std::move(task)); }
    // The same, never full: for what a request or the operator starts, whose number is bounded elsewhere.
    // False: the loop has stopped.
    [[nodiscard]] bool post_control(Task task) { return mailbox_.post_control(std::move(task)); }

    // Hooks run in the order of their registration. They outlive run().
    void add_turn_hook(TurnHook& hook) { hooks_.push_back(&hook); }

    // What a handler or task threw. An exception never ends the loop.
    using ExceptionSink = std::function<void(const char* what)>;
    void on_exception(ExceptionSink sink) { exception_sink_ = std::move(sink); }

    // Runs until stop(). A handler that throws is reported, and the loop goes on.
    void run();
    // From any thread: the loop ends after its present turn.
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
