// RFC 6454 §6.2: scheme, host, and the port unless it is the scheme's default; in lower case, and nothing after them.
#include "origin.hpp"

#include "address_text.hpp"

#include <algorithm>

namespace notifyd::config {

namespace {

constexpr std::string_view wildcard = "*.";
constexpr std::string_view form = "is not an origin such as \"https://app.example.com\"";
constexpr std::string_view misplaced_star =
    "has its * in the wrong place: the subdomains of a host are \"https://*.example.com\"";

bool is_lower_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F' && (c < 'A' || c > 'Z'); });
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// RFC 3986 §3.1, in lower case.
bool is_scheme(std::string_view text) {
    const bool begins_with_letter = !text.empty() && text.front() >= 'a' && text.front() <= 'z';
    return begins_with_letter &&
           std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; });
}

// "[::1]", or names and IPv4 addresses without an empty label, as browsers write them: names outside ASCII as "xn--".
bool is_host(std::string_view text) {
    if (text.starts_with('[')) return is_ip_in_brackets(text);
    const bool has_empty_label = text.starts_with('.') || text.ends_with('.') || text.find("..") != text.npos;
    return !text.empty() && !has_empty_label &&
           std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

std::string problem_with_port(std::string_view scheme, std::string_view host, std::string_view port) {
    const auto number = port.starts_with('0') ? std::nullopt : parse_port(port);
    if (!number) return "has no port from 1 to 65535 behind its colon";
    const bool is_default = (scheme == "https" && *number == 443) || (scheme == "http" && *number == 80);
    if (!is_default) return "";
    return "has the default port, which browsers leave out: write \"" + std::string(scheme) + "://" +
           std::string(host) + '"';
}

std::string problem_with_wildcard(std::string_view host) {
    const std::string_view base = host.substr(wildcard.size());
    if (!is_host(base) || base.starts_with('[')) return std::string(misplaced_star);
    const std::size_t dot = base.rfind('.');
    if (dot == std::string_view::npos && base != "localhost") {
        return "would take every site under ." + std::string(base) + ": name a domain of yours";
    }
    if (dot != std::string_view::npos && is_digits(base.substr(dot + 1))) {
        return "has an address behind its *, which has no subdomains";
    }
    return "";
}

}  // namespace

std::string problem_with_origin(std::string_view text) {
    if (text == "*") return "";
    const std::size_t scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos || scheme_end == 0) return std::string(form);
    const std::string_view scheme = text.substr(0, scheme_end);
    const std::string_view rest = text.substr(scheme_end + 3);
    if (!is_lower_visible_ascii(text)) {
        return "has characters that no browser sends in an origin: write it in lower case and ASCII (\"xn--\" names)";
    }
    if (scheme.find('*') != std::string_view::npos) return std::string(misplaced_star);
    if (!is_scheme(scheme)) return std::string(form);
    if (scheme == "ws" || scheme == "wss") {
        return "has the scheme of a WebSocket; the page's is " + std::string(scheme == "ws" ? "http" : "https");
    }
    if (rest.find_first_of("/?#@") != std::string_view::npos) {
        return "has more than scheme, host and port, which is all that browsers send: write no / behind it";
    }
    const bool is_address = rest.starts_with('[');
    const std::size_t colon = rest.find(':', is_address ? std::min(rest.find(']'), rest.size()) : 0);
    const std::string_view host = rest.substr(0, colon);
    if (host.starts_with(wildcard)) {
        if (std::string problem = problem_with_wildcard(host); !problem.empty()) return problem;
    } else if (host.find('*') != std::string_view::npos) {
        return std::string(misplaced_star);
    } else if (!is_host(host)) {
        return std::string(form);
    }
    if (colon == std::string_view::npos) return "";
    return problem_with_port(scheme, host, rest.substr(colon + 1));
}

}  // namespace notifyd::config
