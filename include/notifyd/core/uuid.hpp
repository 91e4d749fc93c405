// A 128-bit UUID and its text form (RFC 9562).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    // 36 characters, lower case.
    [[nodiscard]] std::string to_string() const;
    // Accepts upper and lower case, but only the 8-4-4-4-12 form; otherwise nullopt.
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);

    friend bool operator==(const Uuid&, const Uuid&) = default;
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

// Version 7 (RFC 9562 §5.7): 48 bits of epoch milliseconds, then `random` with version and variant set.
[[nodiscard]] Uuid make_uuid_v7(std::int64_t epoch_ms, const std::array<std::uint8_t, 10>& random);
// Version 4 (RFC 9562 §5.4): `random` with version and variant set.
[[nodiscard]] Uuid make_uuid_v4(const std::array<std::uint8_t, 16>& random);
// The epoch milliseconds in a version 7 UUID.
[[nodiscard]] std::int64_t uuid_v7_epoch_ms(const Uuid& id);

}  // namespace notifyd

template <>
struct std::hash<notifyd::Uuid> {
    std::size_t operator()(const notifyd::Uuid& id) const noexcept;
};
