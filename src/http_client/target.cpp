// Parses URLs with Boost.URL.
#include "target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace notifyd::http_client {

namespace {

bool is_port(std::string_view text) {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number != 0;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (!parsed || parsed->has_userinfo()) return std::nullopt;
    const boost::urls::url_view url = *parsed;
    Target target;
    target.tls = url.scheme_id() == boost::urls::scheme::https;
    if (!target.tls && url.scheme_id() != boost::urls::scheme::http) return std::nullopt;
    target.name = url.host_address();
    if (target.name.empty()) return std::nullopt;
    target.port = target.tls ? "443" : "80";
    if (url.has_port() && !url.port().empty()) target.port = std::string(url.port());
    target.host = std::string(url.encoded_host_and_port());
    if (!is_port(target.port)) return std::nullopt;
    // Boost 1.81 takes what follows an invalid port for a path.
    const std::string_view path(url.encoded_path().data(), url.encoded_path().size());
    if (!path.empty() && !path.starts_with('/')) return std::nullopt;
    target.path = std::string(url.encoded_resource());
    // The fragment is never sent.
    target.path.erase(std::min(target.path.find('#'), target.path.size()));
    if (!target.path.starts_with('/')) target.path.insert(0, 1, '/');
    return target;
}

}  // namespace notifyd::http_client
