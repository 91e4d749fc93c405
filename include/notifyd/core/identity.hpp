// The caller's identity, as established by a verified token.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notifyd {

// Ordered: an admin grant includes the service grant.
enum class Grant : std::uint8_t { none, service, admin };

struct Identity {
    UserId user;
    Grant grant = Grant::none;
    // The org, hub and project topics of which the token's claims make the user a member.
    std::vector<TopicName> claimed_topics;
    // When the token expires, without leeway.
    EpochMs expires_at = 0;
    // The token's `jti` or a connection token's id; may be empty. Identifies the token in the connection table without
    // revealing it.
    std::string token_id;
    // The notification channels that a connection token is limited to; nullopt means no limit.
    std::optional<std::vector<std::string>> allowed_channels{};

    [[nodiscard]] bool is_admin() const { return grant == Grant::admin; }
    [[nodiscard]] bool is_service() const { return grant >= Grant::service; }
};

}  // namespace notifyd
