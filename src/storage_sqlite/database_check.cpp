// Checks of a database's files and content.
#include "database_check.hpp"

#include "notifyd/core/uuid.hpp"

#include "big_endian.hpp"
#include "files.hpp"
#include "log_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

namespace notifyd::storage::sqlite {

namespace {

// "ntfd"; distinguishes our databases from those of other programs.
constexpr std::uint32_t application_id = 0x6E746664;

StartupError damaged(const std::string& path, std::string reason) {
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    return StartupError{"database " + path + " is damaged: " + reason + "; restore a backup with `notifyd restore`"};
}

StartupError failed(Database& database, const std::string& path) {
    if (database.last_code() == SQLITE_CORRUPT) return damaged(path, database.last_error());
    return database_error(path, database.last_error());
}

// The database's header (sqlite.org/fileformat2.html#the_database_header).
struct Header {
    std::array<unsigned char, 100> bytes{};
    std::streamsize count = 0;

    explicit Header(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        file.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
        count = file.gcount();
    }
    [[nodiscard]] bool is_sqlite() const {
        constexpr std::string_view magic("SQLite format 3\0", 16);
        return count == static_cast<std::streamsize>(bytes.size()) &&
               std::equal(magic.begin(), magic.end(), bytes.begin(), [](char a, unsigned char b) {
                   return a == static_cast<char>(b);
               });
    }
    [[nodiscard]] std::uint32_t page_bytes() const {
        const std::uint32_t stored = read_u32(&bytes[16]) >> 16U;
        return stored == 1 ? 65'536 : stored;
    }
    [[nodiscard]] bool is_ours() const { return read_u32(&bytes[68]) == application_id; }
    // 0: written by a program that does not maintain the field.
    [[nodiscard]] std::uint32_t pages() const {
        return read_u32(&bytes[24]) == read_u32(&bytes[92]) ? read_u32(&bytes[28]) : 0;
    }
};

bool is_page_size(std::uint32_t bytes) {
    return bytes >= 512 && bytes <= 65'536 && (bytes & (bytes - 1)) == 0;
}

}  // namespace

Startup<Files> check_files(const std::string& path) {
    if (auto refusal = not_a_filled_file(path)) return *refusal;
    const Header header(path);
    if (!header.is_sqlite()) return database_error(path, "the file is not a database");
    if (!header.is_ours()) return database_error(path, "the file belongs to another program");
    if (!is_page_size(header.page_bytes())) return damaged(path, "its header has no valid page size");
    const LogFile log(path);
    if (log.state() == LogFile::State::broken) return damaged(path, "its log " + path + "-wal has a broken header");
    if (log.state() == LogFile::State::sound && log.page_bytes() != header.page_bytes()) {
        return damaged(path, "its log " + path + "-wal belongs to another database");
    }
    std::error_code unknown;
    const std::uint64_t there = std::filesystem::file_size(path, unknown) / header.page_bytes();
    if (unknown || there >= header.pages()) return Files::sound;
    // A crash while the log is being copied leaves the first page new and the last ones only in the log.
    if (log.state() == LogFile::State::empty) {
        return damaged(
            path, "cut off, " + std::to_string(there) + " of " + std::to_string(header.pages()) + " pages are there");
    }
    return log.holds(static_cast<std::uint32_t>(there) + 1, header.pages()) ? Files::sound : Files::doubtful;
}

Startup<Files> check_files_in_use(const std::string& path) {
    auto files = check_files(path);
    return files.has_value() ? files : check_files(path);
}

bool set_log_at_close(Database& database, LogAtClose log) {
    const int keep = log == LogAtClose::keep ? 1 : 0;
    return sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, nullptr) == SQLITE_OK;
}

bool open_unknown(Database& database, const std::string& path, Database::Access access) {
    constexpr int busy_timeout_ms = 5'000;
    if (!database.open(path, access)) return false;
    sqlite3_busy_timeout(database.handle(), busy_timeout_ms);
    return sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr) == SQLITE_OK &&
           set_log_at_close(database, LogAtClose::keep);
}

bool mark_as_ours(Database& database) {
    return database.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
}

Refusal check_content(Database& database, const std::string& path, Depth depth) {
    // (1): stop at the first finding.
    const char* check = depth == Depth::quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)";
    const auto found = database.query_text(check);
    if (!found.has_value()) return failed(database, path);
    if (*found != "ok") return damaged(path, *found);
    return std::nullopt;
}

Refusal check_tables(Database& database, const std::string& path) {
    std::vector<std::string> reads;
    {
        Statement names(database,
                        "SELECT format('SELECT count(*) FROM (SELECT * FROM \"%w\" LIMIT 1)', name) FROM sqlite_schema "
                        "WHERE type = 'table'");
        Step step = names.step();
        for (; step == Step::row; step = names.step()) reads.emplace_back(names.text(0));
        if (step == Step::failed) return failed(database, path);
    }
    for (const std::string& read : reads) {
        if (!database.query_integer(read.c_str()).has_value()) return failed(database, path);
    }
    return std::nullopt;
}

Refusal check_epoch(Database& database, const std::string& path) {
    const auto epoch = database.query_text("SELECT value FROM meta WHERE key = 'epoch'");
    if (!epoch.has_value()) {
        return database.has_failed() ? failed(database, path) : database_error(path, "it has no epoch");
    }
    if (!Uuid::parse(*epoch).has_value()) return damaged(path, "its epoch is not valid");
    return std::nullopt;
}

}  // namespace notifyd::storage::sqlite
