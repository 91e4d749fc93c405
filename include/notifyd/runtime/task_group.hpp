// The coroutines of one owner: started here, counted, waited for when the owner stops.
// Owns:   the count; each coroutine owns its frame.
// Thread: one loop.
// Fails:  what a coroutine throws goes to the loop's exception sink; the group goes on.
#pragma once

#include "notifyd/core/unique_function.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace notifyd::runtime {

class TaskGroup {
  public:
    explicit TaskGroup(EventLoop& loop) : loop_(loop) {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    void spawn(boost::asio::awaitable<void, Executor> task) {
        ++running_;
        boost::asio::co_spawn(loop_.executor(), std::move(task), [this](std::exception_ptr failure) {
            --running_;
            // Rethrown into the handler, where the loop reports it.
            if (failure) std::rethrow_exception(failure);
        });
    }
    [[nodiscard]] std::size_t running() const { return running_; }

  private:
    EventLoop& loop_;
    std::size_t running_ = 0;
};

}  // namespace notifyd::runtime
