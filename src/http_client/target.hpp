// A URL as a client needs it.
// Owns: its strings. Thread: any (a value). Fails: nullopt for what is no http or https URL, or names a user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::http_client {

struct Target {
    bool tls = false;
    std::string name;  // to resolve and to check: an IPv6 address without its brackets
    std::string port;
    std::string host;  // for the Host header: with the port, where it is not the scheme's
    std::string path;  // with the query
};

[[nodiscard]] std::optional<Target> parse_target(std::string_view url);

}  // namespace notifyd::http_client
