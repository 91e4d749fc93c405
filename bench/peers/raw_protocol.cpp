#include "raw_protocol.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace notifyd::bench {
namespace {

constexpr std::size_t payload_bytes_max = 128 * 1024;
constexpr std::size_t head_bytes_max = 16 * 1024;
constexpr std::size_t mask_bytes = 4;

std::string_view between(std::string_view text, std::string_view begin, std::string_view ends) {
    const std::size_t at = text.find(begin);
    if (at == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(at + begin.size());
    return text.substr(0, text.find_first_of(ends));
}

}  // namespace

std::optional<RawFrame> take_frame(char* bytes, std::size_t size) {
    if (size < 2) {
        return std::nullopt;
    }
    const auto byte_at = [bytes](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
    const bool whole = (byte_at(0) & 0xF0U) == 0x80U;
    const bool masked = (byte_at(1) & 0x80U) != 0;
    if (!whole || !masked) {
        throw std::runtime_error("a frame is fragmented or not masked");
    }
    const unsigned short_length = byte_at(1) & 0x7FU;
    const std::size_t length_bytes = short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
    const std::size_t head = 2 + length_bytes + mask_bytes;
    if (size < head) {
        return std::nullopt;
    }
    std::size_t length = length_bytes == 0 ? short_length : 0;
    for (std::size_t index = 0; index < length_bytes; ++index) {
        length = (length << 8U) | byte_at(2 + index);
    }
    if (length > payload_bytes_max) {
        throw std::runtime_error("a frame is too large");
    }
    if (size - head < length) {
        return std::nullopt;
    }
    const char* const mask = bytes + head - mask_bytes;
    for (std::size_t index = 0; index < length; ++index) {
        bytes[head + index] = static_cast<char>(bytes[head + index] ^ mask[index % mask_bytes]);
    }
    return RawFrame{.opcode = static_cast<RawOpcode>(byte_at(0) & 0x0FU),
                    .payload = std::string_view(bytes + head, length),
                    .bytes = head + length};
}

void append_frame(std::string& out, RawOpcode opcode, std::string_view payload) {
    const std::size_t size = payload.size();
    const unsigned length_bytes = size < 126 ? 0 : size < 65'536 ? 2 : 8;
    out += static_cast<char>(0x80U | static_cast<unsigned char>(opcode));
    out += static_cast<char>(length_bytes == 0 ? size : length_bytes == 2 ? 126U : 127U);
    for (unsigned left = length_bytes; left > 0; --left) {
        out += static_cast<char>((size >> (8 * (left - 1))) & 0xFFU);
    }
    out += payload;
}

std::optional<RawUpgrade> take_upgrade(std::string_view text) {
    constexpr std::string_view head_end = "\r\n\r\n";
    const std::size_t end = text.find(head_end);
    if (end == std::string_view::npos) {
        if (text.size() > head_bytes_max) {
            throw std::runtime_error("a request has no end");
        }
        return std::nullopt;
    }
    const std::string_view head = text.substr(0, end);
    const std::string_view target = between(head, "GET ", " ");
    const RawUpgrade upgrade{.chat = between(target, "?chat=", "&"),
                             .key = between(head, "Sec-WebSocket-Key: ", "\r"),
                             .publishes_only = target.ends_with("&publish=1"),
                             .bytes = end + head_end.size()};
    if (upgrade.chat.empty() || upgrade.key.empty()) {
        throw std::runtime_error("a request is not an upgrade of /?chat=NAME");
    }
    return upgrade;
}

std::string upgrade_answer(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> base64{};
    const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           std::string(reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)) + "\r\n\r\n";
}

}  // namespace notifyd::bench
