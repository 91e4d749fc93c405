// A URL, split as a client needs it. nullopt if it is not http or https, or names a user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::http_client {

struct Target {
    bool tls = false;
    std::string name;  // to resolve and to check: an IPv6 address without its brackets
    std::string port;
    std::string host;  // for the Host header: with the port, if it is not the scheme's default
    std::string path;  // with the query
};

[[nodiscard]] std::optional<Target> parse_target(std::string_view url);

}  // namespace notifyd::http_client
