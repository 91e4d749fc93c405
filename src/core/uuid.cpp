// UUID text and layout (RFC 9562).
#include "notifyd/core/uuid.hpp"

#include <cstring>

namespace notifyd {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void set_version(Uuid& id, unsigned version) {
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0FU) | (version << 4U));
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3FU) | 0x80U);
}

}  // namespace

std::string Uuid::to_string() const {
    constexpr std::array<std::uint8_t, 16> places{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
    std::string text(36, '-');
    char* const out = text.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[places[i]] = hex_digits[bytes[i] >> 4U];
        out[places[i] + 1] = hex_digits[bytes[i] & 0x0FU];
    }
    return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid id;
    std::size_t at = 0;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (text[at++] != '-') return std::nullopt;
        }
        const int high = hex_value(text[at++]);
        const int low = hex_value(text[at++]);
        if (high < 0 || low < 0) return std::nullopt;
        id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return id;
}

Uuid make_uuid_v7(std::int64_t epoch_ms, const std::array<std::uint8_t, 10>& random) {
    Uuid id;
    const auto ms = static_cast<std::uint64_t>(epoch_ms);
    for (std::size_t i = 0; i < 6; ++i) {
        id.bytes[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
    }
    std::memcpy(id.bytes.data() + 6, random.data(), random.size());
    set_version(id, 7);
    return id;
}

Uuid make_uuid_v4(const std::array<std::uint8_t, 16>& random) {
    Uuid id{random};
    set_version(id, 4);
    return id;
}

std::int64_t uuid_v7_epoch_ms(const Uuid& id) {
    std::uint64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8U | id.bytes[i];
    return static_cast<std::int64_t>(ms);
}

}  // namespace notifyd

std::size_t std::hash<notifyd::Uuid>::operator()(const notifyd::Uuid& id) const noexcept {
    // The tail is random in both versions; the head of version 7 is the time.
    std::uint64_t tail = 0;
    std::memcpy(&tail, id.bytes.data() + 8, sizeof tail);
    return static_cast<std::size_t>(tail);
}
