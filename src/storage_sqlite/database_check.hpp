// Checks before a database is trusted: its files, whether it is ours, and whether it is intact.
// Thread: the one that opens the storage, or a command's.
// Fails:  with a message about the first problem found.
#pragma once

#include "notifyd/storage/startup.hpp"

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace notifyd::storage::sqlite {

using Refusal = std::optional<StartupError>;

// doubtful: the file is shorter than its header says and the log does not explain why; only the content can tell.
enum class Files : std::uint8_t { sound, doubtful };

// quick: reads every page and checks the B-trees; takes time in proportion to the database. full: also checks the
// indexes against the tables.
enum class Depth : std::uint8_t { quick, full };

// Runs before SQLite opens the file, so that a file that is not ours is never written to. While others write, a single
// result about the log may be wrong.
[[nodiscard]] Startup<Files> check_files(const std::string& path);
// The same beside a running server: a header that is read while the server starts the log over may be inconsistent
// once.
[[nodiscard]] Startup<Files> check_files_in_use(const std::string& path);

// What happens to the log when the last connection closes.
enum class LogAtClose : std::uint8_t { copy, keep };
[[nodiscard]] bool set_log_at_close(Database& database, LogAtClose log);

// Opens a connection that waits for locks, does not trust the schema, and keeps the log, so that a refused database is
// left as it was.
[[nodiscard]] bool open_unknown(Database& database, const std::string& path, Database::Access access);

[[nodiscard]] bool mark_as_ours(Database& database);
[[nodiscard]] Refusal check_content(Database& database, const std::string& path, Depth depth);
// Checks that the schema and the beginning of every table can be read: the check for databases that are too large to be
// read completely.
[[nodiscard]] Refusal check_tables(Database& database, const std::string& path);
[[nodiscard]] Refusal check_epoch(Database& database, const std::string& path);

}  // namespace notifyd::storage::sqlite
