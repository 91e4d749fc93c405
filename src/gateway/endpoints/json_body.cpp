// Which media types are read as JSON.
#include "endpoints/json_body.hpp"

#include "http/field_lines.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace notifyd::gateway {

Result<void> check_json_body(const HttpRequest& request) {
    const std::string_view type = request.content_type;
    const std::string_view media = trimmed(type.substr(0, type.find(';')));
    // A browser's fetch sends a string body as text/plain.
    const std::string_view suffix = media.substr(media.size() - std::min<std::size_t>(media.size(), 5));
    using boost::beast::iequals;
    const bool json =
        media.empty() || iequals(media, "application/json") || iequals(media, "text/plain") || iequals(suffix, "+json");
    if (json) return {};
    return Error{Errc::unsupported_media_type, "Send JSON with Content-Type: application/json"};
}

}  // namespace notifyd::gateway
