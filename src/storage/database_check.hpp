// What is looked at before a database is trusted: its files, whose it is, and whether it is whole.
// Owns:   nothing.
// Thread: the one that opens the storage, or a command's.
// Fails:  with the sentence of the first thing that is wrong.
#pragma once

#include "notifyd/storage/startup.hpp"

#include "database.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace notifyd::storage {

using Refusal = std::optional<StartupError>;

// How sure the look at the files is. doubtful: the file is shorter than it says and its log does not show why; only
// the content can tell.
enum class Files : std::uint8_t { sound, doubtful };

// quick: every page, and that the trees are trees; grows with the database. full: the indexes against the tables too.
enum class Depth : std::uint8_t { quick, full };

// Before SQLite opens it, so that nothing is ever written to a file that is not ours. While others write, the answer
// about the log may be wrong once.
[[nodiscard]] Startup<Files> check_files(const std::string& path);
// The same beside a running server: read while that begins its log anew, the header may be half old, once.
[[nodiscard]] Startup<Files> check_files_in_use(const std::string& path);

// What becomes of the log when the last connection closes.
enum class LogAtClose : std::uint8_t { copy, keep };
[[nodiscard]] bool set_log_at_close(Database& database, LogAtClose log);

// A connection that waits for others, believes nothing in the schema to be harmless, and keeps the log: what is refused
// is left as it was.
[[nodiscard]] bool open_unknown(Database& database, const std::string& path, Database::Access access);

[[nodiscard]] bool mark_as_ours(Database& database);
[[nodiscard]] Refusal check_content(Database& database, const std::string& path, Depth depth);
// That the schema and every table can be read where it begins: what is left to look at when a database is too large to
// be read whole.
[[nodiscard]] Refusal check_tables(Database& database, const std::string& path);
[[nodiscard]] Refusal check_epoch(Database& database, const std::string& path);

}  // namespace notifyd::storage
