// Sends notifications to users, and keeps their inboxes (docs/protocol.md#notifications).
// Flow:   POST /notifications -> Inbox -> ports::InboxStore -> (commit) -> lanes of every loop -> connections
// Thread: one loop; `done` runs on it. The rules are replaced by a reload.
// Fails:  invalid_request (unknown type or channel), forbidden, not_found (not the user's), unavailable.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/notifications/notification_rules.hpp"
#include "notifyd/notifications/topic_postings.hpp"
#include "notifyd/ports/inbox_store.hpp"
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/preferences.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace notifyd::notifications {

template <class T>
using Done = UniqueFunction<void(Result<T>)>;

// The clocks outlive the inbox.
struct InboxClocks {
    const Clock& wall;
    // Distrusts a leap: decides what has expired and what is too old.
    const Clock& expiry;
    // Never goes back: makes ids that sort by age, and measures the deduplication window.
    const Clock& continuous;
};

class Inbox {
  public:
    Inbox(ports::InboxStore& store,
          const ports::StandardQueue& lanes,
          TopicPostings& topic_postings,
          std::shared_ptr<const NotificationRules> rules,
          Milliseconds deduplication_window,
          InboxClocks clocks,
          IdSource& ids)
        : store_(store),
          lanes_(lanes),
          topic_postings_(topic_postings),
          rules_(std::move(rules)),
          deduplication_window_(deduplication_window),
          clocks_(clocks),
          ids_(ids) {}

    void use(std::shared_ptr<const NotificationRules> rules) { rules_ = std::move(rules); }
    [[nodiscard]] const NotificationRules& rules() const { return *rules_; }

    // Stored when `done` is called; delivered after that. `key`: the Idempotency-Key, if any.
    void post(const Identity& sender,
              const wire::NotificationBody& body,
              const std::optional<std::string>& key,
              Done<ports::PostResult> done);

    void list(ports::InboxQuery query, Done<NotificationPage> done);
    void count_unread(const UserId& user, Done<std::uint64_t> done);
    // The numbers of unread notifications that are left.
    void read(const UserId& user, const Uuid& id, Done<std::uint64_t> done);
    void read_all(const UserId& user, Done<std::uint64_t> done);
    void remove(const UserId& user, const Uuid& id, Done<void> done);
    void acknowledge(const UserId& user, const Uuid& id, Done<void> done);

    // The channels that this connection or caller may have, of those that the user is subscribed to.
    void channels(const Identity& caller, Done<std::vector<std::string>> done);
    // Whether all of them exist.
    [[nodiscard]] Result<void> check_channels(std::span<const std::string> names) const;
    // For names that exist.
    void change_channels(const Identity& caller,
                         std::vector<std::string> added,
                         std::vector<std::string> removed,
                         Done<std::vector<std::string>> done);

    void preferences(const UserId& user, Done<Preferences> done);
    void change_preferences(const UserId& user, wire::PreferencesPatch patch, Done<Preferences> done);

  private:
    [[nodiscard]] std::vector<std::string> visible(const Identity& caller, const std::vector<std::string>& channels);

    // Reads the next slice of everything up to the id. `changed`: whether an earlier slice has changed something.
    void read_on(const UserId& user, const Uuid& up_to, EpochMs at, bool changed, Done<std::uint64_t> done);

    ports::InboxStore& store_;
    const ports::StandardQueue& lanes_;
    TopicPostings& topic_postings_;
    std::shared_ptr<const NotificationRules> rules_;
    const Milliseconds deduplication_window_;
    const InboxClocks clocks_;
    IdSource& ids_;
};

}  // namespace notifyd::notifications
