// The envelopes that inform a user's connections of changes in the inbox, as messages for the lanes.
// Thread: made on a loop, called on the storage thread: they share nothing but immutable rules and the clock.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/notifications/notification_rules.hpp"
#include "notifyd/ports/inbox_store.hpp"

#include <memory>
#include <optional>

namespace notifyd::notifications {

// The clocks must be safe to use from any thread, and outlive the storage. `expiry` decides what has expired.
[[nodiscard]] ports::AnnouncePosted announce_posted(std::shared_ptr<const NotificationRules> rules,
                                                    const Clock& clock,
                                                    const Clock& expiry);
// `id`: what was read; nullopt: everything. A change in several transactions is announced with the last one.
[[nodiscard]] ports::AnnounceChange announce_read(const UserId& user,
                                                  const Uuid& envelope_id,
                                                  const std::optional<Uuid>& id,
                                                  EpochMs at);
[[nodiscard]] ports::AnnounceChange announce_deleted(const UserId& user,
                                                     const Uuid& envelope_id,
                                                     const Uuid& id,
                                                     EpochMs at);

}  // namespace notifyd::notifications
