// What the ports read: one class per resource, implemented by every engine. The contracts of the answers are those of
// the ports.
// Thread: one reader thread, inside a transaction of its ReadSession.
// Fails:  nullopt if the database fails or a row is damaged.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/ports/block_store.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/ports/inbox_store.hpp"
#include "notifyd/ports/permission_store.hpp"
#include "notifyd/ports/read_position_store.hpp"
#include "notifyd/ports/resume_planner.hpp"
#include "notifyd/ports/ticket_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace notifyd::storage {

class MessageReads {
  public:
    virtual ~MessageReads() = default;
    [[nodiscard]] virtual std::optional<Page> read(const PageQuery& query) = 0;
};

class ResumeReads {
  public:
    virtual ~ResumeReads() = default;
    [[nodiscard]] virtual std::optional<ports::ResumePlan> plan(const ports::ResumeQuery& query) = 0;
    [[nodiscard]] virtual std::optional<std::vector<Sequence>> positions(const ports::PositionsQuery& query) = 0;
};

class PermissionReads {
  public:
    virtual ~PermissionReads() = default;
    [[nodiscard]] virtual std::optional<ports::PermissionPage> by_user(const UserId& user,
                                                                       std::size_t rows_max,
                                                                       const std::optional<TopicName>& after) = 0;
    [[nodiscard]] virtual std::optional<ports::PermissionPage> by_topic(const TopicName& topic,
                                                                        std::size_t rows_max,
                                                                        const std::optional<UserId>& after) = 0;
};

class BlockReads {
  public:
    virtual ~BlockReads() = default;
    [[nodiscard]] virtual std::optional<ports::BlockPage> list(EpochMs now,
                                                               std::size_t rows_max,
                                                               const std::optional<UserId>& after) = 0;
};

class LetterReads {
  public:
    virtual ~LetterReads() = default;
    // A page ends early, with at least one letter, if its messages would exceed limits::page_bytes_max.
    [[nodiscard]] virtual std::optional<DeadLetterPage> list(const ports::DeadLetterQuery& query) = 0;
    // The inner optional is empty if there is no such letter.
    [[nodiscard]] virtual std::optional<std::optional<DeadLetter>> find(const Uuid& id) = 0;
};

class TicketReads {
  public:
    virtual ~TicketReads() = default;
    // The inner optional is empty if there is no such ticket.
    [[nodiscard]] virtual std::optional<std::optional<ports::FoundTicket>> find(const Uuid& id) = 0;
};

class InboxReads {
  public:
    virtual ~InboxReads() = default;
    [[nodiscard]] virtual std::optional<NotificationPage> list(const ports::InboxQuery& query) = 0;
    [[nodiscard]] virtual std::optional<PendingPage> pending(const ports::PendingQuery& query) = 0;
    [[nodiscard]] virtual std::optional<std::uint64_t> count_unread(const UserId& user, EpochMs now) = 0;
    // The inner optional is empty if the user has never chosen.
    using Channels = std::optional<std::vector<std::string>>;
    [[nodiscard]] virtual std::optional<Channels> channels(const UserId& user) = 0;
    [[nodiscard]] virtual std::optional<Preferences> preferences(const UserId& user) = 0;
    [[nodiscard]] virtual std::optional<std::vector<Uuid>> unfinished_postings() = 0;
};

struct RankedChat {
    ChatPlace place;
    Role role = Role::member;
};

struct ChatSlice {
    // In no particular order.
    std::vector<RankedChat> chats;
    // Where the next slice begins; nullopt: this is the last one.
    std::optional<TopicName> next{};
};

class ChatReads {
  public:
    virtual ~ChatReads() = default;
    // Visits up to `rows_max` permission rows of the user, in the order of their topics; bans are left out.
    [[nodiscard]] virtual std::optional<ChatSlice> rank(const UserId& user,
                                                        std::size_t rows_max,
                                                        const std::optional<TopicName>& after) = 0;
    // Adds each of these with its numbers; false if the database fails.
    [[nodiscard]] virtual bool describe(const UserId& user,
                                        const std::vector<RankedChat>& ranked,
                                        std::vector<Chat>& chats) = 0;
};

// Refers to the objects of one ReadSession.
struct ReadTables {
    MessageReads& messages;
    ResumeReads& resumes;
    PermissionReads& permissions;
    BlockReads& blocks;
    LetterReads& letters;
    TicketReads& tickets;
    InboxReads& inboxes;
    ChatReads& chats;
};

}  // namespace notifyd::storage
