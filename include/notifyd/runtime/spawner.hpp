// Starts coroutines on a loop; what they throw reaches the loop's exception sink instead of being lost.
// Each coroutine owns its frame, and ends by itself or with its loop.
// Thread: one loop.
#pragma once

#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace notifyd::runtime {

class Spawner {
  public:
    explicit Spawner(EventLoop& loop) : loop_(loop) {}
    Spawner(const Spawner&) = delete;
    Spawner& operator=(const Spawner&) = delete;

    void spawn(boost::asio::awaitable<void, Executor> task) {
        boost::asio::co_spawn(loop_.executor(), std::move(task), [](const std::exception_ptr& failure) {
            // Rethrow in the handler, where the loop reports it.
            if (failure) std::rethrow_exception(failure);
        });
    }

  private:
    EventLoop& loop_;
};

}  // namespace notifyd::runtime
