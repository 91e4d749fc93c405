// Resolves names within a deadline. The system's resolver cannot be interrupted, so it is not waited for.
// Fails with an error of the resolver, or timed_out.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <string>
#include <vector>

namespace notifyd::http_client {

struct Resolved {
    boost::system::error_code error;
    // In the order in which to try them; at most addresses_max.
    std::vector<boost::asio::ip::tcp::endpoint> addresses;
};

inline constexpr std::size_t addresses_max = 8;

// `under_way` counts the look-ups that the system has not completed, including abandoned ones.
[[nodiscard]] boost::asio::awaitable<Resolved, runtime::Executor> resolve(runtime::EventLoop& loop,
                                                                          std::atomic<int>& under_way,
                                                                          const std::string& name,
                                                                          const std::string& port,
                                                                          SteadyTime deadline);

}  // namespace notifyd::http_client
