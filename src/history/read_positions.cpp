// Checks the permission, then writes or lists.
#include "notifyd/history/read_positions.hpp"

#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/wire/opaque_key.hpp"
#include "notifyd/wire/read_positions.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <memory>
#include <utility>

namespace notifyd::history {

namespace {

// Neither a user id nor a topic contains a control character.
std::string key_of(const ports::ReadPosition& position) {
    return position.user.get() + '\n' + position.topic.text();
}

}  // namespace

ReadPositions::ReadPositions(ReadPositionMode mode,
                             ReadReceipts receipts,
                             const permissions::PermissionManager& permissions,
                             ports::ReadPositionStore& store,
                             const ports::StandardQueue& lanes,
                             const Clock& clock,
                             IdSource& ids)
    : mode_(mode),
      receipts_(receipts),
      permissions_(permissions),
      store_(store),
      lanes_(lanes),
      clock_(clock),
      ids_(ids) {}

Result<void> ReadPositions::available() const {
    if (mode_ == ReadPositionMode::on) return {};
    return Error{Errc::not_found, "Read positions are switched off on this server (presence.enabled)"};
}

void ReadPositions::read(const Identity& reader, TopicName topic, Sequence sequence, Refused refused) {
    if (const Result<void> usable = available(); !usable) return refused(usable.error());
    if (const Result<void> may = permissions_.may_receive(reader, topic); !may) return refused(may.error());
    // Every position may go to many subscribers.
    if (!lanes_.has_room()) return refused({Errc::unavailable, "Too much is waiting to be delivered; try again"});

    ports::ReadPosition position{reader.user, std::move(topic), sequence};
    const auto [place, is_first] = writing_.try_emplace(key_of(position));
    Writing& writing = place->second;
    if (!is_first) {
        if (sequence <= writing.highest) return;
        writing.highest = sequence;
        writing.next = std::move(refused);
        return;
    }
    writing.highest = sequence;
    write(std::move(position), std::move(refused));
}

void ReadPositions::write(ports::ReadPosition position, Refused refused) {
    ports::AnnounceRead announce = announcement(position);
    auto done = [this, position, refused = std::move(refused)](const Result<void>& stored) mutable {
        written(std::move(position));
        if (!stored) refused(stored.error());
    };
    store_.advance(std::move(position), std::move(announce), std::move(done));
}

void ReadPositions::written(ports::ReadPosition position) {
    const auto place = writing_.find(key_of(position));
    if (!place->second.next) {
        writing_.erase(place);
        return;
    }
    position.sequence = place->second.highest;
    write(std::move(position), std::exchange(place->second.next, {}));
}

ports::AnnounceRead ReadPositions::announcement(const ports::ReadPosition& position) {
    const EpochMs now = clock_.now_ms();
    std::optional<Audience> audience;
    if (receipts_ == ReadReceipts::off) audience = Audience{position.user, {}};
    Message message{.id = MessageId(ids_.time_ordered(now)),
                    .topic = position.topic,
                    .lifetime = Lifetime::transient,
                    .form = Form::envelope,
                    .sender = position.user,
                    .group_id = {},
                    .published_at = now,
                    .skip = std::nullopt,
                    .audience = std::move(audience),
                    .head = {}};
    return [message = std::move(message), id = wire::envelope_id(std::nullopt, ids_)](
               Sequence sequence, std::vector<Delivery>& deliveries) {
        Message announced = message;
        announced.head = wire::read_envelope(id, message.published_at, message.topic, message.sender, sequence);
        deliveries.push_back({std::make_shared<const Message>(std::move(announced))});
    };
}

void ReadPositions::chats(const Identity& caller,
                          std::size_t limit,
                          const std::optional<std::string>& start_key,
                          ChatsDone done) {
    if (const Result<void> usable = available(); !usable) return done(usable.error());
    Result<std::optional<ChatPlace>> after = wire::decode_chat_list_start(caller.user, start_key);
    if (!after) return done(after.error());
    auto listed = [this, caller, done = std::move(done)](Result<ports::ChatPage> page) mutable {
        if (!page) return done(page.error());
        // A permission may have been revoked during the read.
        std::erase_if(page->chats, [&](const Chat& chat) { return !permissions_.may_receive(caller, chat.topic); });
        ChatListPage list{std::move(page->chats)};
        if (page->next) list.next_key = wire::encode_chat_key(caller.user, *page->next);
        done(std::move(list));
    };
    store_.list_chats({caller.user, limit, std::move(*after)}, std::move(listed));
}

}  // namespace notifyd::history
