// Extracts tokens from headers.
#include "http/bearer.hpp"

#include "http/field_lines.hpp"

#include <boost/beast/core/string.hpp>

namespace notifyd::gateway {

namespace {

constexpr std::string_view scheme = "Bearer ";
constexpr std::string_view token_prefix = "bearer.";

}  // namespace

std::string_view bearer_token(std::string_view authorization) {
    if (!boost::beast::iequals(authorization.substr(0, scheme.size()), scheme)) return {};
    return trimmed(authorization.substr(scheme.size()));
}

Error wrong_scheme() {
    return {Errc::unauthorized, "The Authorization header must be \"Bearer <token>\""};
}

Subprotocols read_subprotocols(std::string_view header) {
    Subprotocols found;
    while (!header.empty()) {
        const std::size_t comma = header.find(',');
        const std::string_view item = trimmed(header.substr(0, comma));
        if (item == "notifyd.v1") found.notifyd_v1 = true;
        if (item.starts_with(token_prefix)) found.token = item.substr(token_prefix.size());
        header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    }
    return found;
}

}  // namespace notifyd::gateway
