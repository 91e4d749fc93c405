// Durations, sizes and numbers as text.
#include "notifyd/config/units.hpp"

#include <charconv>
#include <span>

namespace notifyd::config {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// Largest first, so that to_text finds the largest that divides.
constexpr Unit duration_units[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Unit size_units[] = {{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"B", 1}};

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// Digits, then a unit with nothing between or after.
std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units, std::uint64_t max) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const auto number = parse_whole<std::uint64_t>(text.substr(0, digits));
    if (!number) return std::nullopt;
    for (const Unit& unit : units) {
        if (unit.name != text.substr(digits)) continue;
        if (*number > max / unit.factor) return std::nullopt;
        return *number * unit.factor;
    }
    return std::nullopt;
}

std::string with_unit(std::uint64_t value, std::span<const Unit> units) {
    if (value == 0) return "0";
    for (const Unit& unit : units) {
        if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
    }
    return std::to_string(value);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    if (text == "0") return std::chrono::milliseconds{0};
    const auto count = parse_with_unit(text, duration_units, static_cast<std::uint64_t>(duration_max.count()));
    if (!count) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*count));
}

std::optional<std::size_t> parse_size(std::string_view text) {
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        const auto bytes = parse_whole<std::uint64_t>(text);
        if (!bytes || *bytes > size_max) return std::nullopt;
        return *bytes;
    }
    return parse_with_unit(text, size_units, size_max);
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    return parse_whole<std::int64_t>(text);
}

std::optional<double> parse_real(std::string_view text) {
    return parse_whole<double>(text);
}

std::string to_text(std::chrono::milliseconds duration) {
    return with_unit(static_cast<std::uint64_t>(duration.count()), duration_units);
}

std::string to_size_text(std::size_t bytes) {
    return with_unit(bytes, size_units);
}

}  // namespace notifyd::config
