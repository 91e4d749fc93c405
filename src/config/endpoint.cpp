// Parses the addresses, networks, URLs and paths of the config.
#include "endpoint.hpp"

#include "notifyd/config/units.hpp"

#include "address_text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdint>
#include <string>
#include <sys/un.h>

namespace notifyd::config {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t unix_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char character) { return character > ' ' && character < '\x7F'; });
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    if (text.starts_with(unix_prefix)) {
        const std::string_view path = text.substr(unix_prefix.size());
        const bool fits = path.starts_with('/') && path.size() > 1 && path.size() <= unix_path_bytes_max;
        if (!fits || path.find('\0') != std::string_view::npos) return std::nullopt;
        return Endpoint{"", 0, std::string(path)};
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    if (is_ip_in_brackets(host)) {
        host = host.substr(1, host.size() - 2);
    } else if (!is_ip(host, AF_INET)) {
        return std::nullopt;
    }
    return Endpoint{std::string(host), *port, ""};
}

std::string to_string(const Endpoint& endpoint) {
    if (endpoint.is_unix()) return std::string(unix_prefix) + endpoint.unix_path;
    const bool is_v6 = endpoint.host.find(':') != std::string::npos;
    return (is_v6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' + std::to_string(endpoint.port);
}

std::optional<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string_view address = text.substr(0, slash);
    const bool is_v4 = is_ip(address, AF_INET);
    if (!is_v4 && !is_ip(address, AF_INET6)) return std::nullopt;
    const int bits_max = is_v4 ? 32 : 128;
    if (slash == std::string_view::npos) return Network{std::string(address), bits_max};
    const std::string_view bits_text = text.substr(slash + 1);
    const auto bits = is_digits(bits_text) ? parse_integer(bits_text) : std::nullopt;
    if (!bits || *bits > bits_max) return std::nullopt;
    return Network{std::string(address), static_cast<int>(*bits)};
}

bool is_http_url(std::string_view text) {
    if (!is_visible_ascii(text)) return false;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const std::string_view rest = text.substr(scheme.size());
        return !rest.empty() && std::string_view("/?#:@").find(rest.front()) == std::string_view::npos;
    }
    return false;
}

bool is_base_path(std::string_view text) {
    if (text.empty()) return true;
    if (!text.starts_with('/')) return false;
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::string_view segment = text.substr(0, text.find('/'));
        const bool is_plain = std::ranges::all_of(segment, [](char character) {
            return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                   (character >= '0' && character <= '9') ||
                   std::string_view("-._~").find(character) != std::string_view::npos;
        });
        if (segment.empty() || segment == "." || segment == ".." || !is_plain) return false;
        text.remove_prefix(segment.size());
    }
    return true;
}

}  // namespace notifyd::config
