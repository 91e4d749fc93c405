// One GET over one connection: TLS where the URL says so, one request, one bounded answer.
// Owns: the connection. Thread: one loop. Fails: unavailable, with a sentence for the log.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/http_client/http_client.hpp"

#include "target.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <vector>

namespace notifyd::http_client {

struct Exchange {
    const Clock& clock;
    boost::asio::ssl::context* tls;  // null: plain
    runtime::Executor executor;
    SteadyTime deadline;
    std::size_t body_bytes_max;
};

[[nodiscard]] Awaitable<Result<std::string>> get_from(const Exchange& exchange,
                                                      const Target& target,
                                                      const std::vector<boost::asio::ip::tcp::endpoint>& addresses);

}  // namespace notifyd::http_client
