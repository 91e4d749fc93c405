// Users' notifications, what they have done with them, and what they want to receive.
// Thread: one loop; `done` runs on that loop, after the commit where something was written. The announce callback runs
// before `done`, on the storage thread; what it adds is delivered in commit order.
// Fails:  unavailable (queue full, or the commit or read failed: nothing was changed).
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/core/notification.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::ports {

struct Posting {
    Notification notification;
    // Stored even if the user's preferences say no.
    bool mandatory = false;
};

// What became of a posting in its transaction.
struct Posted {
    enum class Verdict : std::uint8_t { stored, suppressed, already_there };
    Verdict verdict = Verdict::stored;
    // The earlier notification with the same collapse key, which has left the inbox.
    std::optional<Uuid> replaced{};
    // The channels that the user has chosen; nullopt: never chosen.
    std::optional<std::vector<std::string>> channels{};
    std::uint64_t unread = 0;
};
// Called for every posting that was stored.
using AnnouncePosted = std::function<void(const Posting&, const Posted&, std::vector<Delivery>&)>;

// SHA-256 of the sender and the idempotency key.
using RequestKey = DeduplicationKey;

struct PostRequest {
    std::vector<Posting> postings;
    // In place of postings: to everyone with a permission row on the topic. The notification's user is empty.
    std::optional<Posting> to_all{};
    std::optional<TopicName> topic{};
    // Decides which notifications have expired, and are not counted.
    EpochMs now = 0;
    std::optional<RequestKey> key{};
    // By the clock that the deduplication window is counted with: requests first seen at `forgotten_at` or before are
    // forgotten.
    EpochMs seen_at = 0;
    EpochMs forgotten_at = 0;
};

struct PostResult {
    // Of the stored postings, in order; for a topic, the one that its members share.
    std::vector<Uuid> ids;
    // Users whose preferences said no. Not known for a topic.
    std::vector<UserId> suppressed;
    // Repeats the answer to an earlier request with the same key; nothing was stored.
    bool duplicate = false;
};

// The inbox after a change; `changed` is false if there was nothing to change, because it was so already.
struct InboxChange {
    bool changed = false;
    std::uint64_t unread = 0;
    // There was too much for one transaction: ask again.
    bool more = false;
};

// When something is read. `now` decides which notifications have expired, and are not counted.
struct ReadTime {
    EpochMs at = 0;
    EpochMs now = 0;
};
// Called for every commit; `changed` says whether there is something to announce.
using AnnounceChange = std::function<void(const InboxChange&, std::vector<Delivery>&)>;

struct InboxQuery {
    UserId user{};
    std::size_t rows_max = 0;
    // The page begins after this one.
    std::optional<Uuid> after{};
    bool unread_only = false;
    std::optional<std::string> type{};
    EpochMs now = 0;
};

struct PendingQuery {
    UserId user{};
    // A page ends at either limit, but has at least one row.
    std::size_t rows_max = 0;
    std::size_t bytes_max = 0;
    // The page begins after this id.
    Uuid after{};
    EpochMs now = 0;
};

// Changes the user's choice, which begins with `defaults`.
struct ChannelChange {
    UserId user{};
    std::vector<std::string> defaults;
    std::vector<std::string> added;
    std::vector<std::string> removed;
};

class InboxStore {
  public:
    virtual ~InboxStore() = default;

    // Stores all postings in one transaction, except those that their users' preferences suppress. A posting to a topic
    // is only begun: continue_posting does the rest.
    virtual void post(PostRequest request, AnnouncePosted announce, UniqueFunction<void(Result<PostResult>)> done) = 0;
    // Stores the notification for up to `rows_max` more members of its topic. `done` receives whether there are more.
    virtual void continue_posting(Uuid id,
                                  std::size_t rows_max,
                                  EpochMs now,
                                  AnnouncePosted announce,
                                  UniqueFunction<void(Result<bool>)> done) = 0;
    // Those that have not reached all members, such as before a crash.
    virtual void unfinished_postings(UniqueFunction<void(Result<std::vector<Uuid>>)> done) = 0;

    // nullopt: the user has no such notification. Reading twice keeps the first time.
    virtual void read(UserId user,
                      Uuid id,
                      ReadTime time,
                      AnnounceChange announce,
                      UniqueFunction<void(Result<std::optional<InboxChange>>)> done) = 0;
    // Up to `rows_max` of those with an id up to this one: what arrives later stays unread.
    virtual void read_all(UserId user,
                          Uuid up_to,
                          std::size_t rows_max,
                          ReadTime time,
                          AnnounceChange announce,
                          UniqueFunction<void(Result<InboxChange>)> done) = 0;
    virtual void remove(UserId user,
                        Uuid id,
                        EpochMs now,
                        AnnounceChange announce,
                        UniqueFunction<void(Result<std::optional<InboxChange>>)> done) = 0;
    // A client has received it: it is not pending any more. `done` receives whether the user has it.
    virtual void acknowledge(UserId user, Uuid id, UniqueFunction<void(Result<bool>)> done) = 0;

    virtual void list(InboxQuery query, UniqueFunction<void(Result<NotificationPage>)> done) = 0;
    // Of all channels; the caller filters by the user's choice.
    virtual void pending(PendingQuery query, UniqueFunction<void(Result<PendingPage>)> done) = 0;
    // Without those that have expired.
    virtual void count_unread(UserId user, EpochMs now, UniqueFunction<void(Result<std::uint64_t>)> done) = 0;

    // nullopt: never chosen.
    virtual void channels(UserId user, UniqueFunction<void(Result<std::optional<std::vector<std::string>>>)> done) = 0;
    // The channels that are chosen now.
    virtual void change_channels(ChannelChange change, UniqueFunction<void(Result<std::vector<std::string>>)> done) = 0;

    virtual void preferences(UserId user, UniqueFunction<void(Result<Preferences>)> done) = 0;
    // Reads, changes and writes in one transaction, so that two changes at once are both kept. `change` runs on the
    // storage thread, perhaps more than once.
    using ChangePreferences = std::function<Preferences(const Preferences&)>;
    virtual void change_preferences(UserId user,
                                    ChangePreferences change,
                                    UniqueFunction<void(Result<Preferences>)> done) = 0;

    // Deletes up to `rows_max` of those created before `cutoff` (nullopt: none), or expired by `now` (nullopt: none).
    virtual void delete_expired(std::optional<EpochMs> cutoff,
                                std::optional<EpochMs> now,
                                std::size_t rows_max,
                                UniqueFunction<void(Result<std::size_t>)> done) = 0;
};

}  // namespace notifyd::ports
