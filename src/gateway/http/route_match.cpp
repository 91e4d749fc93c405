// Scans the table.
#include "http/route_match.hpp"

#include <boost/url/pct_string_view.hpp>

#include <optional>

namespace notifyd::gateway {

namespace {

void append_verb(std::string& allow, std::string_view verb) {
    if (allow.find(verb) != std::string::npos) return;  // no verb is part of another
    if (!allow.empty()) allow.append(", ");
    allow.append(verb);
}

// The part of the path at the pattern's `{…}`, empty if the pattern has none; nullopt if the path does not match.
std::optional<std::string_view> parameter_in(std::string_view path, std::string_view pattern) {
    if (path == "*") return path;
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos) return path == pattern ? std::optional(std::string_view()) : std::nullopt;
    const std::string_view before = pattern.substr(0, open);
    const std::string_view after = pattern.substr(pattern.find('}') + 1);
    if (!path.starts_with(before)) return std::nullopt;
    path.remove_prefix(before.size());
    if (!path.ends_with(after)) return std::nullopt;
    path.remove_suffix(after.size());
    if (path.empty() || path.find('/') != std::string_view::npos) return std::nullopt;
    return path;
}

// Decodes what the path of a Target leaves encoded.
std::string decoded(std::string_view parameter) {
    const auto encoded = boost::urls::make_pct_string_view({parameter.data(), parameter.size()});
    return encoded ? encoded->decode() : std::string(parameter);
}

enum class Paths : std::uint8_t { fixed, with_parameter };

RouteMatch match_among(std::span<const Route> table, Paths paths, std::string_view method, std::string_view path) {
    RouteMatch match;
    for (const Route& route : table) {
        const bool fixed = route.path.find('{') == std::string_view::npos;
        if (fixed != (paths == Paths::fixed)) continue;
        const auto parameter = parameter_in(path, route.path);
        if (!parameter) continue;
        if (route.method == method && path != "*") return {&route, {}, decoded(*parameter)};
        append_verb(match.allow, route.method);
        if (route.method == "GET") append_verb(match.allow, "HEAD");
    }
    if (!match.allow.empty()) append_verb(match.allow, "OPTIONS");
    return match;
}

}  // namespace

RouteMatch match_route(std::span<const Route> table, std::string_view method, std::string_view path) {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    RouteMatch match = match_among(table, Paths::fixed, wanted, path);
    if (match.route != nullptr || !match.allow.empty()) return match;
    return match_among(table, Paths::with_parameter, wanted, path);
}

}  // namespace notifyd::gateway
