// Dead letters from outside of the server.
#include "notifyd/storage/dead_letter_file.hpp"

#include "notifyd/core/clock.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events.hpp"

#include "database_check.hpp"
#include "database_file.hpp"
#include "dead_letter_table.hpp"
#include "files.hpp"
#include "migrator.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::storage {

namespace {

constexpr std::size_t slice_rows = 500;

// A letter whose message is damaged is shown without it; the server's log has the event.
class NoLog final : public observability::LogSink {
  public:
    NoLog() : LogSink(observability::LogLevel::error) {}
    void write(const observability::LogLine&) override {}
};

// `path` becomes the one that is locked and opened.
Refusal find_database(const std::string& database, std::string& path) {
    const auto whole = resolved(database, "storage.path");
    if (!whole.has_value()) return whole.error();
    path = *whole;
    const auto files = check_files_in_use(path);
    if (!files.has_value()) return files.error();
    return std::nullopt;
}

}  // namespace

class DeadLetterFile::Parts {
  public:
    explicit Parts(std::string file) : path(std::move(file)) {}

    [[nodiscard]] std::optional<StartupError> open(Access access);
    [[nodiscard]] StartupError failed() const { return database_error(path, database.last_error()); }
    // A slice of ids behind `after`, in a transaction of its own; `change` is run for each. False: the database failed.
    [[nodiscard]] bool change_slice(const LetterChoice& choice,
                                    const std::optional<Uuid>& after,
                                    const Uuid& last,
                                    Statement& change,
                                    std::vector<Uuid>& ids);
    [[nodiscard]] Startup<std::vector<Uuid>> change_all(const LetterChoice& choice, const char* sql);

    const std::string path;
    Database database;
    NoLog log;
    SystemClock clock;
    observability::Events events{log, clock};
    // What needs the database open; destroyed before it.
    struct Statements {
        Statements(Database& database, observability::Events& events)
            : transactions(database),
              lists(database, events),
              // ?1: behind this id, ?2: up to this one, ?3: the queue or NULL.
              ids(database,
                  "SELECT id FROM dead_letters WHERE id > ?1 AND id <= ?2 AND (?3 IS NULL OR queue = ?3) "
                  "ORDER BY id LIMIT ?4"),
              count(database, "SELECT count(*) FROM dead_letters WHERE ?1 IS NULL OR queue = ?1"),
              last(database, "SELECT max(id) FROM dead_letters"),
              is_marked(database, "SELECT marked FROM dead_letters WHERE id = ?1") {}
        Transactions transactions;
        DeadLetterLists lists;
        Statement ids;
        Statement count;
        Statement last;
        Statement is_marked;
    };
    std::unique_ptr<Statements> statements;
};

std::optional<StartupError> DeadLetterFile::Parts::open(Access access) {
    const auto how = access == Access::read ? Database::Access::read_only : Database::Access::read_write;
    if (!open_unknown(database, path, how) || !database.execute("PRAGMA wal_autocheckpoint = 0")) return failed();
    const auto migrations = embedded_migrations();
    const auto version = schema_version(database, path, migrations);
    if (!version.has_value()) return version.error();
    if (*version < migrations.back().version) {
        return database_error(path, "an older version has written it: `notifyd migrate` brings it up to date");
    }
    statements = std::make_unique<Statements>(database, events);
    if (!database.prepare_error().empty()) return database_error(path, database.prepare_error());
    return std::nullopt;
}

DeadLetterFile::DeadLetterFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
DeadLetterFile::DeadLetterFile(DeadLetterFile&& other) noexcept = default;
DeadLetterFile::~DeadLetterFile() = default;

Startup<DeadLetterFile> DeadLetterFile::open(const std::string& database, Access access) {
    std::string path;
    if (auto refusal = find_database(database, path)) return *refusal;
    auto parts = std::make_unique<Parts>(std::move(path));
    if (auto refusal = parts->open(access)) return *refusal;
    return DeadLetterFile(std::move(parts));
}

Startup<bool> DeadLetterFile::visit(const LetterChoice& choice,
                                    std::size_t letters_max,
                                    const std::function<void(const DeadLetter&)>& visit) {
    auto& [transactions, lists, ids, count, last, is_marked] = *parts_->statements;
    if (choice.id.has_value()) {
        const auto letter = transactions.begin_read() ? lists.find(*choice.id) : std::nullopt;
        if (letter.has_value() && letter->has_value()) visit(**letter);
        if (!letter.has_value() || !transactions.commit()) return parts_->failed();
        return false;
    }
    ports::DeadLetterQuery query{.queue = choice.queue, .after = {}, .letters_max = 0};
    std::size_t left = letters_max;
    for (bool more = true; more && left > 0;) {
        query.letters_max = std::min(left, limits::page_messages_max);
        const auto page = transactions.begin_read() ? lists.list(query) : std::nullopt;
        if (!page.has_value() || !transactions.commit()) return parts_->failed();
        std::ranges::for_each(page->letters, visit);
        left -= page->letters.size();
        more = page->more && !page->letters.empty();
        if (more) query.after = page->letters.back().id;
        if (left == 0) return more;
    }
    return false;
}

Startup<std::size_t> DeadLetterFile::count(const LetterChoice& choice) {
    if (choice.id.has_value()) {
        Statement& one = parts_->statements->is_marked;
        const ResetGuard reset_one(one.bind_uuid(1, *choice.id));
        const Step step = one.step();
        if (step == Step::failed) return parts_->failed();
        return step == Step::row ? std::size_t{1} : std::size_t{0};
    }
    Statement& count = parts_->statements->count;
    const ResetGuard reset(count);
    count.bind_null(1);
    if (choice.queue.has_value()) count.bind_text(1, *choice.queue);
    if (count.step() != Step::row) return parts_->failed();
    return static_cast<std::size_t>(count.integer(0));
}

bool DeadLetterFile::Parts::change_slice(const LetterChoice& choice,
                                         const std::optional<Uuid>& after,
                                         const Uuid& last,
                                         Statement& change,
                                         std::vector<Uuid>& ids) {
    Statement& rows = statements->ids;
    if (!statements->transactions.begin_write()) return false;
    {
        const ResetGuard reset(rows);
        rows.bind_blob(1, "", 0).bind_null(3).bind(4, slice_rows);
        if (after.has_value()) rows.bind_uuid(1, *after);
        rows.bind_uuid(2, last);
        if (choice.queue.has_value()) rows.bind_text(3, *choice.queue);
        Step step = rows.step();
        for (; step == Step::row; step = rows.step()) ids.push_back(rows.uuid(0));
        if (step == Step::failed) return false;
    }
    for (const Uuid& id : ids) {
        if (!change.bind_uuid(1, id).run()) return false;
    }
    return statements->transactions.commit();
}

// Only what is there at the beginning: what comes meanwhile must not keep this going.
Startup<std::vector<Uuid>> DeadLetterFile::Parts::change_all(const LetterChoice& choice, const char* sql) {
    Statement change(database, sql);
    if (!database.prepare_error().empty()) return database_error(path, database.prepare_error());
    std::vector<Uuid> all;
    if (choice.id.has_value()) {
        if (!change.bind_uuid(1, *choice.id).run()) return failed();
        if (database.rows_changed() > 0) all.push_back(*choice.id);
        return all;
    }
    Uuid last;
    {
        const ResetGuard reset(statements->last);
        if (statements->last.step() != Step::row) return failed();
        if (statements->last.is_null(0)) return all;
        last = statements->last.uuid(0);
    }
    for (;;) {
        std::vector<Uuid> slice;
        const auto after = all.empty() ? std::nullopt : std::optional(all.back());
        if (!change_slice(choice, after, last, change, slice)) {
            StartupError error = failed();
            statements->transactions.roll_back();
            return error;
        }
        all.insert(all.end(), slice.begin(), slice.end());
        if (slice.size() < slice_rows) return all;
    }
}

Startup<std::size_t> DeadLetterFile::purge(const LetterChoice& choice) {
    const auto purged = parts_->change_all(choice, "DELETE FROM dead_letters WHERE id = ?1");
    if (!purged.has_value()) return purged.error();
    return purged->size();
}

Startup<std::vector<Uuid>> DeadLetterFile::mark(const LetterChoice& choice) {
    return parts_->change_all(choice, "UPDATE dead_letters SET marked = 1 WHERE id = ?1");
}

Startup<DeadLetterFile::Taken> DeadLetterFile::take_done(std::vector<Uuid>& marked) {
    Taken taken;
    std::vector<Uuid> left;
    Statement& is_marked = parts_->statements->is_marked;
    for (const Uuid& id : marked) {
        const ResetGuard reset(is_marked.bind_uuid(1, id));
        const Step step = is_marked.step();
        if (step == Step::failed) return parts_->failed();
        if (step == Step::done) {
            ++taken.redriven;
        } else if (is_marked.integer(0) == 0) {
            ++taken.failed;
        } else {
            left.push_back(id);
        }
    }
    marked = std::move(left);
    return taken;
}

Startup<bool> is_served(const std::string& database) {
    std::string path;
    if (auto refusal = find_database(database, path)) return *refusal;
    return !FileLock::take(path).has_value();
}

}  // namespace notifyd::storage
