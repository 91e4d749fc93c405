// How far users have read, and the list of a user's chats (docs/protocol.md#read-positions).
// Flow:   `read` -> read() -> ReadPositionStore (commits) -> the topic's subscribers; GET /chats -> chats()
// Thread: one loop; one instance per loop. The callbacks run on that loop, perhaps inside the call.
// Fails:  not_found (presence.enabled is off), forbidden, invalid_request (startKey), conflict, rate_limited and
//         unavailable (from the store, or because too much is waiting to be delivered).
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/ports/read_position_store.hpp"
#include "notifyd/ports/standard_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace notifyd::permissions {
class PermissionManager;
}

namespace notifyd::history {

struct ChatListPage {
    std::vector<Chat> chats;
    // The key of the next page, if there is one.
    std::optional<std::string> next_key{};
};

// The setting presence.enabled.
enum class ReadPositionMode : std::uint8_t { off, on };
// Who is informed of a user's position: only the user's own connections, or all subscribers of the topic.
enum class ReadReceipts : std::uint8_t { off, on };

class ReadPositions {
  public:
    using Refused = UniqueFunction<void(const Error&)>;
    using ChatsDone = UniqueFunction<void(Result<ChatListPage>)>;

    // `lanes` is where the announcements wait for their delivery. Everything must outlive this object.
    ReadPositions(ReadPositionMode mode,
                  ReadReceipts receipts,
                  const permissions::PermissionManager& permissions,
                  ports::ReadPositionStore& store,
                  const ports::StandardQueue& lanes,
                  const Clock& clock,
                  IdSource& ids);
    ReadPositions(const ReadPositions&) = delete;
    ReadPositions& operator=(const ReadPositions&) = delete;

    void use(ReadReceipts receipts) { receipts_ = receipts; }

    // Whether the feature is on; both functions below check it, too.
    [[nodiscard]] Result<void> available() const;

    // Moves the reader's position forward. While one position of a user and topic is being written, only the highest of
    // the following ones is kept, so that a client that reads quickly costs one write per commit. `refused` is called
    // only if the position could not be stored.
    void read(const Identity& reader, TopicName topic, Sequence sequence, Refused refused);

    // The caller's chats, the most recent first. `limit` is 1 to 100.
    void chats(const Identity& caller, std::size_t limit, const std::optional<std::string>& start_key, ChatsDone done);

  private:
    // What follows the position that is being written.
    struct Writing {
        Sequence highest = 0;
        Refused next{};  // set if `highest` is not being written yet
    };

    void write(ports::ReadPosition position, Refused refused);
    void written(ports::ReadPosition position);
    [[nodiscard]] ports::AnnounceRead announcement(const ports::ReadPosition& position);

    const ReadPositionMode mode_;
    ReadReceipts receipts_;
    const permissions::PermissionManager& permissions_;
    ports::ReadPositionStore& store_;
    const ports::StandardQueue& lanes_;
    const Clock& clock_;
    IdSource& ids_;
    // By user and topic.
    std::unordered_map<std::string, Writing> writing_;
};

}  // namespace notifyd::history
