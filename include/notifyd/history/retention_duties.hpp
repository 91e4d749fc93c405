// What retention deletes. A table whose rows expire has a function here, and app/daemon adds it to the list.
// The stores and clocks must outlive the duties.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/history/retention.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/ports/disk_space.hpp"
#include "notifyd/ports/inbox_store.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/ticket_store.hpp"

namespace notifyd::history {

// `keep`: for how long; 0: for ever.
[[nodiscard]] RetentionDuty expired_messages(ports::MessageLog& log, Milliseconds keep);
[[nodiscard]] RetentionDuty expired_letters(ports::DeadLetterStore& letters, Milliseconds keep);
// Also those that have reached their own end.
[[nodiscard]] RetentionDuty expired_notifications(ports::InboxStore& inboxes, Milliseconds keep);
// `lifetimes`: the clock that connection tokens expire by.
[[nodiscard]] RetentionDuty expired_tickets(ports::TicketStore& tickets, const Clock& lifetimes);
// Comes last, because the others leave the space.
[[nodiscard]] RetentionDuty freed_space(ports::DiskSpace& disk);

}  // namespace notifyd::history
