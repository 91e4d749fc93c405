// HTTP request bodies and query strings as typed values (SPEC §3.1–3.3, §5.1).
// Flow:   socket -> gateway endpoint -> parse_… -> service
// Owns:   its values. Thread: any.
// Fails:  invalid_json, invalid_request, and payload_too_large for an entry of a batch; the sentences are SPEC §3.1's.
#pragma once

#include "notifyd/core/history_request.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/resume.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/wire/json_limits.hpp"
#include "notifyd/wire/publish_request.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

// The body of POST /publish. Its size is the gateway's to check.
Result<PublishRequest> parse_publish_body(std::string_view body, const JsonLimits& limits);

// The body of POST /publish/batch: 1 to 100 entries, each accepted or refused by itself.
Result<std::vector<Result<PublishRequest>>> parse_batch_body(std::string_view body,
                                                             const JsonLimits& limits,
                                                             std::size_t message_bytes_max);

// The header Idempotency-Key of both: 1 to 128 characters. nullopt: there is none.
Result<std::optional<std::string>> parse_idempotency_key(const std::optional<std::string>& header);

// POST /permissions
struct GrantBody {
    UserId user;
    TopicName topic;
    Role role = Role::member;
};
Result<GrantBody> parse_grant_body(std::string_view body, const JsonLimits& limits);

// POST /ws/token: the channels that the token is to be limited to, each once. nullopt: not limited; an empty body is
// fine, too.
Result<std::optional<std::vector<std::string>>> parse_connection_token_body(std::string_view body,
                                                                            const JsonLimits& limits);

// DELETE /permissions
struct RevokeQuery {
    UserId user;
    TopicName topic;
};
Result<RevokeQuery> parse_revoke_query(const QueryParameters& query);

// GET /permissions: of a user (neither given: the caller), or of a topic; never both.
struct PermissionsQuery {
    std::optional<UserId> user;
    std::optional<TopicName> topic;
    std::size_t limit = limits::page_messages_default;
    // As the client gave it; history/page_key reads it.
    std::optional<std::string> start_key;
};
Result<PermissionsQuery> parse_permissions_query(const QueryParameters& query);

// GET /messages
Result<HistoryRequest> parse_messages_query(const QueryParameters& query);

// GET /dlq
struct DeadLettersQuery {
    std::optional<std::string> queue;  // nullopt: all
    std::size_t limit = limits::page_messages_default;
    // As the client gave it; history/page_key reads it.
    std::optional<std::string> start_key;
};
Result<DeadLettersQuery> parse_dead_letters_query(const QueryParameters& query);
// POST /dlq/redrive; nullopt: all queues. An empty name is refused: a script's variable that is not set must not mean
// all of them.
Result<std::optional<std::string>> parse_redrive_query(const QueryParameters& query);

// GET /@connections: all, or those that fit all that is given.
struct ConnectionsQuery {
    std::optional<UserId> user;
    std::optional<TopicName> topic;
    std::size_t limit = limits::page_messages_default;
    // As the client gave it; history/page_key reads it.
    std::optional<std::string> start_key;
};
Result<ConnectionsQuery> parse_connections_query(const QueryParameters& query);
// The body of POST /@connections/{connectionId}, which becomes a text frame: UTF-8.
Result<void> check_posted_frame(std::string_view body);

// Whether the client wants the `connected` frame.
enum class Hello : std::uint8_t { off, on };

// The query of a WebSocket upgrade.
struct ConnectQuery {
    // Not looked at; may be empty.
    std::optional<std::string> token;
    // What is to be subscribed to beside the user's own topic; at most 100, each named once.
    std::vector<TopicName> topics;
    std::optional<UserId> user;
    Hello hello = Hello::off;
    // Whether the client takes a part of the topics where others are forbidden.
    bool partial = false;
    // Its topics are not compared with `topics` yet: the user's own is known only with the token.
    ResumeRequest resume{};
};
Result<ConnectQuery> parse_connect_query(const QueryParameters& query);
// Every topic to resume must be among the subscribed ones.
Result<void> check_resume(std::span<const ResumeTopic> resumed, std::span<const TopicName> subscribed);

}  // namespace notifyd::wire
