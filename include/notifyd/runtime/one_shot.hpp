// A value that a service delivers once, through its `done` callback, to a waiting coroutine.
//   OneShot<Result<Receipt>> answer(loop.executor());
//   publisher.publish(…, [&answer](Result<Receipt> receipt) { answer.set(std::move(receipt)); });
//   const Result<Receipt> receipt = co_await answer.wait();
// Thread: one loop. It lives in the frame of the waiting coroutine, which must not be left before set() is called.
#pragma once

#include "notifyd/core/unique_function.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace notifyd::runtime {

template <class T>
class OneShot {
  public:
    explicit OneShot(Executor executor) : executor_(executor) {}
    OneShot(const OneShot&) = delete;
    OneShot& operator=(const OneShot&) = delete;

    void set(T value) {
        value_.emplace(std::move(value));
        if (resume_) std::exchange(resume_, {})();
    }

    boost::asio::awaitable<T, Executor> wait() {
        using Token = boost::asio::use_awaitable_t<Executor>;
        if (!value_) {
            // Named, because GCC 12 destroys lambdas inside a co_await expression twice. Resumed through the loop, so
            // that the coroutine does not run inside the caller's set().
            auto start = [this](auto handler) {
                auto resume = [executor = executor_, handler = std::move(handler)]() mutable {
                    boost::asio::post(executor, std::move(handler));
                };
                resume_ = std::move(resume);
            };
            constexpr Token token{};
            co_await boost::asio::async_initiate<const Token, void()>(start, token);
        }
        co_return std::move(*value_);
    }

  private:
    Executor executor_;
    std::optional<T> value_;
    UniqueFunction<void()> resume_;
};

}  // namespace notifyd::runtime
