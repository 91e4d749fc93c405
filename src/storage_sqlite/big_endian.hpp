// Big-endian integers, as used in SQLite's file formats.
#pragma once

#include <cstdint>

namespace notifyd::storage::sqlite {

[[nodiscard]] inline std::uint32_t read_u32(const unsigned char* at) {
    return std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U | std::uint32_t{at[2]} << 8U | at[3];
}

[[nodiscard]] inline std::uint64_t read_u64(const unsigned char* at) {
    return std::uint64_t{read_u32(at)} << 32U | read_u32(at + 4);
}

}  // namespace notifyd::storage::sqlite
