// Tickets as rows.
#include "ticket_table.hpp"

#include "text_list.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::storage::sqlite {

namespace {

constexpr EpochMs minute = 60'000;

// nullopt: not one of our rows.
std::optional<Grant> grant_of(std::int64_t number) {
    for (const Grant grant : {Grant::none, Grant::service, Grant::admin}) {
        if (number == static_cast<std::int64_t>(grant)) return grant;
    }
    return std::nullopt;
}

std::optional<ports::FoundTicket> found_in(Statement& row, const Uuid& id) {
    const auto grant = grant_of(row.integer(1));
    if (!grant.has_value()) return std::nullopt;
    ports::FoundTicket found;
    found.ticket.id = id;
    Identity& identity = found.ticket.identity;
    identity.user = UserId(std::string(row.text(0)));
    identity.grant = *grant;
    for (const std::string_view text : split_texts(row.text(2))) {
        auto topic = TopicName::parse(text);
        if (!topic.has_value()) return std::nullopt;
        identity.claimed_topics.push_back(std::move(*topic));
    }
    if (!row.is_null(3)) {
        const std::vector<std::string_view> channels = split_texts(row.text(3));
        identity.allowed_channels.emplace(channels.begin(), channels.end());
    }
    identity.expires_at = row.integer(4);
    identity.token_id = id.to_string();
    found.ticket.issued_at = row.integer(5);
    found.ticket.expires_at = row.integer(6);
    using State = ports::FoundTicket::State;
    found.state = !row.is_null(7) ? State::used : !row.is_null(8) ? State::revoked : State::unused;
    return found;
}

}  // namespace

TicketTable::TicketTable(Database& database, TicketBounds bounds)
    : bounds_(bounds),
      database_(database),
      count_(database, "SELECT entries FROM table_sizes WHERE name = 'tickets'"),
      nth_last_of_user_(database,
                        "SELECT issued_at, kept_until FROM tickets WHERE user = ?1 AND issued_at < ?2 "
                        "ORDER BY issued_at DESC LIMIT 1 OFFSET ?3"),
      issue_(database,
             "INSERT INTO tickets (id, user, grants, topics, channels, session_ends_at, issued_at, expires_at, "
             "kept_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
      use_(database,
           "UPDATE tickets SET used_at = ?2 "
           "WHERE id = ?1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?2"),
      revoke_all_(database,
                  "UPDATE tickets SET revoked_at = ?2 "
                  "WHERE user = ?1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?2"),
      delete_expired_(database,
                      "DELETE FROM tickets WHERE rowid IN (SELECT rowid FROM tickets "
                      "WHERE kept_until < ?1 ORDER BY kept_until LIMIT ?2)") {}

bool TicketTable::measure(std::int64_t& tickets) {
    const ResetGuard reset(count_);
    const Step step = count_.step();
    if (step == Step::row) tickets = count_.integer(0);
    return step != Step::failed;
}

// Loops read the clock one after another and hand over in any order, so slightly later tickets count, too; but not
// those of a clock that was ahead by more than a minute.
bool TicketTable::find_wait(const ports::Ticket& ticket, std::int64_t count, Until until, EpochMs& end) {
    end = 0;
    const ResetGuard reset(nth_last_of_user_);
    nth_last_of_user_.bind_text(1, ticket.identity.user.get()).bind(2, ticket.issued_at + minute).bind(3, count - 1);
    const Step step = nth_last_of_user_.step();
    if (step == Step::row) {
        end = until == Until::forgotten ? nth_last_of_user_.integer(1) : nth_last_of_user_.integer(0) + minute;
    }
    return step != Step::failed;
}

bool TicketTable::insert(const ports::Ticket& ticket) {
    const Identity& identity = ticket.identity;
    const std::string topics = join_texts(identity.claimed_topics, [](const TopicName& topic) { return topic.text(); });
    std::string channels;
    issue_.bind_uuid(1, ticket.id)
        .bind_text(2, identity.user.get())
        .bind(3, static_cast<std::int64_t>(identity.grant))
        .bind_text(4, topics)
        .bind_null(5)
        .bind(6, identity.expires_at)
        .bind(7, ticket.issued_at)
        .bind(8, ticket.expires_at)
        .bind(9, std::max(ticket.expires_at, ticket.issued_at + minute));
    if (identity.allowed_channels.has_value()) {
        channels = join_texts(*identity.allowed_channels, [](const std::string& channel) { return channel; });
        issue_.bind_text(5, channels);
    }
    return issue_.run();
}

bool TicketTable::issue(const ports::Ticket& ticket, std::size_t per_minute, ports::TicketIssue& issue) {
    using Verdict = ports::TicketIssue::Verdict;
    issue = {};
    EpochMs until = 0;
    EpochMs forgotten = 0;
    if (per_minute != 0 && !find_wait(ticket, static_cast<std::int64_t>(per_minute), Until::out_of_the_minute, until)) {
        return false;
    }
    if (!find_wait(ticket, bounds_.of_user, Until::forgotten, forgotten)) return false;
    until = std::max(until, forgotten);
    if (until > ticket.issued_at) {
        issue = {Verdict::too_many, Milliseconds(until - ticket.issued_at)};
        return true;
    }
    std::int64_t tickets = 0;
    if (!measure(tickets)) return false;
    if (tickets >= bounds_.in_all) {
        issue.verdict = Verdict::full;
        return true;
    }
    return insert(ticket);
}

bool TicketTable::use(const Uuid& id, EpochMs now, bool& used) {
    if (!use_.bind_uuid(1, id).bind(2, now).run()) return false;
    used = database_.rows_changed() == 1;
    return true;
}

bool TicketTable::revoke_all(const UserId& user, EpochMs now, std::size_t& revoked) {
    if (!revoke_all_.bind_text(1, user.get()).bind(2, now).run()) return false;
    revoked = static_cast<std::size_t>(database_.rows_changed());
    return true;
}

bool TicketTable::delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) {
    if (!delete_expired_.bind(1, cutoff).bind(2, static_cast<std::int64_t>(rows_max)).run()) return false;
    deleted = static_cast<std::size_t>(database_.rows_changed());
    return true;
}

TicketReader::TicketReader(Database& database)
    : one_(database,
           "SELECT user, grants, topics, channels, session_ends_at, issued_at, expires_at, used_at, revoked_at "
           "FROM tickets WHERE id = ?1") {}

std::optional<std::optional<ports::FoundTicket>> TicketReader::find(const Uuid& id) {
    const ResetGuard reset(one_.bind_uuid(1, id));
    const Step step = one_.step();
    if (step == Step::failed) return std::nullopt;
    if (step == Step::done) return std::optional<ports::FoundTicket>();
    return found_in(one_, id);
}

std::optional<EpochMs> newest_ticket_issued_at(Database& database) {
    return database.query_integer("SELECT coalesce(max(issued_at), 0) FROM tickets");
}

bool forget_tickets(Database& database) {
    return database.execute("DELETE FROM tickets");
}

}  // namespace notifyd::storage::sqlite
