// RFC 3986, as far as http and https use it.
#include "fetched_url.hpp"

#include "address_text.hpp"

#include <algorithm>
#include <array>

namespace notifyd::config {

namespace {

constexpr std::string_view host_missing = "is a URL without a host";
constexpr std::string_view wrong_host = "is a URL whose host is neither a name nor an address";

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with(std::string_view text, std::string_view lower_case) {
    return text.size() >= lower_case.size() &&
           std::ranges::equal(text.substr(0, lower_case.size()), lower_case, {}, to_lower);
}

bool is_letter_or_digit(char c) {
    return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9');
}

bool is_hexadecimal_digit(char c) {
    return is_letter_or_digit(c) && to_lower(c) <= 'f';
}

// Whether every character is allowed unencoded, apart from the delimiters that start a component.
bool is_written_as_url(std::string_view text, std::string_view more) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '%') {
            if (text.size() - at < 3) return false;
            if (!is_hexadecimal_digit(text[at + 1]) || !is_hexadecimal_digit(text[at + 2])) return false;
        } else if (!is_letter_or_digit(c) && std::string_view("-._~!$&'()*+,;=").find(c) == std::string_view::npos &&
                   more.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

std::string_view problem_with_authority(std::string_view authority) {
    if (authority.find('@') != std::string_view::npos) {
        return "is a URL with a user or a password in front of an @, which is not supported: name one that can be read "
               "without them";
    }
    const bool is_address = authority.starts_with('[');
    const std::size_t host_end = is_address ? authority.find(']') : 0;
    if (host_end == std::string_view::npos) return wrong_host;
    const std::size_t colon = authority.find(':', host_end);
    const std::string_view host = authority.substr(0, colon);
    if (host.empty()) return host_missing;
    if (is_address ? !is_ip_in_brackets(host) : !is_written_as_url(host, "")) return wrong_host;
    if (colon == std::string_view::npos) return "";
    const std::string_view port = authority.substr(colon + 1);
    if (port.empty()) return "";
    return parse_port(port).value_or(0) != 0 ? "" : "is a URL without a port from 1 to 65535 behind its colon";
}

}  // namespace

bool is_meant_as_url(std::string_view text) {
    return text.find("://") != std::string_view::npos || begins_with(text, "http:") || begins_with(text, "https:");
}

std::string problem_with_fetched_url(std::string_view text) {
    constexpr std::array<std::string_view, 2> schemes{"https://", "http://"};
    const auto scheme = std::ranges::find_if(schemes, [text](std::string_view each) { return text.starts_with(each); });
    if (scheme == schemes.end()) {
        const bool is_capital = std::ranges::any_of(schemes, [text](auto each) { return begins_with(text, each); });
        return is_capital ? "is a URL whose scheme must be written in lower case: https://"
                          : "looks like a URL, but does not begin with https:// or http://";
    }
    const std::string_view rest = text.substr(scheme->size());
    const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
    const std::string_view problem = problem_with_authority(rest.substr(0, authority_end));
    if (!problem.empty()) return std::string(problem);
    const std::size_t fragment = std::min(rest.find('#', authority_end), rest.size());
    const bool is_written = is_written_as_url(rest.substr(authority_end, fragment - authority_end), "/?:@") &&
                            is_written_as_url(rest.substr(std::min(fragment + 1, rest.size())), "/?:@");
    if (!is_written) {
        return "is a URL with a character that must be written as % and two hexadecimal digits, such as %20 for a "
               "space";
    }
    return "";
}

}  // namespace notifyd::config
