// Literal addresses only: nothing is resolved.
#include "address_text.hpp"

#include "notifyd/config/units.hpp"

#include <arpa/inet.h>
#include <string>

namespace notifyd::config {

bool is_ip(std::string_view text, int family) {
    // inet_pton stops at a NUL, so one inside the text must be rejected here.
    if (text.find('\0') != std::string_view::npos) return false;
    in6_addr parsed{};
    return ::inet_pton(family, std::string(text).c_str(), &parsed) == 1;
}

bool is_ip_in_brackets(std::string_view text) {
    return text.size() > 2 && text.starts_with('[') && text.ends_with(']') &&
           is_ip(text.substr(1, text.size() - 2), AF_INET6);
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    if (!is_digits(text)) return std::nullopt;
    const auto port = parse_integer(text);
    if (!port || *port > 65'535) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

}  // namespace notifyd::config
