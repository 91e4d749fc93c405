// The events of what was refused (SPEC §3: every refusal is one).
// Owns: nothing, as the events of events.hpp. Thread: any. Fails: never.
#pragma once

#include "notifyd/core/ids.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::observability {

// Anything that was answered 4xx, or refused before its endpoint saw it.
struct RequestRefused {
    std::string_view correlation_id{};
    std::string_view method{};
    std::string_view route{};  // the pattern; empty: it was refused before one was looked for
    std::int64_t status = 0;
    std::string_view reason{};  // the code of the answer, or what is more precise
    std::string_view what{};    // the sentence that the client got
    std::string_view address{};
    std::string_view user{};    // where known
    std::string_view topic{};   // "chat:abc", where the refusal is about one
    std::string_view origin{};  // the page's, where the refusal is about it
};

// A frame of an open WebSocket that was answered with an error.
struct FrameRefused {
    ConnectionId connection{};
    const UserId& user;
    std::string_view reason{};
    std::string_view what{};
    std::string_view topic{};
    std::string_view address{};
};

// X-Forwarded-For came from an address that is not a trusted proxy's. Logged once per address, and for no more than a
// few new addresses an hour: strangers can send the header, too, and must not keep the real proxy out of the log for
// good.
struct ForwardedForIgnored {
    std::string_view address{};
    std::string_view network{};  // of which the address is one of many that a single peer can have
};

}  // namespace notifyd::observability
