// Reads the log's header and its frames' headers.
#include "log_file.hpp"

#include "big_endian.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

namespace notifyd::storage::sqlite {

namespace {

constexpr std::size_t header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;

using Header = std::array<unsigned char, header_bytes>;

// The last eight bytes of the header are a checksum of the others. The lowest bit of the magic number gives the byte
// order of the computation.
bool is_checksum_right(const Header& header, bool big_endian) {
    const auto word = [&](std::size_t at) {
        if (big_endian) return read_u32(&header[at]);
        return std::uint32_t{header[at]} | std::uint32_t{header[at + 1]} << 8U | std::uint32_t{header[at + 2]} << 16U |
               std::uint32_t{header[at + 3]} << 24U;
    };
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    for (std::size_t at = 0; at < 24; at += 8) {
        first += word(at) + second;
        second += word(at + 4) + first;
    }
    return first == read_u32(&header[24]) && second == read_u32(&header[28]);
}

bool is_sound(const Header& header) {
    constexpr std::uint32_t magic = 0x377F0682;
    constexpr std::uint32_t format = 3'007'000;
    const std::uint32_t begin = read_u32(header.data());
    return (begin & ~1U) == magic && read_u32(&header[4]) == format && is_checksum_right(header, (begin & 1U) != 0);
}

}  // namespace

LogFile::LogFile(const std::string& database_path) : path_(database_path + "-wal") {
    std::ifstream file(path_, std::ios::binary);
    std::array<unsigned char, header_bytes + frame_header_bytes> bytes{};
    file.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
    if (file.gcount() < static_cast<std::streamsize>(bytes.size())) return;
    // The header is synced before the first frame is written, so zeroes cannot hide anything that was acknowledged.
    if (std::all_of(bytes.begin(), bytes.end(), [](unsigned char byte) { return byte == 0; })) return;
    Header header{};
    std::copy_n(bytes.begin(), header.size(), header.begin());
    if (!is_sound(header)) {
        state_ = State::broken;
        return;
    }
    state_ = State::sound;
    page_bytes_ = read_u32(&header[8]);
    salt_ = read_u64(&header[16]);
}

bool LogFile::holds(std::uint32_t first, std::uint32_t last) const {
    if (state_ != State::sound || first > last) return false;
    std::ifstream file(path_, std::ios::binary | std::ios::ate);
    const auto frames_max = static_cast<std::uint64_t>(file.tellg()) / (frame_header_bytes + page_bytes_);
    if (!file || last - first >= frames_max) return false;
    std::vector<bool> found(last - first + 1);
    file.seekg(header_bytes);
    std::array<unsigned char, frame_header_bytes> frame{};
    while (file.read(reinterpret_cast<char*>(frame.data()), frame.size()) && read_u64(&frame[8]) == salt_) {
        const std::uint32_t page = read_u32(frame.data());
        if (page >= first && page <= last) found[page - first] = true;
        file.seekg(page_bytes_, std::ios::cur);
    }
    return std::all_of(found.begin(), found.end(), [](bool there) { return there; });
}

}  // namespace notifyd::storage::sqlite
