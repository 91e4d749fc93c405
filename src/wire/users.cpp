#include "notifyd/wire/users.hpp"

#include "notifyd/json/document.hpp"

#include "invalid.hpp"
#include "json_error.hpp"
#include "json_writer.hpp"
#include "known_names.hpp"
#include "query_reader.hpp"
#include "time_text.hpp"

#include <array>
#include <utility>

namespace notifyd::wire {

namespace {

constexpr std::size_t reason_bytes_max = 1000;

void append_block(std::string& out, const UserBlock& block) {
    append_string_member(out, "{\"userId\":", block.user.get());
    append_time_member(out, ",\"blockedAt\":", block.blocked_at);
    append_string_member(out, ",\"blockedBy\":", block.blocked_by.get());
    if (block.until.has_value()) append_time_member(out, ",\"until\":", *block.until);
    if (!block.reason.empty()) append_string_member(out, ",\"reason\":", block.reason);
    out += '}';
}

}  // namespace

Result<BlockBody> parse_block_body(std::string_view body, const JsonLimits& limits) {
    BlockBody block;
    if (body.empty()) return block;
    const json::Document document(body, limits.depth_max);
    if (document.fault() != json::Fault::none) return json_error(document.fault(), JsonSource::body);
    if (document.root().kind() != json::Kind::object) return invalid("The body must be an object");
    json::Value until;
    json::Value reason;
    const std::array<KnownMember, 2> known{{{"until", &until}, {"reason", &reason}}};
    if (auto error = read_members(document.members(), known)) return *std::move(error);
    if (until.exists()) {
        const auto text = until.as_string();
        const auto time = read_time(text ? std::string_view(*text) : until.text(), "until");
        if (time.has_error()) return time.error();
        block.until = *time;
    }
    if (reason.exists()) {
        auto text = reason.as_string();
        if (!text || text->size() > reason_bytes_max) return invalid("reason must be a string of at most 1,000 bytes");
        block.reason = *std::move(text);
    }
    return block;
}

Result<BlockedUsersQuery> parse_blocked_users_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"blocked", "limit", "startKey"});
    if (names.has_error()) return names.error();
    const auto blocked = query.single("blocked");
    if (blocked.has_error()) return blocked.error();
    if (*blocked != "true") return invalid("Only blocked users can be listed: send blocked=true");
    const auto limit = query.limit();
    if (limit.has_error()) return limit.error();
    auto start_key = query.single_or_empty("startKey");
    if (start_key.has_error()) return start_key.error();
    return BlockedUsersQuery{*limit, *std::move(start_key)};
}

std::string block_reply(const UserBlock& block) {
    std::string text = "{\"message\":\"User blocked successfully\",\"block\":";
    append_block(text, block);
    return text += '}';
}

std::string unblock_reply() {
    return "{\"message\":\"User unblocked successfully\"}";
}

std::string blocked_users_page(std::span<const UserBlock> blocks, const std::optional<std::string>& next_key) {
    std::string text;
    append_array(text += "{\"users\":", blocks, append_block);
    end_page(text, blocks.size(), next_key);
    return text;
}

}  // namespace notifyd::wire
