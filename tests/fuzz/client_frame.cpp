// A text frame from a client -> a typed value.
#include "notifyd/wire/client_frames.hpp"
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/read_positions.hpp"
#include "notifyd/wire/subscriptions.hpp"
#include "notifyd/wire/token_refresh.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    const auto text = fuzz::text_of(data, size);
    const wire::ClientFrame frame = wire::parse_client_frame(text, wire::JsonLimits::with_depth(32));
    if (const auto* const envelope = std::get_if<wire::Envelope>(&frame)) {
        static_cast<void>(wire::parse_subscribe(envelope->payload));
        static_cast<void>(wire::parse_token_refresh(envelope->payload));
        static_cast<void>(wire::parse_notification_ack(envelope->payload));
        static_cast<void>(wire::parse_read(envelope->payload));
        static_cast<void>(wire::parse_presence_topics(envelope->payload));
        static_cast<void>(wire::parse_presence_update(envelope->payload));
    }
    return 0;
}
