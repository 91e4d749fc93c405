// The settings of each connection. Fails: false if the database fails.
#pragma once

#include "notifyd/storage/engine_settings.hpp"

#include "database.hpp"

#include <cstddef>

namespace notifyd::storage::sqlite {

// The storage thread's connection.
[[nodiscard]] bool configure_writer(Database& database, Durability durability, std::size_t log_bytes_max);
[[nodiscard]] bool configure_checkpointer(Database& database, Durability durability);
[[nodiscard]] bool configure_reader(Database& database);

}  // namespace notifyd::storage::sqlite
