#include "notifyd/notifications/inbox.hpp"

#include "notifyd/notifications/announcements.hpp"
#include "notifyd/publish/deduplication_key.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::notifications {

namespace {

// Notifications that are marked as read in one transaction.
constexpr std::size_t slice_rows = 500;

Error no_such_notification() {
    return {Errc::not_found, "There is no such notification"};
}

// Of a change to one notification: what is left, or not_found.
auto unread_of(Done<std::uint64_t> done) {
    return [done = std::move(done)](Result<std::optional<ports::InboxChange>> change) mutable {
        if (!change) return done(change.error());
        if (!*change) return done(no_such_notification());
        done((*change)->unread);
    };
}

}  // namespace

void Inbox::post(const Identity& sender,
                 const wire::NotificationBody& body,
                 const std::optional<std::string>& key,
                 Done<ports::PostResult> done) {
    if (!lanes_.has_room()) {
        return done(Error{Errc::unavailable, "The queues are full; the notification was not accepted"});
    }
    const std::string* const usual = rules_->channel_of(body.type);
    if (usual == nullptr) {
        return done(Error{Errc::invalid_request,
                          "type: unknown notification type \"" + body.type + "\"; known are " + rules_->type_names()});
    }
    if (body.channel && !rules_->is_channel(*body.channel)) {
        return done(Error{Errc::invalid_request,
                          "channel: unknown channel \"" + *body.channel + "\"; known are " + rules_->channel_names()});
    }
    const EpochMs now = clocks_.wall.now_ms();
    if (body.expires_at && *body.expires_at <= now) {
        return done(Error{Errc::invalid_request, "expiresAt must be in the future"});
    }
    ports::Posting pattern;
    pattern.mandatory = body.mandatory;
    Notification& notification = pattern.notification;
    notification.type = body.type;
    notification.channel = body.channel.value_or(*usual);
    notification.collapse_key = body.collapse_key;
    notification.created_at = now;
    notification.expires_at = body.expires_at;
    notification.content = wire::notification_content(body, notification.channel, now);

    ports::PostRequest request;
    request.now = clocks_.expiry.now_ms();
    request.seen_at = clocks_.continuous.now_ms();
    request.forgotten_at = request.seen_at - deduplication_window_.count();
    const std::optional<std::string>& given_key = body.idempotency_key ? body.idempotency_key : key;
    if (given_key) request.key = publish::request_key(sender.user, *given_key);
    notification.id = ids_.time_ordered(request.seen_at);
    if (body.topic) {
        request.topic = body.topic;
        request.to_all = std::move(pattern);
    } else {
        for (const UserId& user : body.users) {
            request.postings.push_back(pattern);
            Notification& own = request.postings.back().notification;
            own.user = user;
            if (request.postings.size() > 1) own.id = ids_.time_ordered(request.seen_at);
        }
    }
    const bool to_topic = body.topic.has_value();
    store_.post(std::move(request),
                announce_posted(rules_, clocks_.wall, clocks_.expiry),
                [this, to_topic, done = std::move(done)](Result<ports::PostResult> result) mutable {
                    if (result && to_topic && !result->duplicate) topic_postings_.add(result->ids.front());
                    done(std::move(result));
                });
}

void Inbox::list(ports::InboxQuery query, Done<NotificationPage> done) {
    if (query.type && rules_->channel_of(*query.type) == nullptr) {
        return done(Error{Errc::invalid_request, "type: unknown notification type \"" + *query.type + "\""});
    }
    query.now = clocks_.expiry.now_ms();
    store_.list(std::move(query), std::move(done));
}

void Inbox::count_unread(const UserId& user, Done<std::uint64_t> done) {
    store_.count_unread(user, clocks_.expiry.now_ms(), std::move(done));
}

void Inbox::read(const UserId& user, const Uuid& id, Done<std::uint64_t> done) {
    const ports::ReadTime time{clocks_.wall.now_ms(), clocks_.expiry.now_ms()};
    store_.read(user, id, time, announce_read(user, ids_.random(), id, time.at), unread_of(std::move(done)));
}

void Inbox::read_all(const UserId& user, Done<std::uint64_t> done) {
    const Uuid up_to = ids_.time_ordered(clocks_.continuous.now_ms());
    read_on(user, up_to, clocks_.wall.now_ms(), false, std::move(done));
}

void Inbox::read_on(const UserId& user, const Uuid& up_to, EpochMs at, bool changed, Done<std::uint64_t> done) {
    auto announce = [changed, inner = announce_read(user, up_to, std::nullopt, at)](ports::InboxChange change,
                                                                                    std::vector<Delivery>& out) {
        change.changed = change.changed || changed;
        inner(change, out);
    };
    auto slice_done =
        [this, user, up_to, at, changed, done = std::move(done)](const Result<ports::InboxChange>& change) mutable {
            if (!change) return done(change.error());
            if (!change->more) return done(change->unread);
            read_on(user, up_to, at, changed || change->changed, std::move(done));
        };
    store_.read_all(user, up_to, slice_rows, {at, clocks_.expiry.now_ms()}, std::move(announce), std::move(slice_done));
}

void Inbox::remove(const UserId& user, const Uuid& id, Done<void> done) {
    auto removed = [done = std::move(done)](const Result<std::optional<ports::InboxChange>>& change) mutable {
        if (!change) return done(change.error());
        if (!*change) return done(no_such_notification());
        done({});
    };
    store_.remove(user,
                  id,
                  clocks_.expiry.now_ms(),
                  announce_deleted(user, ids_.random(), id, clocks_.wall.now_ms()),
                  std::move(removed));
}

void Inbox::acknowledge(const UserId& user, const Uuid& id, Done<void> done) {
    store_.acknowledge(user, id, [done = std::move(done)](const Result<bool>& found) mutable {
        if (!found) return done(found.error());
        if (!*found) return done(no_such_notification());
        done({});
    });
}

std::vector<std::string> Inbox::visible(const Identity& caller, const std::vector<std::string>& channels) {
    std::vector<std::string> all;
    for (const std::string& channel : channels) {
        const bool outside = caller.allowed_channels &&
                             std::ranges::find(*caller.allowed_channels, channel) == caller.allowed_channels->end();
        // A channel may have left the config since.
        if (!outside && rules_->is_channel(channel) && (caller.is_admin() || !rules_->is_for_admins(channel))) {
            all.push_back(channel);
        }
    }
    return all;
}

void Inbox::channels(const Identity& caller, Done<std::vector<std::string>> done) {
    store_.channels(
        caller.user,
        [this, caller, done = std::move(done)](const Result<std::optional<std::vector<std::string>>>& chosen) mutable {
            if (!chosen) return done(chosen.error());
            done(visible(caller, *chosen ? **chosen : rules_->default_channels()));
        });
}

Result<void> Inbox::check_channels(std::span<const std::string> names) const {
    const auto unknown =
        std::ranges::find_if(names, [&](const std::string& name) { return !rules_->is_channel(name); });
    if (unknown == names.end()) return {};
    return Error{Errc::invalid_request,
                 "channels[" + std::to_string(unknown - names.begin()) + "]: unknown channel \"" + *unknown +
                     "\"; known are " + rules_->channel_names()};
}

void Inbox::change_channels(const Identity& caller,
                            std::vector<std::string> added,
                            std::vector<std::string> removed,
                            Done<std::vector<std::string>> done) {
    ports::ChannelChange change{caller.user, rules_->default_channels(), std::move(added), std::move(removed)};
    store_.change_channels(
        std::move(change),
        [this, caller, done = std::move(done)](const Result<std::vector<std::string>>& channels) mutable {
            if (!channels) return done(channels.error());
            done(visible(caller, *channels));
        });
}

void Inbox::preferences(const UserId& user, Done<Preferences> done) {
    store_.preferences(user, std::move(done));
}

void Inbox::change_preferences(const UserId& user, wire::PreferencesPatch patch, Done<Preferences> done) {
    for (const std::string& type : patch.types()) {
        if (rules_->channel_of(type) != nullptr) continue;
        return done(Error{Errc::invalid_request,
                          "types." + type + ": unknown notification type; known are " + rules_->type_names()});
    }
    const EpochMs now = clocks_.wall.now_ms();
    auto change = [patch = std::make_shared<const wire::PreferencesPatch>(std::move(patch)),
                   now](const Preferences& before) { return patch->apply(before, now); };
    store_.change_preferences(user, std::move(change), std::move(done));
}

}  // namespace notifyd::notifications
