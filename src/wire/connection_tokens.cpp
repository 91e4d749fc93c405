#include "notifyd/wire/connection_tokens.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/core/name.hpp"
#include "notifyd/json/document.hpp"

#include "invalid.hpp"
#include "json_error.hpp"
#include "json_writer.hpp"
#include "known_names.hpp"
#include "name_list.hpp"

#include <algorithm>
#include <array>

namespace notifyd::wire {

Result<std::optional<std::vector<std::string>>> parse_connection_token_body(std::string_view body,
                                                                            const JsonLimits& limits) {
    std::optional<std::vector<std::string>> channels;
    if (body.empty()) return channels;
    const json::Document document(body, limits.depth_max);
    if (document.fault() != json::Fault::none) return json_error(document.fault(), JsonSource::body);
    if (document.root().kind() != json::Kind::object) return invalid("The body must be an object");
    json::Value names;
    const std::array<KnownMember, 1> known{{{"channels", &names}}};
    if (auto error = read_members(document.members(), known)) return *std::move(error);
    if (!names.exists()) return channels;
    channels = read_names(names, limits::ticket_channels_max);
    if (!channels || !std::ranges::all_of(*channels, [](const std::string& name) { return is_name(name); })) {
        return invalid("channels must be an array of at most " + std::to_string(limits::ticket_channels_max) +
                       " names of 1 to 64 letters, digits, _ and -");
    }
    return channels;
}

std::string connection_token_reply(std::string_view token, const Uuid& id, EpochMs expires_at) {
    std::string text;
    append_string_member(text, "{\"token\":", token);
    append_string_member(text, ",\"tokenId\":", id.to_string());
    append_number_member(text, ",\"expiresAt\":", expires_at);
    return text += '}';
}

std::string tokens_revoked_reply(std::size_t count) {
    std::string text;
    append_number_member(text, "{\"revoked\":", count);
    return text += '}';
}

}  // namespace notifyd::wire
