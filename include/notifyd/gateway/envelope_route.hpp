// How a resource declares the types of envelopes that it handles, as it declares its HTTP routes (route.hpp).
// Thread: one loop.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/core/error.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/sliding_window.hpp"
#include "notifyd/gateway/loop_connections.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace notifyd::gateway {

// An envelope of a client. The payload is JSON text that lives until the handler returns; empty: none.
struct EnvelopeCall {
    connection::Connection& connection;
    std::optional<wire::RawJson> id;
    std::string_view payload;
    // The connection's recent subscribes, of whatever kind.
    SlidingWindow& subscribes;
};

// What a frame counts against. A client acknowledges whatever it is sent, so acknowledgements have a generous rate of
// their own.
enum class FrameRate : std::uint8_t { messages, acknowledgements };

// A type, which is a literal, and the member function of the resource that handles it.
template <class Resource>
struct EnvelopeRoute {
    std::string_view type;
    void (Resource::*handler)(const EnvelopeCall& call);
    FrameRate rate = FrameRate::messages;
};

// Answers with an `error` envelope, and logs the refusal.
void refuse_envelope(const LoopContext& services,
                     connection::Connection& connection,
                     const std::optional<wire::RawJson>& id,
                     const Error& error);

// Whether the connection may subscribe or unsubscribe now (limits.subscribes_per_minute); answers if it may not.
[[nodiscard]] bool take_subscribe(const LoopContext& services, const EnvelopeCall& call);

// Fails with forbidden, naming all of the topics that the connection may not receive.
[[nodiscard]] Result<void> check_receivable(const LoopConnections& services,
                                            const connection::Connection& connection,
                                            std::span<const TopicName> topics);

}  // namespace notifyd::gateway
