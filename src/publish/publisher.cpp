// Checks, stamps and hands over messages, and answers after their commit.
#include "notifyd/publish/publisher.hpp"

#include "notifyd/observability/events/messages.hpp"
#include "notifyd/publish/deduplication_key.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace notifyd::publish {

namespace {

// A name from a request, shortened to what an error message needs to identify it.
std::string quoted(std::string_view name) {
    constexpr std::size_t bytes_max = 64;
    const auto continues_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    std::size_t length = std::min(name.size(), bytes_max);
    while (length != 0 && length < name.size() && continues_character(name[length])) --length;
    std::string text = "\"";
    text.append(name.substr(0, length)).append(length < name.size() ? "…\"" : "\"");
    return text;
}

Error queues_full() {
    return {Errc::unavailable, "The queues are full; the message was not accepted"};
}

}  // namespace

Publisher::Publisher(const queue::TopicFilter& filter,
                     const permissions::PermissionManager& permissions,
                     ports::StandardQueue& standard_queue,
                     ports::MessageLog& log,
                     const Clock& clock,
                     IdSource& ids,
                     observability::Events& events,
                     ContentDeduplication content_deduplication)
    : filter_(filter),
      permissions_(permissions),
      standard_queue_(standard_queue),
      log_(log),
      clock_(clock),
      ids_(ids),
      events_(events),
      content_deduplication_(content_deduplication) {}

bool Publisher::has_room() const {
    return log_.has_room(1) && standard_queue_.has_room();
}

// A stranger who may only write to a topic must not be able to count its messages. Services are trusted: they may write
// anywhere, and backends store the number.
Publisher::Numbers Publisher::numbers_for(const Identity& sender, const wire::PublishRequest& request) const {
    if (request.type == MessageType::standard || sender.is_service()) return Numbers::shown;
    return permissions_.may_receive(sender, request.topic).has_value() ? Numbers::shown : Numbers::withheld;
}

Result<queue::QueueKind> Publisher::admit(const Identity& sender, const wire::PublishRequest& request) const {
    const auto kind = filter_.queue_of(request.target_channel, request.type);
    if (!kind) {
        return Error{
            Errc::invalid_request,
            "Unknown targetChannel " + quoted(request.target_channel) + "; this server serves: " + filter_.served()};
    }
    // Permissions are checked on arrival. A message handed over before its sender's removal was answered may still be
    // committed right after the removal; one that arrives after that answer is refused on every loop.
    const Result<void> allowed = permissions_.may_publish(sender, request.topic);
    if (!allowed) return allowed.error();
    if (closed_) return Error{Errc::unavailable, "The server is stopping; the message was not accepted"};
    if (request.lifetime == Lifetime::transient && request.deduplication_id) {
        return Error{Errc::invalid_request,
                     "A transient message is not stored, so repetitions cannot be recognised: leave out "
                     "messageDeduplicationId, idempotencyKey and Idempotency-Key"};
    }
    if (request.lifetime == Lifetime::kept) {
        const Result<void> storable = check_storage();
        if (!storable) return storable.error();
    } else if (!standard_queue_.has_room()) {
        return queues_full();
    }
    return *kind;
}

Result<void> Publisher::check_storage() const {
    // A standard message would be delivered before its commit failed, and again when its publisher repeats it.
    if (!log_.is_writable()) {
        return Error{Errc::unavailable, "The database is not accepting writes; the message was not accepted"};
    }
    if (!has_room()) return queues_full();
    return {};
}

std::optional<DeduplicationKey> Publisher::key_of(const Identity& sender, const wire::PublishRequest& request) const {
    if (request.deduplication_id) return deduplication_key(sender.user, request.topic, *request.deduplication_id);
    if (request.type == MessageType::fifo && content_deduplication_ == ContentDeduplication::on) {
        return content_deduplication_key(sender.user, request.topic, request.payload_fields);
    }
    return std::nullopt;
}

MessagePtr Publisher::stamp(const Identity& sender, wire::PublishRequest request, std::optional<ConnectionId> skip) {
    const EpochMs now = clock_.now_ms();
    const std::optional<DeduplicationKey> key = key_of(sender, request);
    std::string group_id;
    if (request.type == MessageType::fifo) {
        group_id = request.topic.text();
        if (request.group_id) group_id = std::move(*request.group_id);
    }
    Message message{.id = MessageId(ids_.time_ordered(now)),
                    .topic = std::move(request.topic),
                    .type = request.type,
                    .numbering = request.numbering,
                    .lifetime = request.lifetime,
                    .target_channel = std::move(request.target_channel),
                    .sender = sender.user,
                    .group_id = std::move(group_id),
                    .published_at = now,
                    .skip = skip,
                    .head = {},
                    .deduplication = key};
    message.head = wire::message_head(message, request.payload_fields);
    return std::make_shared<const Message>(std::move(message));
}

void Publisher::publish(const Identity& sender,
                        wire::PublishRequest request,
                        std::optional<ConnectionId> skip,
                        PublishDone done) {
    const Result<queue::QueueKind> kind = admit(sender, request);
    if (!kind) {
        done(kind.error());
        return;
    }
    const Numbers numbers = numbers_for(sender, request);
    MessagePtr message = stamp(sender, std::move(request), skip);
    if (message->lifetime == Lifetime::transient) {
        standard_queue_.push(message);
        record(*message, 0);
        done(Receipt{.id = message->id,
                     .type = message->type,
                     .target_channel = message->target_channel,
                     .group_id = {},
                     .timestamp = message->published_at,
                     .lifetime = message->lifetime});
        return;
    }
    const bool at_once = *kind == queue::QueueKind::websocket_standard && !message->deduplication.has_value();
    if (at_once) standard_queue_.push(message);
    ++in_flight_;
    log_.append(message, [this, message, numbers, done = std::move(done)](Result<ports::Appended> outcome) mutable {
        settled(*message, outcome, numbers, std::move(done));
    });
}

void Publisher::settled(const Message& message,
                        const Result<ports::Appended>& outcome,
                        Numbers numbers,
                        PublishDone done) {
    --in_flight_;
    if (!outcome) {
        done(outcome.error());
    } else {
        const auto& first = outcome->duplicate_of;
        if (!first) record(message, outcome->sequence);
        done(Receipt{.id = first ? first->id : message.id,
                     .type = message.type,
                     .target_channel = message.target_channel,
                     .group_id = message.group_id,
                     .sequence = numbers == Numbers::shown ? outcome->sequence : 0,
                     .timestamp = first ? first->published_at : message.published_at,
                     .duplicate = first.has_value()});
    }
    poll_room();
}

void Publisher::record(const Message& message, Sequence sequence) {
    events_.emit(observability::MessagePublished{.message = message.id,
                                                 .topic = message.topic,
                                                 .type = message.type,
                                                 .sequence = sequence,
                                                 .user = message.sender,
                                                 .correlation_id = {}});
}

void Publisher::publish_batch(const Identity& sender,
                              std::vector<Result<wire::PublishRequest>> requests,
                              BatchDone done) {
    struct Pending {
        std::vector<Result<Receipt>> results;
        std::size_t left = 0;
        BatchDone done;
        void settle() {
            if (--left == 0) done(std::move(results));
        }
    };
    // The extra count delays the answer until all requests have been handed over.
    const auto pending = std::make_shared<Pending>();
    pending->results.assign(requests.size(), Error{});
    pending->left = requests.size() + 1;
    pending->done = std::move(done);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (!requests[i]) {
            pending->results[i] = requests[i].error();
            pending->settle();
            continue;
        }
        publish(sender, std::move(*requests[i]), std::nullopt, [pending, i](Result<Receipt> result) {
            pending->results[i] = std::move(result);
            pending->settle();
        });
    }
    pending->settle();
}

void Publisher::wait_for_room(UniqueFunction<void()> resume) {
    waiting_.push_back(std::move(resume));
}

void Publisher::poll_room() {
    if (waiting_.empty() || !has_room()) return;
    for (UniqueFunction<void()>& resume : std::exchange(waiting_, {})) resume();
}

}  // namespace notifyd::publish
