// Events of authentication: refused tokens, and the keys that tokens are verified with.
#pragma once

#include "notifyd/observability/event.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::observability {

struct AuthFailed {
    static constexpr EventInfo info{"auth_failed", LogLevel::info, bounded};

    std::string_view reason{};  // a short name from a closed set, such as "expired"
    std::string_view address{};
    std::string_view correlation_id{};
    std::string_view user{};   // if the token was valid enough to tell
    std::string_view topic{};  // "chat:abc", if the refusal is about one
    std::string_view key{};    // the `kid` that none of our keys has

    void describe(Fields& fields) const {
        fields.text("correlation_id", correlation_id).text("user_id", user).text("reason", reason).topic_text(topic);
        fields.text("key", key).text("address", address);
    }
};

// A JWKS was fetched.
struct KeysRefreshed {
    static constexpr EventInfo info{"keys_refreshed"};

    std::int64_t count = 0;  // of all keys that verify tokens now
    bool changed = false;

    [[nodiscard]] LogLevel level() const { return changed ? LogLevel::info : LogLevel::debug; }
    void describe(Fields& fields) const { fields.number("count", count).flag("changed", changed); }
};

// The keys that were fetched before remain in use; if there are none, tokens of this provider are refused.
struct KeysNotRefreshed {
    static constexpr EventInfo info{"keys_refresh_failed", LogLevel::warn};

    std::string_view url{};
    std::string_view what{};

    void describe(Fields& fields) const { fields.text("url", url).text("reason", what); }
};

// An entry of the fetched JWKS cannot be used; the others can.
struct KeySkipped {
    static constexpr EventInfo info{"key_skipped", LogLevel::warn};

    std::string_view url{};
    std::int64_t number = 0;  // its place in the set, from 1
    std::string_view kid{};
    std::string_view reason{};

    void describe(Fields& fields) const {
        fields.text("url", url).number("key", number).text("kid", kid).text("reason", reason);
    }
};

// Fetching has failed for too long: tokens that need the fetched keys are refused until a fetch succeeds.
struct KeysExpired {
    static constexpr EventInfo info{"keys_expired", LogLevel::error};

    void describe(Fields&) const {}
};

}  // namespace notifyd::observability
