// What write jobs change: one class per resource, implemented by every engine. Messages are not appended here, nor are
// connection rows written: these requests are typed (requests.hpp), and the WriteSession itself writes them.
// Thread: the storage thread, inside the transaction of a group, except where a function says otherwise.
// Fails:  false if the database fails. The whole group is then rolled back, and a table must forget what it remembers
// of the transaction. A refusal is an answer, not a failure.
#pragma once

#include "notifyd/core/dead_letter.hpp"
#include "notifyd/core/user_block.hpp"
#include "notifyd/ports/inbox_store.hpp"
#include "notifyd/ports/permission_store.hpp"
#include "notifyd/ports/read_position_store.hpp"
#include "notifyd/ports/ticket_store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage {

class MessageWrites {
  public:
    virtual ~MessageWrites() = default;
    // Retention. Deletes up to `rows_max` of the oldest messages, up to the first that was published at `cutoff` or
    // later, and as many rows of other tables that have become useless with time: deduplication keys outside their
    // window, and topics with neither messages nor a number to continue from. Messages dated in the future (the clock
    // was wrong) are deleted once the first plausibly dated message after them has expired. `deleted` counts messages.
    // Retention trusts the clock, so its time becomes the last known time.
    [[nodiscard]] virtual bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) = 0;
};

class PermissionWrites {
  public:
    virtual ~PermissionWrites() = default;
    // `refused`: why nothing was written.
    [[nodiscard]] virtual bool grant(const ports::PermissionGrant& grant, std::optional<Error>& refused) = 0;
    // `removed`: whether there was a row.
    [[nodiscard]] virtual bool revoke(const ports::PermissionRevocation& revocation,
                                      std::optional<Error>& refused,
                                      bool& removed) = 0;
};

class BlockWrites {
  public:
    virtual ~BlockWrites() = default;
    // Also deletes blocks that ended before this one began.
    [[nodiscard]] virtual bool block(const UserBlock& block) = 0;
    // `removed`: whether there was a row.
    [[nodiscard]] virtual bool unblock(const UserId& user, bool& removed) = 0;
};

class LetterWrites {
  public:
    virtual ~LetterWrites() = default;
    // The new letter is always kept; older ones may be evicted for it, of the same recipient if possible.
    [[nodiscard]] virtual bool add(const DeadLetter& letter) = 0;
    [[nodiscard]] virtual bool remove(const Uuid& id, bool& removed) = 0;
    [[nodiscard]] virtual bool failed_again(const Uuid& id, EpochMs at, const std::string& reason) = 0;
    [[nodiscard]] virtual bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) = 0;
};

class TicketWrites {
  public:
    virtual ~TicketWrites() = default;
    [[nodiscard]] virtual bool issue(const ports::Ticket& ticket,
                                     std::size_t per_minute,
                                     ports::TicketIssue& issue) = 0;
    [[nodiscard]] virtual bool use(const Uuid& id, EpochMs now, bool& used) = 0;
    [[nodiscard]] virtual bool revoke_all(const UserId& user, EpochMs now, std::size_t& revoked) = 0;
    [[nodiscard]] virtual bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) = 0;
};

// The contracts are those of ports::InboxStore.
class InboxWrites {
  public:
    virtual ~InboxWrites() = default;
    [[nodiscard]] virtual bool post(const ports::Posting& posting, EpochMs now, ports::Posted& posted) = 0;
    // The optional is empty if the user has no such notification.
    [[nodiscard]] virtual bool read(const UserId& user,
                                    const Uuid& id,
                                    const ports::ReadTime& time,
                                    std::optional<ports::InboxChange>& change) = 0;
    [[nodiscard]] virtual bool read_all(const UserId& user,
                                        const Uuid& up_to,
                                        std::size_t rows_max,
                                        const ports::ReadTime& time,
                                        ports::InboxChange& change) = 0;
    [[nodiscard]] virtual bool remove(const UserId& user,
                                      const Uuid& id,
                                      EpochMs now,
                                      std::optional<ports::InboxChange>& change) = 0;
    [[nodiscard]] virtual bool acknowledge(const UserId& user, const Uuid& id, bool& found) = 0;
    [[nodiscard]] virtual bool delete_expired(std::optional<EpochMs> cutoff,
                                              std::optional<EpochMs> now,
                                              std::size_t rows_max,
                                              std::size_t& deleted) = 0;
};

// What users have chosen.
class ChoiceWrites {
  public:
    virtual ~ChoiceWrites() = default;
    [[nodiscard]] virtual bool change_channels(const ports::ChannelChange& change,
                                               std::vector<std::string>& channels) = 0;
    [[nodiscard]] virtual bool change_preferences(const UserId& user,
                                                  const ports::InboxStore::ChangePreferences& change,
                                                  Preferences& preferences) = 0;
};

// Notifications to many, and what was answered to requests with a key.
class PostingWrites {
  public:
    virtual ~PostingWrites() = default;
    [[nodiscard]] virtual bool begin(const ports::Posting& posting, const TopicName& topic) = 0;
    // The next members, each with a posting of its own; `more`: whether others follow. None if the posting is finished,
    // or the notification has expired by `now`.
    [[nodiscard]] virtual bool take_members(
        const Uuid& id, std::size_t rows_max, EpochMs now, std::vector<ports::Posting>& postings, bool& more) = 0;
    // nullopt: there was none that is not forgotten.
    [[nodiscard]] virtual bool find(const ports::RequestKey& key,
                                    EpochMs forgotten_at,
                                    std::optional<ports::PostResult>& result) = 0;
    // Also deletes a few that are forgotten.
    [[nodiscard]] virtual bool keep(const ports::PostRequest& request, const ports::PostResult& result) = 0;
};

class ReadPositionWrites {
  public:
    virtual ~ReadPositionWrites() = default;
    // `moved_to`: where the position is now, if it has moved. `refused`: why nothing was written.
    [[nodiscard]] virtual bool advance(const ports::ReadPosition& position,
                                       std::optional<Sequence>& moved_to,
                                       std::optional<Error>& refused) = 0;
};

// The space of deleted rows. An engine whose database looks after that itself always counts 0.
class SpaceWrites {
  public:
    virtual ~SpaceWrites() = default;
    // How many pages are worth returning to the file system. Called outside a transaction, too.
    [[nodiscard]] virtual bool count_surplus(std::size_t& pages) = 0;
    // Returns up to `pages_max` of those counted last.
    [[nodiscard]] virtual bool give_back(std::size_t pages_max, std::size_t& given) = 0;
};

// Refers to the objects of the WriteSession.
struct WriteTables {
    MessageWrites& messages;
    PermissionWrites& permissions;
    BlockWrites& blocks;
    LetterWrites& letters;
    TicketWrites& tickets;
    InboxWrites& inboxes;
    ChoiceWrites& choices;
    PostingWrites& postings;
    ReadPositionWrites& read_positions;
    SpaceWrites& space;
};

}  // namespace notifyd::storage
