// Lets one coroutine of a loop through at a time, the others in the order in which they came: for work that is done in
// steps and takes memory while it lasts.
//   const runtime::Turnstile::Pass pass = co_await turnstile.enter();
// Owns:   who waits.
// Thread: one loop. A Pass lives in the frame of the coroutine that entered.
// Fails:  never.
#pragma once

#include "notifyd/core/unique_function.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <utility>

namespace notifyd::runtime {

class Turnstile {
  public:
    // Lets the next one through when it is destroyed.
    class Pass {
      public:
        explicit Pass(Turnstile& turnstile) : turnstile_(&turnstile) {}
        Pass(Pass&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (turnstile_ != nullptr) turnstile_->leave();
        }

      private:
        Turnstile* turnstile_;
    };

    explicit Turnstile(Executor executor) : executor_(executor) {}
    Turnstile(const Turnstile&) = delete;
    Turnstile& operator=(const Turnstile&) = delete;

    boost::asio::awaitable<Pass, Executor> enter() {
        using Token = boost::asio::use_awaitable_t<Executor>;
        if (std::exchange(taken_, true)) {
            // Named: GCC 12 destroys lambdas inside a co_await expression twice.
            auto start = [this](auto handler) {
                auto resume = [executor = executor_, handler = std::move(handler)]() mutable {
                    boost::asio::post(executor, std::move(handler));
                };
                waiting_.emplace_back(std::move(resume));
            };
            constexpr Token token{};
            co_await boost::asio::async_initiate<const Token, void()>(start, token);
        }
        co_return Pass(*this);
    }

  private:
    void leave() {
        if (waiting_.empty()) {
            taken_ = false;
            return;
        }
        // It stays taken: by the one who comes next.
        UniqueFunction<void()> next = std::move(waiting_.front());
        waiting_.pop_front();
        next();
    }

    Executor executor_;
    std::deque<UniqueFunction<void()>> waiting_;
    bool taken_ = false;
};

}  // namespace notifyd::runtime
