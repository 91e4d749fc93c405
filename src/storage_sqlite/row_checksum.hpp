// The checksum of a row of `messages`: a body that was changed on disk, or that belongs to another row, is not served.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace notifyd::storage::sqlite {

// Column `kind`.
enum class RowKind : std::int64_t { standard = 0, numbered = 1, unnumbered = 2 };

// The columns other than the head. `channel` is nullopt if the column is NULL.
struct RowFields {
    Position position = 0;
    std::int64_t topic_id = 0;
    Sequence counter = 0;
    RowKind kind = RowKind::standard;
    EpochMs published_at = 0;
    std::string_view message_id;
    std::optional<std::string_view> channel;
};

[[nodiscard]] std::int64_t row_checksum(const RowFields& fields, std::string_view head);

}  // namespace notifyd::storage::sqlite
