// HTTP reply bodies: typed values in, JSON text out (SPEC §3).
// Flow:   service -> gateway endpoint -> …_reply -> socket
// Owns:   nothing. Thread: any. Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/error.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/receipt.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace notifyd::wire {

// Every refusal: {"error", "code", "correlationId"}.
[[nodiscard]] std::string error_body(const Error& error, std::string_view correlation_id);

[[nodiscard]] std::string publish_reply(const Receipt& receipt);
// In the order given, with the counts.
[[nodiscard]] std::string batch_reply(std::span<const Result<Receipt>> results);

[[nodiscard]] std::string permission_reply(const Permission& permission);
[[nodiscard]] std::string revoke_reply();

// POST and DELETE /ws/token
[[nodiscard]] std::string connection_token_reply(std::string_view token, const Uuid& id, EpochMs expires_at);
[[nodiscard]] std::string tokens_revoked_reply(std::size_t count);

// Whose permissions, or who has permissions in what.
using PermissionSubject = std::variant<UserId, TopicName>;
[[nodiscard]] std::string permissions_page(const PermissionSubject& subject,
                                           std::span<const Permission> permissions,
                                           const std::optional<std::string>& next_key);

// `epoch` names the database. `retention` gives each message's ttl; 0: kept for ever, no ttl.
[[nodiscard]] std::string messages_page(const TopicName& topic,
                                        const Page& page,
                                        const std::optional<std::string>& next_key,
                                        std::string_view epoch,
                                        Milliseconds retention);

// /healthz, /readyz (when it is; otherwise an unavailable error_body), /version
[[nodiscard]] std::string health_body();
[[nodiscard]] std::string ready_body();
[[nodiscard]] std::string version_body(std::string_view version);

}  // namespace notifyd::wire
