// The one way a coroutine is started: what it throws reaches the loop's exception sink, never the void.
// Owns:   nothing; each coroutine owns its frame and ends by itself, or with its loop.
// Thread: one loop.
// Fails:  never; a coroutine that throws ends alone.
#pragma once

#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace notifyd::runtime {

class TaskGroup {
  public:
    explicit TaskGroup(EventLoop& loop) : loop_(loop) {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    void spawn(boost::asio::awaitable<void, Executor> task) {
        boost::asio::co_spawn(loop_.executor(), std::move(task), [](const std::exception_ptr& failure) {
            // Into the handler, where the loop reports it.
            if (failure) std::rethrow_exception(failure);
        });
    }

  private:
    EventLoop& loop_;
};

}  // namespace notifyd::runtime
