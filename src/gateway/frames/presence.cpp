#include "notifyd/gateway/frames/presence.hpp"

#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/server_frames.hpp"

#include "presence_off.hpp"

#include <utility>
#include <vector>

namespace notifyd::gateway {

std::span<const EnvelopeRoute<PresenceFrames>> PresenceFrames::routes() {
    static constexpr EnvelopeRoute<PresenceFrames> table[] = {
        {"presence:subscribe", &PresenceFrames::subscribe},
        {"presence:unsubscribe", &PresenceFrames::unsubscribe},
        {"presence:update", &PresenceFrames::update},
    };
    return table;
}

bool PresenceFrames::is_enabled(const EnvelopeCall& call) const {
    if (watchers_ != nullptr) return true;
    refuse_envelope(services_, call.connection, call.id, presence_off());
    return false;
}

void PresenceFrames::subscribe(const EnvelopeCall& call) {
    if (!is_enabled(call)) return;
    const Result<std::vector<TopicName>> topics = wire::parse_presence_topics(call.payload);
    if (!topics) return refuse_envelope(services_, call.connection, call.id, topics.error());
    if (!take_subscribe(services_, call)) return;
    if (const Result<void> allowed = check_receivable(services_, call.connection, *topics); !allowed) {
        return refuse_envelope(services_, call.connection, call.id, allowed.error());
    }
    const wire::RawJson id = wire::envelope_id(call.id, services_.ids);
    if (const Result<void> watched = watchers_->watch(call.connection, *topics, id); !watched) {
        return refuse_envelope(services_, call.connection, call.id, watched.error());
    }
}

void PresenceFrames::unsubscribe(const EnvelopeCall& call) {
    if (!is_enabled(call)) return;
    const Result<std::vector<TopicName>> topics = wire::parse_presence_topics(call.payload);
    if (!topics) return refuse_envelope(services_, call.connection, call.id, topics.error());
    if (!take_subscribe(services_, call)) return;
    watchers_->unwatch(call.connection, *topics);
    // The same for every topic, whether it was watched, and whether it exists.
    const wire::RawJson id = wire::envelope_id(call.id, services_.ids);
    const wire::RawJson nobody = wire::presence_members({});
    for (const TopicName& topic : *topics) {
        call.connection.sink().answer(wire::presence_frame(id, services_.clock.now_ms(), topic, nobody, 0));
    }
}

void PresenceFrames::update(const EnvelopeCall& call) {
    if (!is_enabled(call)) return;
    Result<wire::PresenceUpdate> update = wire::parse_presence_update(call.payload);
    if (!update) return refuse_envelope(services_, call.connection, call.id, update.error());
    board_->updated(call.connection.id(), call.connection.identity().user, update->status, std::move(update->activity));
}

}  // namespace notifyd::gateway
