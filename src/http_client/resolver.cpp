// The resolver races a timer; the result of the slower one is ignored.
#include "resolver.hpp"

#include "notifyd/core/unique_function.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace notifyd::http_client {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Resolver = asio::ip::basic_resolver<tcp, runtime::Executor>;
using Timer = asio::
    basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, runtime::Executor>;

// Owned by the two handlers, so that it is destroyed with the loop if neither ever runs.
struct Race {
    explicit Race(runtime::Executor used) : executor(used), resolver(used), timer(used) {}

    void finish(Resolved resolved) {
        if (!done) return;
        timer.cancel();
        resolver.cancel();
        auto answer = [done = std::exchange(done, {}), resolved = std::move(resolved)]() mutable {
            done(std::move(resolved));
        };
        asio::post(executor, std::move(answer));
    }

    runtime::Executor executor;
    Resolver resolver;
    Timer timer;
    UniqueFunction<void(Resolved)> done;
};

}  // namespace

asio::awaitable<Resolved, runtime::Executor> resolve(runtime::EventLoop& loop,
                                                     std::atomic<int>& under_way,
                                                     const std::string& name,
                                                     const std::string& port,
                                                     SteadyTime deadline) {
    using Token = asio::use_awaitable_t<runtime::Executor>;
    constexpr Token token{};
    auto start = [&loop, &under_way, &name, &port, deadline](auto handler) {
        const auto race = std::make_shared<Race>(loop.executor());
        race->done = std::move(handler);
        race->timer.expires_at(deadline);
        race->timer.async_wait([race](error_code error) {
            if (!error) race->finish({asio::error::timed_out, {}});
        });
        ++under_way;
        const auto answered = [race, &under_way](error_code error, const Resolver::results_type& results) {
            --under_way;
            Resolved resolved{error, {}};
            for (const auto& entry : results) {
                if (resolved.addresses.size() < addresses_max) resolved.addresses.push_back(entry.endpoint());
            }
            race->finish(std::move(resolved));
        };
        race->resolver.async_resolve(name, port, answered);
    };
    Resolved resolved = co_await asio::async_initiate<const Token, void(Resolved)>(start, token);
    co_return resolved;
}

}  // namespace notifyd::http_client
