// SQLite's C functions behind Database and Statement.
#include "database.hpp"

#include <cassert>
#include <cstring>

namespace notifyd::storage::sqlite {

namespace {

Fault fault_of(int code) {
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) return Fault::failed_sync;
    switch (code & 0xFF) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Fault::corrupt;
        case SQLITE_ERROR:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_TOOBIG:
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
            return Fault::refused;
    }
    return Fault::passing;
}

}  // namespace

bool Database::open(const std::string& path, Access access) {
    assert(handle_ == nullptr);
    const int mode = access == Access::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    // Links were followed and checked when the path was resolved; any link found now was put there afterwards.
    const int flags =
        mode | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    return sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) == SQLITE_OK;
}

void Database::close() {
    [[maybe_unused]] const int code = sqlite3_close(handle_);
    assert(code == SQLITE_OK);
    handle_ = nullptr;
}

bool Database::execute(const char* sql) {
    return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::optional<std::int64_t> Database::query_integer(const char* sql) {
    Statement statement(*this, sql);
    if (statement.step() != Step::row) return std::nullopt;
    return statement.integer(0);
}

std::optional<std::string> Database::query_text(const char* sql) {
    Statement statement(*this, sql);
    if (statement.step() != Step::row) return std::nullopt;
    return std::string(statement.text(0));
}

std::string Database::last_error() const {
    return handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
}

int Database::last_code() const {
    return sqlite3_errcode(handle_) & 0xFF;
}

Failure Database::failure() const {
    return {fault_of(sqlite3_extended_errcode(handle_)), last_error()};
}

bool Database::has_failed() const {
    const int code = last_code();
    return code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE;
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
    const int size = static_cast<int>(sql.size());
    const int code =
        sqlite3_prepare_v3(database.handle(), sql.data(), size, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) database.prepare_error_ = database.last_error();
}

Statement& Statement::bind(int place, std::int64_t value) {
    sqlite3_bind_int64(handle_, place, value);
    return *this;
}

Statement& Statement::bind_text(int place, std::string_view text) {
    // A null pointer would bind NULL.
    const char* data = text.empty() ? "" : text.data();
    sqlite3_bind_text64(handle_, place, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind_blob(int place, const void* bytes, std::size_t count) {
    sqlite3_bind_blob64(handle_, place, bytes, count, SQLITE_STATIC);
    return *this;
}

Statement& Statement::bind_null(int place) {
    sqlite3_bind_null(handle_, place);
    return *this;
}

Step Statement::step() {
    switch (sqlite3_step(handle_)) {
        case SQLITE_ROW:
            return Step::row;
        case SQLITE_DONE:
            return Step::done;
    }
    database_.failed_step_ = database_.failure();
    return Step::failed;
}

bool Statement::run() {
    const Step outcome = step();
    // After a failure, reset() returns the same code, so last_error() still has it.
    reset();
    return outcome == Step::done;
}

std::string_view Statement::text(int column) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::blob(int column) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Uuid Statement::uuid(int column) {
    Uuid id;
    const std::string_view bytes = blob(column);
    if (bytes.size() == id.bytes.size()) std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
    return id;
}

Transactions::Transactions(Database& database)
    : database_(database),
      begin_read_(database, "BEGIN"),
      begin_write_(database, "BEGIN IMMEDIATE"),
      commit_(database, "COMMIT"),
      roll_back_(database, "ROLLBACK") {}

void Transactions::roll_back() {
    if (database_.in_transaction()) (void)roll_back_.run();
}

}  // namespace notifyd::storage::sqlite
