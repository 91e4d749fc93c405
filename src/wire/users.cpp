#include "notifyd/wire/users.hpp"

#include "body_reader.hpp"
#include "invalid.hpp"
#include "object_writer.hpp"
#include "query_reader.hpp"

#include <cstddef>
#include <utility>

namespace notifyd::wire {

namespace {

constexpr std::size_t reason_bytes_max = 1000;

void write_block(ObjectWriter& object, const UserBlock& block) {
    object.text("userId", block.user.get())
        .time("blockedAt", block.blocked_at)
        .text("blockedBy", block.blocked_by.get())
        .time("until", block.until);
    if (!block.reason.empty()) object.text("reason", block.reason);
}

}  // namespace

Result<BlockBody> parse_block_body(std::string_view body, const JsonLimits& limits) {
    BlockBody block;
    if (body.empty()) return block;
    BodyReader fields(body, limits, {"until", "reason"});
    block.until = fields.time("until");
    const auto is_short = [](std::string_view text) { return text.size() <= reason_bytes_max; };
    block.reason = fields.text("reason", "a string of at most 1,000 bytes", is_short).value_or("");
    if (fields.error()) return *fields.error();
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
    JsonReply reply;
    reply.text("message", "User blocked successfully").object("block", block, write_block);
    return reply.take();
}

std::string unblock_reply() {
    JsonReply reply;
    reply.text("message", "User unblocked successfully");
    return reply.take();
}

std::string blocked_users_page(std::span<const UserBlock> blocks, const std::optional<std::string>& next_key) {
    return page_reply("users", blocks, write_block, next_key);
}

}  // namespace notifyd::wire
