// Opens a reader.
#include "reader.hpp"

#include "pragmas.hpp"

namespace notifyd::storage::sqlite {

std::string Reader::open(const std::string& path, History history, observability::Events& events) {
    if (!database_.open(path, Database::Access::read_only) || !configure_reader(database_)) {
        return database_.last_error();
    }
    tables_.emplace(database_, history, events);
    return database_.prepare_error();
}

}  // namespace notifyd::storage::sqlite
