#include "websocket_codec.hpp"

#include <array>
#include <cstring>

namespace notifyd::bench {
namespace {

constexpr std::size_t medium_max = 65'535;

void append_big_endian(std::string& out, std::uint64_t value, std::size_t count) {
    for (std::size_t left = count; left > 0; --left) {
        out.push_back(static_cast<char>(value >> (left - 1) * 8U & 0xFFU));
    }
}

// Applies the mask, which repeats every four bytes, to eight bytes at a time.
void append_masked(std::string& out, std::string_view payload, std::uint32_t mask) {
    const std::size_t start = out.size();
    out.append(payload);
    char* bytes = out.data() + start;
    const std::uint64_t mask_twice = static_cast<std::uint64_t>(mask) << 32U | mask;
    std::size_t done = 0;
    for (; done + sizeof mask_twice <= payload.size(); done += sizeof mask_twice) {
        std::uint64_t block = 0;
        std::memcpy(&block, bytes + done, sizeof block);
        block ^= mask_twice;
        std::memcpy(bytes + done, &block, sizeof block);
    }
    std::array<char, sizeof mask> mask_bytes{};
    std::memcpy(mask_bytes.data(), &mask, sizeof mask);
    for (; done < payload.size(); ++done) {
        bytes[done] = static_cast<char>(bytes[done] ^ mask_bytes[done % mask_bytes.size()]);
    }
}

}  // namespace

void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask) {
    constexpr std::uint64_t mask_bit = 0x80U;
    append_big_endian(out, 0x80U | static_cast<std::uint64_t>(opcode), 1);
    if (payload.size() <= frame_small_max) {
        append_big_endian(out, mask_bit | payload.size(), 1);
    } else if (payload.size() <= medium_max) {
        append_big_endian(out, mask_bit | (frame_small_max + 1), 1);
        append_big_endian(out, payload.size(), 2);
    } else {
        append_big_endian(out, mask_bit | (frame_small_max + 2), 1);
        append_big_endian(out, payload.size(), 8);
    }
    // The mask is sent and applied in the same memory layout, so the byte order does not matter.
    out.append(reinterpret_cast<const char*>(&mask), sizeof mask);
    append_masked(out, payload, mask);
}

std::uint16_t close_code_of(std::string_view payload) {
    constexpr std::uint16_t no_status = 1005;
    return payload.size() < 2 ? no_status : static_cast<std::uint16_t>(detail::read_big_endian<2>(payload.data()));
}

}  // namespace notifyd::bench
