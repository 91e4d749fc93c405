// Pages of a window of the log.
#pragma once

#include "support/storage/storage_fixture.hpp"

#include <cstddef>

namespace notifyd::storage::testing {

inline PageQuery windowed(PageCursor after, const LogWindow& window, std::size_t messages_max) {
    PageQuery query = newest(topic("a"), messages_max);
    query.order = PageOrder::oldest_first;
    query.after = after;
    query.window = window;
    return query;
}

}  // namespace notifyd::storage::testing
