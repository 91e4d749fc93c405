// What loops ask the storage thread to write, a turn's requests together.
// Owns:   its values. Thread: made on a loop, written by the storage thread, answered on the loop.
// Fails:  never.
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/ports/connection_store.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/permission_store.hpp"
#include "notifyd/ports/ticket_store.hpp"

#include "write_job.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace notifyd::storage {

using DoneVoid = UniqueFunction<void(Result<void>)>;
using DoneCount = UniqueFunction<void(Result<std::size_t>)>;
using DoneBool = UniqueFunction<void(Result<bool>)>;

struct AppendRequest {
    MessagePtr message;
    ports::AppendDone done;
    ports::Appended appended{};  // told by the storage thread
};

struct ExpireRequest {
    EpochMs cutoff = 0;
    std::size_t rows_max = 0;
    DoneCount done;
    std::size_t deleted = 0;  // told by the storage thread
};

struct GrantRequest {
    ports::PermissionGrant grant;
    DoneVoid done;
    std::optional<Error> refused{};  // told by the storage thread
};

struct RevokeRequest {
    ports::PermissionRevocation revocation;
    DoneBool done;
    std::optional<Error> refused{};  // told by the storage thread, both
    bool removed = false;
};

struct ConnectionTopics {
    ConnectionId id;
    std::vector<TopicName> topics;
};

struct ConnectionPing {
    ConnectionId id;
    EpochMs at = 0;
};

struct ConnectionEnd {
    ConnectionId id;
};

// Not answered, and in no hurry.
struct ConnectionRequest {
    std::variant<ports::ConnectionRow, ConnectionTopics, ConnectionPing, ConnectionEnd> change;
};

// Writes nothing: when it is answered with success, whatever was handed over before it is decided.
struct BarrierRequest {
    DoneVoid done;
};

struct RemoveLetter {
    Uuid id;
    DoneBool done;
    bool removed = false;  // told by the storage thread
};

struct LetterFailedAgain {
    Uuid id;
    EpochMs at = 0;
    std::string reason;
    DoneVoid done;
};

struct ExpireLetters {
    EpochMs cutoff = 0;
    std::size_t rows_max = 0;
    DoneCount done;
    std::size_t deleted = 0;  // told by the storage thread
};

// A letter alone is one to add: not answered, and in no hurry.
struct LetterRequest {
    std::variant<DeadLetter, RemoveLetter, LetterFailedAgain, ExpireLetters> change;
};

struct IssueTicket {
    ports::Ticket ticket;
    std::size_t per_minute = 0;
    UniqueFunction<void(Result<ports::TicketIssue>)> done;
    ports::TicketIssue issue{};  // told by the storage thread
};

struct UseTicket {
    Uuid id;
    EpochMs now = 0;
    DoneBool done;
    bool used = false;  // told by the storage thread
};

struct RevokeTickets {
    UserId user;
    EpochMs now = 0;
    DoneCount done;
    std::size_t revoked = 0;  // told by the storage thread
};

struct ExpireTickets {
    EpochMs cutoff = 0;
    std::size_t rows_max = 0;
    DoneCount done;
    std::size_t deleted = 0;  // told by the storage thread
};

struct TicketRequest {
    std::variant<IssueTicket, UseTicket, RevokeTickets, ExpireTickets> change;
};

struct ReclaimRequest {
    std::size_t pages_max = 0;
    DoneCount done;
    std::size_t given = 0;  // told by the storage thread
};

// Connection, letter and ticket changes are by far the largest and rarest, so they live apart.
using WriteRequest = std::variant<AppendRequest,
                                  ExpireRequest,
                                  GrantRequest,
                                  RevokeRequest,
                                  BarrierRequest,
                                  std::unique_ptr<ConnectionRequest>,
                                  std::unique_ptr<LetterRequest>,
                                  std::unique_ptr<TicketRequest>,
                                  std::unique_ptr<WriteJob>,
                                  ReclaimRequest>;

// Whoever published it leaves the delivery to the commit.
[[nodiscard]] inline bool is_delivered_by_commit(const Message& message) {
    return message.type == MessageType::fifo || message.deduplication.has_value();
}

class BatchOwner;

// The requests of one turn of one loop: they commit together, in their order.
struct Batch {
    BatchOwner* owner = nullptr;
    std::vector<WriteRequest> requests;
    std::size_t bytes = 0;
    std::size_t row_bytes = 0;       // of these, those of connection rows
    std::size_t letter_bytes = 0;    // and those of new dead letters
    std::size_t answers_wanted = 0;  // requests that are neither connection rows nor new dead letters
    std::size_t letters = 0;         // new dead letters
    bool delivery_waits = false;     // a message of it is delivered when it is committed, not before
    bool changes_memory = false;     // it may hold grants, revocations and jobs, which memory follows
    Outcome outcome = Outcome::waiting;
};

// Takes a batch back when its outcome is known. Called on the storage thread.
class BatchOwner {
  public:
    virtual ~BatchOwner() = default;
    virtual void give_back(Batch batch) = 0;
};

}  // namespace notifyd::storage
