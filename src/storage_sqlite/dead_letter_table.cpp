// Dead letters: written, listed with their messages, and selected by commands.
#include "dead_letter_table.hpp"

#include "notifyd/core/uuid.hpp"

#include <utility>

namespace notifyd::storage::sqlite {

namespace {

std::string select(std::string_view rows) {
    return "SELECT id, queue, message_id, topic, sequence, connection, user, reason, attempts, first_failed_at, "
           "last_failed_at, head FROM dead_letters " +
           std::string(rows);
}

Statement& bind_after(Statement& statement, int place, const std::optional<Uuid>& after) {
    // An empty blob sorts before any id.
    if (after.has_value()) return statement.bind_uuid(place, *after);
    return statement.bind_blob(place, "", 0);
}

constexpr std::string_view delete_one = "DELETE FROM dead_letters WHERE id = ?1";

// nullopt: not one of our rows.
std::optional<DeadLetter> letter_of(Statement& row) {
    auto topic = TopicName::parse(row.text(3));
    if (!topic.has_value()) return std::nullopt;
    DeadLetter letter{.id = row.uuid(0),
                      .queue = std::string(row.text(1)),
                      .message = MessageId(row.uuid(2)),
                      .topic = std::move(*topic),
                      .sequence = static_cast<Sequence>(row.integer(4)),
                      .connection = std::nullopt,
                      .user = UserId(std::string(row.text(6))),
                      .reason = std::string(row.text(7)),
                      .attempts = static_cast<std::uint32_t>(row.integer(8)),
                      .first_failed_at = row.integer(9),
                      .last_failed_at = row.integer(10),
                      .head = std::nullopt};
    if (!row.is_null(5)) letter.connection = ConnectionId(row.uuid(5));
    if (!row.is_null(11)) letter.head = std::string(row.text(11));
    return letter;
}

// How many letters may be evicted for one. Usually one is enough; this keeps a commit short after the limits were
// lowered.
constexpr int letters_removed_max = 64;

// The usual size of a row with its entries in five indexes.
constexpr std::int64_t row_bytes = 512;

bool exceeds(std::int64_t value, std::int64_t bound) {
    return bound != 0 && value > bound;
}

}  // namespace

DeadLetterTable::DeadLetterTable(Database& database, History history, LetterBounds bounds)
    : history_(history),
      bounds_(bounds),
      database_(database),
      add_(database,
           "INSERT INTO dead_letters (id, queue, message_id, topic, sequence, connection, user, reason, "
           "attempts, first_failed_at, last_failed_at, head, bytes) "
           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (id) DO NOTHING"),
      size_of_recipient_(database, "SELECT letters, bytes FROM dead_letter_recipients WHERE user = ?1 AND queue = ?2"),
      size_in_all_(database, "SELECT bytes FROM table_sizes WHERE name = 'dead_letters'"),
      // The comparison makes SQLite search the index.
      largest_(database,
               "SELECT user, queue, bytes FROM dead_letter_recipients WHERE bytes >= 0 ORDER BY bytes DESC LIMIT 1"),
      remove_oldest_(database,
                     "DELETE FROM dead_letters WHERE rowid = (SELECT rowid FROM dead_letters "
                     "WHERE user = ?1 AND shared_queue = ?2 ORDER BY rowid LIMIT 1)"),
      remove_(database, delete_one),
      failed_again_(database,
                    "UPDATE dead_letters SET attempts = attempts + 1, last_failed_at = ?2, reason = ?3, marked = 0 "
                    "WHERE id = ?1"),
      delete_expired_(database,
                      "DELETE FROM dead_letters WHERE rowid IN (SELECT rowid FROM dead_letters "
                      "WHERE last_failed_at < ?1 ORDER BY last_failed_at LIMIT ?2)") {}

bool DeadLetterTable::add(const DeadLetter& letter) {
    const Recipient recipient{letter.user.get(), letter.user.get().empty() ? letter.queue : std::string()};
    return insert(letter) && make_room_of(recipient) && make_room_in_all(recipient);
}

bool DeadLetterTable::insert(const DeadLetter& letter) {
    const bool with_message = history_ == History::off && letter.head.has_value();
    std::size_t bytes = letter.topic.text().size() + letter.user.get().size();
    if (with_message) bytes += letter.head->size();
    add_.bind_uuid(1, letter.id).bind_text(2, letter.queue);
    add_.bind_uuid(3, letter.message.get()).bind_text(4, letter.topic.text());
    add_.bind(5, static_cast<std::int64_t>(letter.sequence)).bind_null(6).bind_null(12);
    if (letter.connection.has_value()) add_.bind_uuid(6, letter.connection->get());
    add_.bind_text(7, letter.user.get())
        .bind_text(8, letter.reason)
        .bind(9, letter.attempts)
        .bind(10, letter.first_failed_at)
        .bind(11, letter.last_failed_at)
        .bind(13, row_bytes + static_cast<std::int64_t>(bytes));
    if (with_message) add_.bind_text(12, *letter.head);
    return add_.run();
}

bool DeadLetterTable::make_room_of(const Recipient& recipient) {
    for (int removed = 0; removed < letters_removed_max; ++removed) {
        Size size;
        if (!measure(recipient, size)) return false;
        const bool too_much =
            exceeds(size.letters, bounds_.letters_of_recipient) || exceeds(size.bytes, bounds_.bytes_of_recipient);
        // The newest letter stays, however large it is.
        if (!too_much || size.letters <= 1) return true;
        if (!remove_oldest(recipient, GaveWay::Why::recipient_full)) return false;
    }
    return true;
}

bool DeadLetterTable::make_room_in_all(const Recipient& newest) {
    for (int removed = 0; removed < letters_removed_max; ++removed) {
        std::int64_t bytes = 0;
        if (!measure_all(bytes)) return false;
        if (!exceeds(bytes, bounds_.bytes_in_all)) return true;
        Recipient largest = newest;
        if (!find_largest(largest) || !remove_oldest(largest, GaveWay::Why::table_full)) return false;
    }
    return true;
}

bool DeadLetterTable::measure(const Recipient& recipient, Size& size) {
    const ResetGuard reset(size_of_recipient_.bind_text(1, recipient.user).bind_text(2, recipient.queue));
    const Step step = size_of_recipient_.step();
    if (step == Step::row) size = {size_of_recipient_.integer(0), size_of_recipient_.integer(1)};
    return step != Step::failed;
}

bool DeadLetterTable::measure_all(std::int64_t& bytes) {
    const ResetGuard reset(size_in_all_);
    const Step step = size_in_all_.step();
    if (step == Step::row) bytes = size_in_all_.integer(0);
    return step != Step::failed;
}

bool DeadLetterTable::find_largest(Recipient& recipient) {
    Size own;
    if (!measure(recipient, own)) return false;
    const ResetGuard reset(largest_);
    const Step step = largest_.step();
    if (step == Step::row && largest_.integer(2) > own.bytes) {
        recipient = {std::string(largest_.text(0)), std::string(largest_.text(1))};
    }
    return step != Step::failed;
}

bool DeadLetterTable::remove_oldest(const Recipient& recipient, GaveWay::Why why) {
    if (!remove_oldest_.bind_text(1, recipient.user).bind_text(2, recipient.queue).run()) return false;
    // A recipient whose letters are evicted usually loses many in a row.
    if (!gave_way_.empty() && gave_way_.back().is(recipient.user, recipient.queue, why)) {
        ++gave_way_.back().letters;
    } else {
        gave_way_.push_back({UserId(recipient.user), recipient.queue, why, 1});
    }
    return true;
}

bool DeadLetterTable::remove(const Uuid& id, bool& removed) {
    if (!remove_.bind_uuid(1, id).run()) return false;
    removed = database_.rows_changed() > 0;
    return true;
}

bool DeadLetterTable::failed_again(const Uuid& id, EpochMs at, const std::string& reason) {
    return failed_again_.bind_uuid(1, id).bind(2, at).bind_text(3, reason).run();
}

bool DeadLetterTable::delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) {
    if (!delete_expired_.bind(1, cutoff).bind(2, static_cast<std::int64_t>(rows_max)).run()) return false;
    deleted = static_cast<std::size_t>(database_.rows_changed());
    return true;
}

DeadLetterLists::DeadLetterLists(Database& database, observability::Events& events)
    : all_(database, select("WHERE id > ?1 ORDER BY id")),
      of_queue_(database, select("WHERE queue = ?2 AND id > ?1 ORDER BY id")),
      marked_(database, select("WHERE marked = 1 AND id > ?1 AND (?2 IS NULL OR queue = ?2) ORDER BY id")),
      one_(database, select("WHERE id = ?1")),
      messages_(database, events) {}

Statement& DeadLetterLists::bound(const ports::DeadLetterQuery& query) {
    Statement& statement = query.marked_only ? marked_ : query.queue.has_value() ? of_queue_ : all_;
    bind_after(statement, 1, query.after);
    if (query.queue.has_value()) {
        statement.bind_text(2, *query.queue);
    } else if (query.marked_only) {
        statement.bind_null(2);
    }
    return statement;
}

bool DeadLetterLists::fill_head(DeadLetter& letter) {
    return letter.head.has_value() || messages_.find_head(letter.topic, letter.message, letter.head);
}

std::optional<DeadLetterPage> DeadLetterLists::list(const ports::DeadLetterQuery& query) {
    DeadLetterPage page;
    if (query.letters_max == 0) return page;
    Statement& rows = bound(query);
    const ResetGuard reset(rows);
    std::size_t bytes = 0;
    Step step = rows.step();
    for (; step == Step::row; step = rows.step()) {
        page.more = page.letters.size() >= query.letters_max;
        if (page.more) return page;
        auto letter = letter_of(rows);
        if (!letter.has_value()) continue;
        // A message that many recipients missed is looked up only once.
        const bool same = !page.letters.empty() && page.letters.back().message == letter->message;
        if (same && !letter->head.has_value()) letter->head = page.letters.back().head;
        if (!same && !fill_head(*letter)) return std::nullopt;
        bytes += letter->head.has_value() ? letter->head->size() : 0;
        page.more = !page.letters.empty() && bytes > limits::page_bytes_max;
        if (page.more) return page;
        page.letters.push_back(std::move(*letter));
    }
    if (step == Step::failed) return std::nullopt;
    return page;
}

std::optional<std::optional<DeadLetter>> DeadLetterLists::find(const Uuid& id) {
    const ResetGuard reset(one_.bind_uuid(1, id));
    const Step step = one_.step();
    if (step == Step::failed) return std::nullopt;
    if (step == Step::done) return std::optional<DeadLetter>();
    auto letter = letter_of(one_);
    if (letter.has_value() && !fill_head(*letter)) return std::nullopt;
    return letter;
}

DeadLetterRows::DeadLetterRows(Database& database)
    : count_(database, "SELECT count(*) FROM dead_letters WHERE ?1 IS NULL OR queue = ?1"),
      newest_(database, "SELECT max(id) FROM dead_letters"),
      ids_(database,
           "SELECT id FROM dead_letters WHERE id > ?1 AND id <= ?2 AND (?3 IS NULL OR queue = ?3) "
           "ORDER BY id LIMIT ?4"),
      marked_(database, "SELECT marked FROM dead_letters WHERE id = ?1") {}

std::optional<std::size_t> DeadLetterRows::count(const LetterChoice& choice) {
    if (choice.id.has_value()) {
        State state = State::gone;
        if (!find_state(*choice.id, state)) return std::nullopt;
        return state == State::gone ? std::size_t{0} : std::size_t{1};
    }
    const ResetGuard reset(count_);
    count_.bind_null(1);
    if (choice.queue.has_value()) count_.bind_text(1, *choice.queue);
    if (count_.step() != Step::row) return std::nullopt;
    return static_cast<std::size_t>(count_.integer(0));
}

bool DeadLetterRows::find_newest(std::optional<Uuid>& id) {
    const ResetGuard reset(newest_);
    if (newest_.step() != Step::row) return false;
    id = newest_.is_null(0) ? std::nullopt : std::optional(newest_.uuid(0));
    return true;
}

bool DeadLetterRows::find_ids(const LetterChoice& choice,
                              const std::optional<Uuid>& after,
                              const Uuid& last,
                              std::size_t rows_max,
                              std::vector<Uuid>& ids) {
    const ResetGuard reset(ids_);
    bind_after(ids_, 1, after).bind_uuid(2, last).bind_null(3).bind(4, static_cast<std::int64_t>(rows_max));
    if (choice.queue.has_value()) ids_.bind_text(3, *choice.queue);
    Step step = ids_.step();
    for (; step == Step::row; step = ids_.step()) ids.push_back(ids_.uuid(0));
    return step != Step::failed;
}

bool DeadLetterRows::find_state(const Uuid& id, State& state) {
    const ResetGuard reset(marked_.bind_uuid(1, id));
    const Step step = marked_.step();
    state = State::gone;
    if (step == Step::row) state = marked_.integer(0) == 0 ? State::unmarked : State::marked;
    return step != Step::failed;
}

DeadLetterChange::DeadLetterChange(Database& database, What what)
    : database_(database),
      change_(database, what == What::remove ? delete_one : "UPDATE dead_letters SET marked = 1 WHERE id = ?1") {}

bool DeadLetterChange::apply(const Uuid& id, bool& changed) {
    if (!change_.bind_uuid(1, id).run()) return false;
    changed = database_.rows_changed() > 0;
    return true;
}

std::optional<EpochMs> newest_letter_made_at(Database& database) {
    Statement newest(database, "SELECT id FROM dead_letters ORDER BY id DESC LIMIT 1");
    const Step step = newest.step();
    if (step == Step::failed) return std::nullopt;
    return step == Step::row ? uuid_v7_epoch_ms(newest.uuid(0)) : EpochMs{0};
}

}  // namespace notifyd::storage::sqlite
