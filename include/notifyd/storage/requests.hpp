// What loops ask the storage thread to write: the requests of a turn, together. Messages and connection rows are typed,
// because they are numerous and treated differently; everything else is a WriteJob.
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/ports/connection_store.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/storage/write_job.hpp"

#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

namespace notifyd::storage {

struct AppendRequest {
    MessagePtr message;
    ports::AppendDone done;
    ports::Appended appended{};  // filled in by the storage thread
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

// Not answered and not urgent.
struct ConnectionRequest {
    std::variant<ports::ConnectionRow, ConnectionTopics, ConnectionPing, ConnectionEnd> change;
};

// Connection changes are large and rare compared with messages, so they are allocated separately.
using WriteRequest = std::variant<AppendRequest, std::unique_ptr<ConnectionRequest>, std::unique_ptr<WriteJob>>;

// Whether the publisher leaves the delivery of this message to the commit.
[[nodiscard]] inline bool is_delivered_by_commit(const Message& message) {
    return message.type == MessageType::fifo || message.deduplication.has_value();
}

// The room that a new dead letter takes up while it waits for its commit.
struct LetterClaim {
    UserId recipient;
    std::size_t bytes = 0;
};

class BatchOwner;

// The requests of one turn of one loop, in order; they commit together.
struct Batch {
    BatchOwner* owner = nullptr;
    std::vector<WriteRequest> requests;
    std::size_t bytes = 0;
    std::size_t row_bytes = 0;         // the part of connection rows
    std::vector<LetterClaim> letters;  // claims of new dead letters; their bytes are included
    std::size_t answers_wanted = 0;    // requests that are neither connection rows nor new dead letters
    bool delivery_waits = false;       // contains a message that is delivered only once committed
    bool has_jobs = false;
    Outcome outcome = Outcome::waiting;

    [[nodiscard]] std::size_t connection_rows() const { return requests.size() - answers_wanted - letters.size(); }
};

// Takes a batch back once its outcome is known. Called on the storage thread.
class BatchOwner {
  public:
    virtual ~BatchOwner() = default;
    virtual void give_back(Batch batch) = 0;
};

}  // namespace notifyd::storage
