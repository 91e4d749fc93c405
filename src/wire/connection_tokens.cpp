#include "notifyd/wire/connection_tokens.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/core/name.hpp"

#include "body_reader.hpp"
#include "object_writer.hpp"

namespace notifyd::wire {

Result<std::optional<std::vector<std::string>>> parse_connection_token_body(std::string_view body,
                                                                            const JsonLimits& limits) {
    std::optional<std::vector<std::string>> channels;
    if (body.empty()) return channels;
    BodyReader fields(body, limits, {"channels"});
    channels =
        fields.texts("channels", limits::ticket_channels_max, "names of 1 to 64 letters, digits, _ and -", is_name);
    if (fields.error()) return *fields.error();
    return channels;
}

std::string connection_token_reply(std::string_view token, const Uuid& id, EpochMs expires_at) {
    JsonReply reply;
    reply.text("token", token).text("tokenId", id.to_string()).number("expiresAt", expires_at);
    return reply.take();
}

std::string tokens_revoked_reply(std::size_t count) {
    JsonReply reply;
    reply.number("revoked", count);
    return reply.take();
}

}  // namespace notifyd::wire
