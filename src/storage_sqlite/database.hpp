// SQLite with RAII: a connection, its prepared statements and transactions.
// Thread: one at a time; a connection may be handed to another thread, but never shared.
// Fails:  false or Step::failed; last_error() has the reason until the connection's next call.
#pragma once

#include "notifyd/core/uuid.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::storage::sqlite {

// What a failed call means for writers.
enum class Fault : std::uint8_t {
    passing,      // locked, full, an I/O error: may work later
    refused,      // the statement itself was rejected and would fail again
    failed_sync,  // what was written may be lost silently
    corrupt,      // the file is damaged
};

struct Failure {
    Fault fault = Fault::passing;
    std::string what;
};

class Database {
  public:
    enum class Access : std::uint8_t { read_write, read_only };

    // Never creates a file and never follows symbolic links.
    [[nodiscard]] bool open(const std::string& path, Access access);
    // Checkpoints if it is the last connection. All statements must have been destroyed.
    void close();

    Database() = default;
    ~Database() { close(); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Runs a script.
    [[nodiscard]] bool execute(const char* sql);
    // The first column of a one-row statement, such as a pragma.
    [[nodiscard]] std::optional<std::int64_t> query_integer(const char* sql);
    [[nodiscard]] std::optional<std::string> query_text(const char* sql);

    [[nodiscard]] std::string last_error() const;
    [[nodiscard]] int last_code() const;
    // Of the last call, if it failed.
    [[nodiscard]] Failure failure() const;
    // Of the last step that failed, whatever was called since.
    [[nodiscard]] const Failure& last_failed_step() const { return failed_step_; }
    // Whether the last call failed.
    [[nodiscard]] bool has_failed() const;
    // Why a statement of this connection could not be prepared (the schema is not as expected); empty if all were.
    [[nodiscard]] const std::string& prepare_error() const { return prepare_error_; }
    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
    [[nodiscard]] std::int64_t rows_changed() const { return sqlite3_changes64(handle_); }
    [[nodiscard]] sqlite3* handle() { return handle_; }

  private:
    friend class Statement;

    sqlite3* handle_ = nullptr;
    std::string prepare_error_;
    Failure failed_step_;
};

enum class Step : std::uint8_t { row, done, failed };

// Parameters are bound by position, from 1; bound data must live until reset().
class Statement {
  public:
    // Prepared for long use. If that fails, the database's prepare_error() has the reason and every step fails.
    Statement(Database& database, std::string_view sql);
    ~Statement() { sqlite3_finalize(handle_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int place, std::int64_t value);
    Statement& bind_text(int place, std::string_view text);
    Statement& bind_blob(int place, const void* bytes, std::size_t count);
    Statement& bind_uuid(int place, const Uuid& id) { return bind_blob(place, id.bytes.data(), id.bytes.size()); }
    Statement& bind_null(int place);

    [[nodiscard]] Step step();
    void reset() { sqlite3_reset(handle_); }
    // One step of a statement without result rows, and a reset. False: it failed.
    [[nodiscard]] bool run();

    // Columns are counted from 0; views live until the next step or reset.
    [[nodiscard]] std::int64_t integer(int column) { return sqlite3_column_int64(handle_, column); }
    [[nodiscard]] std::string_view text(int column);
    [[nodiscard]] std::string_view blob(int column);
    // All zeroes if the blob has another length.
    [[nodiscard]] Uuid uuid(int column);
    [[nodiscard]] bool is_null(int column) { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

  private:
    Database& database_;
    sqlite3_stmt* handle_ = nullptr;
};

// Resets a statement at the end of a block, so that no read stays open.
class ResetGuard {
  public:
    explicit ResetGuard(Statement& statement) : statement_(statement) {}
    ~ResetGuard() { statement_.reset(); }
    ResetGuard(const ResetGuard&) = delete;
    ResetGuard& operator=(const ResetGuard&) = delete;

  private:
    Statement& statement_;
};

// The statements of one connection's transactions.
class Transactions {
  public:
    explicit Transactions(Database& database);

    [[nodiscard]] bool begin_read() { return begin_read_.run(); }
    // Takes the write lock at once, waiting up to the busy timeout if another process holds it.
    [[nodiscard]] bool begin_write() { return begin_write_.run(); }
    [[nodiscard]] bool commit() { return commit_.run(); }
    // Does nothing if there is no transaction any more: SQLite itself rolls back after some failures.
    void roll_back();

  private:
    Database& database_;
    Statement begin_read_;
    Statement begin_write_;
    Statement commit_;
    Statement roll_back_;
};

}  // namespace notifyd::storage::sqlite
