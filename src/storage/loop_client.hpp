// The StorageClient of one loop: its ports, and the requests below them.
#pragma once

#include "notifyd/storage/storage_client.hpp"

#include "block_port.hpp"
#include "connection_port.hpp"
#include "disk_port.hpp"
#include "inbox_port.hpp"
#include "letter_port.hpp"
#include "loop_requests.hpp"
#include "message_port.hpp"
#include "permission_port.hpp"
#include "read_position_port.hpp"
#include "resume_port.hpp"
#include "ticket_port.hpp"

#include <string>

namespace notifyd::storage {

class LoopClient final : public StorageClient {
  public:
    LoopClient(runtime::EventLoop& loop,
               const SharedByLoops& shared,
               const std::string& epoch,
               const ChangeListeners& listeners)
        : requests_(loop, shared),
          messages_(requests_, epoch),
          permissions_(requests_, listeners),
          blocks_(requests_, listeners) {}

    [[nodiscard]] ports::MessageLog& messages() override { return messages_; }
    [[nodiscard]] ports::MessageReader& history() override { return messages_; }
    [[nodiscard]] ports::ResumePlanner& resume() override { return resume_; }
    [[nodiscard]] ports::PermissionStore& permissions() override { return permissions_; }
    [[nodiscard]] ports::BlockStore& blocks() override { return blocks_; }
    [[nodiscard]] ports::ConnectionStore& connections() override { return connections_; }
    [[nodiscard]] ports::DeadLetterSink& letter_sink() override { return letters_; }
    [[nodiscard]] ports::DeadLetterStore& letters() override { return letters_; }
    [[nodiscard]] ports::TicketStore& tickets() override { return tickets_; }
    [[nodiscard]] ports::InboxStore& inboxes() override { return inboxes_; }
    [[nodiscard]] ports::ReadPositionStore& read_positions() override { return read_positions_; }
    [[nodiscard]] ports::DiskSpace& disk() override { return disk_; }

    [[nodiscard]] bool turn_ended() override {
        requests_.turn_ended();
        return false;
    }
    void turn_continues() override { requests_.turn_continues(); }
    void after_turn() override { requests_.after_turn(); }

  private:
    LoopRequests requests_;
    MessagePort messages_;
    ResumePort resume_{requests_};
    PermissionPort permissions_;
    BlockPort blocks_;
    ConnectionPort connections_{requests_};
    LetterPort letters_{requests_};
    TicketPort tickets_{requests_};
    InboxPort inboxes_{requests_};
    ReadPositionPort read_positions_{requests_};
    DiskPort disk_{requests_};
};

}  // namespace notifyd::storage
