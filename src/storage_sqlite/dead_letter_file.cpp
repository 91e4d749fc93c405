// Dead letters, for a command beside a running server or without one.
#include "notifyd/storage_sqlite/dead_letter_file.hpp"

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

namespace notifyd::storage::sqlite {

namespace {

constexpr std::size_t slice_rows = 500;

// A letter with a damaged message is shown without it; the server's log has the event.
class NoLog final : public observability::LogSink {
  public:
    NoLog() : LogSink(observability::LogLevel::error) {}
    void write(const observability::LogLine&) override {}
};

// Sets `path` to the file that is locked and opened.
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
    // Changes a slice of the letters after `after`, in its own transaction. False: the database failed.
    [[nodiscard]] bool change_slice(const LetterChoice& choice,
                                    const std::optional<Uuid>& after,
                                    const Uuid& last,
                                    DeadLetterChange& change,
                                    std::vector<Uuid>& ids);
    [[nodiscard]] Startup<std::vector<Uuid>> change_all(const LetterChoice& choice, DeadLetterChange::What what);

    const std::string path;
    Database database;
    NoLog log;
    SystemClock clock;
    observability::Events events{log, clock};
    // These need the open database and must be destroyed before it.
    struct Statements {
        Statements(Database& database, observability::Events& events)
            : transactions(database), lists(database, events), rows(database) {}
        Transactions transactions;
        DeadLetterLists lists;
        DeadLetterRows rows;
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
        return database_error(path, "it was written by an older version: run `notifyd migrate` first");
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
    auto& [transactions, lists, rows] = *parts_->statements;
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
    const auto letters = parts_->statements->rows.count(choice);
    if (!letters.has_value()) return parts_->failed();
    return *letters;
}

bool DeadLetterFile::Parts::change_slice(const LetterChoice& choice,
                                         const std::optional<Uuid>& after,
                                         const Uuid& last,
                                         DeadLetterChange& change,
                                         std::vector<Uuid>& ids) {
    if (!statements->transactions.begin_write()) return false;
    if (!statements->rows.find_ids(choice, after, last, slice_rows, ids)) return false;
    for (const Uuid& id : ids) {
        bool changed = false;
        if (!change.apply(id, changed)) return false;
    }
    return statements->transactions.commit();
}

// Only the letters that exist at the beginning: those added meanwhile must not keep this going.
Startup<std::vector<Uuid>> DeadLetterFile::Parts::change_all(const LetterChoice& choice, DeadLetterChange::What what) {
    DeadLetterChange change(database, what);
    if (!database.prepare_error().empty()) return database_error(path, database.prepare_error());
    std::vector<Uuid> all;
    if (choice.id.has_value()) {
        bool changed = false;
        if (!change.apply(*choice.id, changed)) return failed();
        if (changed) all.push_back(*choice.id);
        return all;
    }
    std::optional<Uuid> last;
    if (!statements->rows.find_newest(last)) return failed();
    if (!last.has_value()) return all;
    for (;;) {
        std::vector<Uuid> slice;
        const auto after = all.empty() ? std::nullopt : std::optional(all.back());
        if (!change_slice(choice, after, *last, change, slice)) {
            StartupError error = failed();
            statements->transactions.roll_back();
            return error;
        }
        all.insert(all.end(), slice.begin(), slice.end());
        if (slice.size() < slice_rows) return all;
    }
}

Startup<std::size_t> DeadLetterFile::purge(const LetterChoice& choice) {
    const auto purged = parts_->change_all(choice, DeadLetterChange::What::remove);
    if (!purged.has_value()) return purged.error();
    return purged->size();
}

Startup<std::vector<Uuid>> DeadLetterFile::mark(const LetterChoice& choice) {
    return parts_->change_all(choice, DeadLetterChange::What::mark);
}

Startup<DeadLetterFile::Taken> DeadLetterFile::take_done(std::vector<Uuid>& marked) {
    using State = DeadLetterRows::State;
    Taken taken;
    std::vector<Uuid> left;
    for (const Uuid& id : marked) {
        State state = State::gone;
        if (!parts_->statements->rows.find_state(id, state)) return parts_->failed();
        switch (state) {
            case State::gone:
                ++taken.redriven;
                break;
            case State::unmarked:
                ++taken.failed;
                break;
            case State::marked:
                left.push_back(id);
                break;
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

}  // namespace notifyd::storage::sqlite
