// One loop's access to the storage: an object for each port, over requests that are gathered per turn.
// Thread: its loop. Any handler or task of the loop may use the ports, at any time.
// Fails:  unavailable, through `done`, never inside the call. A request that finds the queue full is answered before
// those that are waiting: the only exception to the order of the calls.
#pragma once

#include "notifyd/ports/block_store.hpp"
#include "notifyd/ports/connection_store.hpp"
#include "notifyd/ports/dead_letter_sink.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/ports/disk_space.hpp"
#include "notifyd/ports/inbox_store.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/message_reader.hpp"
#include "notifyd/ports/permission_store.hpp"
#include "notifyd/ports/read_position_store.hpp"
#include "notifyd/ports/resume_planner.hpp"
#include "notifyd/ports/ticket_store.hpp"
#include "notifyd/runtime/event_loop.hpp"

namespace notifyd::storage {

// The ports live as long as the client.
class StorageClient : public runtime::TurnHook {
  public:
    [[nodiscard]] virtual ports::MessageLog& messages() = 0;
    [[nodiscard]] virtual ports::MessageReader& history() = 0;
    [[nodiscard]] virtual ports::ResumePlanner& resume() = 0;
    [[nodiscard]] virtual ports::PermissionStore& permissions() = 0;
    [[nodiscard]] virtual ports::BlockStore& blocks() = 0;
    [[nodiscard]] virtual ports::ConnectionStore& connections() = 0;
    [[nodiscard]] virtual ports::DeadLetterSink& letter_sink() = 0;
    [[nodiscard]] virtual ports::DeadLetterStore& letters() = 0;
    [[nodiscard]] virtual ports::TicketStore& tickets() = 0;
    [[nodiscard]] virtual ports::InboxStore& inboxes() = 0;
    [[nodiscard]] virtual ports::ReadPositionStore& read_positions() = 0;
    [[nodiscard]] virtual ports::DiskSpace& disk() = 0;
};

}  // namespace notifyd::storage
