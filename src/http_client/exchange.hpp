// One GET over one connection: TLS if the URL requires it, one request, one bounded response.
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
    boost::asio::ssl::context* tls;  // null: no TLS
    runtime::Executor executor;
    SteadyTime deadline;
    std::size_t body_bytes_max;
};

[[nodiscard]] Awaitable<Result<std::string>> get_from(const Exchange& exchange,
                                                      const Target& target,
                                                      const std::vector<boost::asio::ip::tcp::endpoint>& addresses);

}  // namespace notifyd::http_client
