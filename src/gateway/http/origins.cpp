// Compares byte for byte; in "https://*.example.com", the star matches any name before the dot.
#include "http/origins.hpp"

#include <algorithm>

namespace notifyd::gateway {

namespace {

// The only position in which a * is a wildcard.
constexpr std::string_view any_subdomain = "://*.";

// One or more labels of a host as browsers write them: any other character of an origin either ends the host or makes
// it a different spelling.
bool is_host_part(std::string_view text) {
    const bool has_empty_label = text.starts_with('.') || text.ends_with('.') || text.find("..") != text.npos;
    return !text.empty() && !has_empty_label && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

bool matches(std::string_view allowed, std::string_view origin) {
    const std::size_t scheme_end = allowed.find(any_subdomain);
    if (scheme_end == std::string_view::npos) return allowed == origin;
    const std::size_t star = scheme_end + any_subdomain.find('*');
    const std::string_view before = allowed.substr(0, star);  // the scheme
    const std::string_view after = allowed.substr(star + 1);  // the dot, the host, perhaps a port
    if (origin.size() <= before.size() + after.size()) return false;
    if (!origin.starts_with(before) || !origin.ends_with(after)) return false;
    return is_host_part(origin.substr(before.size(), origin.size() - before.size() - after.size()));
}

}  // namespace

std::string_view allowed_origin(const std::vector<std::string>& allowed, std::string_view origin) {
    if (origin.empty()) return {};
    for (const std::string& each : allowed) {
        if (each == "*") return "*";
        if (matches(each, origin)) return origin;
    }
    return {};
}

}  // namespace notifyd::gateway
