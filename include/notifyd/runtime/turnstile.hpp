// Lets one coroutine of a loop through at a time, in order of arrival: for work that is done in steps and takes memory
// while it lasts.
//   const runtime::Turnstile::Pass pass = co_await turnstile.enter();
// Thread: one loop. A Pass lives in the frame of the coroutine that entered. It shares the gate with the turnstile,
// because that frame may be destroyed later, with the loop's context.
#pragma once

#include "notifyd/core/unique_function.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <memory>
#include <utility>

namespace notifyd::runtime {

class Turnstile {
    struct Gate {
        std::deque<UniqueFunction<void()>> waiting;
        bool taken = false;
        bool closed = false;

        void leave() {
            if (closed) return;
            if (waiting.empty()) {
                taken = false;
                return;
            }
            // Stays taken, on behalf of the next coroutine.
            UniqueFunction<void()> next = std::move(waiting.front());
            waiting.pop_front();
            next();
        }
        void close() {
            closed = true;
            waiting.clear();
        }
    };

  public:
    // Lets the next coroutine through when it is destroyed.
    class Pass {
      public:
        Pass(Pass&&) noexcept = default;
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }

      private:
        friend class Turnstile;
        explicit Pass(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}

        std::shared_ptr<Gate> gate_;
    };

    explicit Turnstile(Executor executor) : executor_(executor) {}
    ~Turnstile() { gate_->close(); }
    Turnstile(const Turnstile&) = delete;
    Turnstile& operator=(const Turnstile&) = delete;

    boost::asio::awaitable<Pass, Executor> enter() {
        using Token = boost::asio::use_awaitable_t<Executor>;
        if (std::exchange(gate_->taken, true)) {
            // Named: GCC 12 destroys lambdas inside a co_await expression twice.
            auto start = [this](auto handler) {
                auto resume = [executor = executor_, handler = std::move(handler)]() mutable {
                    boost::asio::post(executor, std::move(handler));
                };
                gate_->waiting.emplace_back(std::move(resume));
            };
            constexpr Token token{};
            co_await boost::asio::async_initiate<const Token, void()>(start, token);
        }
        co_return Pass(gate_);
    }

  private:
    Executor executor_;
    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

}  // namespace notifyd::runtime
