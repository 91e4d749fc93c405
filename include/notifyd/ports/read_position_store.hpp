// How far each user has read in each topic, and the list of a user's chats that shows it.
// Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full, or the commit or read failed); rate_limited (too many reads of the user are
// waiting); conflict (the user has positions in limits::read_positions_per_user_max topics).
#pragma once

#include "notifyd/core/chat.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace notifyd::ports {

struct ReadPosition {
    UserId user;
    TopicName topic;
    // The last number that the user has read.
    Sequence sequence = 0;
};

// Called with the position as stored. Runs on the storage thread after the commit, and adds what is to be delivered.
using AnnounceRead = std::function<void(Sequence, std::vector<Delivery>&)>;

struct ChatQuery {
    UserId user;
    std::size_t rows_max = 0;
    // The page begins after this place.
    std::optional<ChatPlace> after{};
};

struct ChatPage {
    std::vector<Chat> chats;
    // Of the last chat on the page, if there are more.
    std::optional<ChatPlace> next{};
};

class ReadPositionStore {
  public:
    virtual ~ReadPositionStore() = default;

    // Moves the position forward, at most to the topic's last number; it never moves back. `announce` is called only if
    // it has moved. A position is deleted together with the user's permission row for the topic.
    virtual void advance(ReadPosition position, AnnounceRead announce, UniqueFunction<void(Result<void>)> done) = 0;

    // The topics in which the user has a permission row that is not a ban. Scheduled as several short reads of that
    // user, so that a long list does not delay other users. A chat that receives a message meanwhile may be missing.
    virtual void list_chats(ChatQuery query, UniqueFunction<void(Result<ChatPage>)> done) = 0;
};

}  // namespace notifyd::ports
