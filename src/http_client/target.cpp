// URLs taken apart by Boost.URL.
#include "target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace notifyd::http_client {

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
    target.path = std::string(url.encoded_resource());
    // The fragment is the client's own.
    target.path.erase(std::min(target.path.find('#'), target.path.size()));
    if (!target.path.starts_with('/')) target.path.insert(0, 1, '/');
    return target;
}

}  // namespace notifyd::http_client
