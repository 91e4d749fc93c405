#include "websocket_codec.hpp"

#include <array>
#include <cstring>

namespace notifyd::bench {
namespace {

constexpr std::size_t small_max = 125;
constexpr std::size_t medium_max = 65'535;

std::size_t byte_at(std::string_view bytes, std::size_t index) {
    return static_cast<unsigned char>(bytes[index]);
}

std::uint64_t read_big_endian(std::string_view bytes, std::size_t first, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t index = first; index < first + count; ++index) {
        value = value << 8U | byte_at(bytes, index);
    }
    return value;
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t count) {
    for (std::size_t left = count; left > 0; --left) {
        out.push_back(static_cast<char>(value >> (left - 1) * 8U & 0xFFU));
    }
}

// Eight bytes a step: the mask repeats every four.
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

FrameParse parse_server_frame(std::string_view bytes, ServerFrame& frame) {
    if (bytes.size() < 2) {
        return FrameParse::partial;
    }
    const std::size_t first = byte_at(bytes, 0);
    const std::size_t second = byte_at(bytes, 1);
    const bool final_without_extensions = (first & 0xF0U) == 0x80U;
    const bool masked = (second & 0x80U) != 0;
    if (!final_without_extensions || masked) {
        return FrameParse::broken;
    }
    std::size_t header_bytes = 2;
    std::uint64_t payload_bytes = second;
    if (second > small_max) {
        const std::size_t length_bytes = second == small_max + 1 ? 2 : 8;
        header_bytes += length_bytes;
        if (bytes.size() < header_bytes) {
            return FrameParse::partial;
        }
        payload_bytes = read_big_endian(bytes, 2, length_bytes);
    }
    if (bytes.size() - header_bytes < payload_bytes) {
        return FrameParse::partial;
    }
    frame.opcode = static_cast<Opcode>(first & 0x0FU);
    frame.payload = bytes.substr(header_bytes, static_cast<std::size_t>(payload_bytes));
    frame.bytes = header_bytes + frame.payload.size();
    return FrameParse::complete;
}

void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask) {
    constexpr std::uint64_t mask_bit = 0x80U;
    append_big_endian(out, 0x80U | static_cast<std::uint64_t>(opcode), 1);
    if (payload.size() <= small_max) {
        append_big_endian(out, mask_bit | payload.size(), 1);
    } else if (payload.size() <= medium_max) {
        append_big_endian(out, mask_bit | (small_max + 1), 1);
        append_big_endian(out, payload.size(), 2);
    } else {
        append_big_endian(out, mask_bit | (small_max + 2), 1);
        append_big_endian(out, payload.size(), 8);
    }
    // The mask goes out as it lies in memory, and is applied so too: no byte order to mind.
    out.append(reinterpret_cast<const char*>(&mask), sizeof mask);
    append_masked(out, payload, mask);
}

std::uint16_t close_code_of(std::string_view payload) {
    constexpr std::uint16_t no_status = 1005;
    return payload.size() < 2 ? no_status : static_cast<std::uint16_t>(read_big_endian(payload, 0, 2));
}

}  // namespace notifyd::bench
