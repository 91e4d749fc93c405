// One loop's way to the storage: the ports, gathered per turn (see each port for its contract).
// Owns:   the requests of the present turn, and the answers that its loop has not taken yet.
// Thread: its loop's. Any handler or task of the loop may call it, at any time.
// Fails:  unavailable, through `done`, never inside the call. A request that finds the queue full is answered before
//         those that wait: the one exception to the order of the calls.
#pragma once

#include "notifyd/ports/block_store.hpp"
#include "notifyd/ports/connection_store.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/ports/disk_space.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/message_reader.hpp"
#include "notifyd/ports/permission_store.hpp"
#include "notifyd/ports/resume_planner.hpp"
#include "notifyd/ports/ticket_store.hpp"
#include "notifyd/runtime/event_loop.hpp"

namespace notifyd::storage {

class StorageClient : public ports::MessageLog,
                      public ports::MessageReader,
                      public ports::ResumePlanner,
                      public ports::PermissionStore,
                      public ports::BlockStore,
                      public ports::ConnectionStore,
                      public ports::DeadLetterStore,
                      public ports::TicketStore,
                      public ports::DiskSpace,
                      public runtime::TurnHook {};

}  // namespace notifyd::storage
