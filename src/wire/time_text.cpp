// Accepts two forms, and recognizes two more that people write by mistake.
#include "time_text.hpp"

#include "notifyd/core/iso8601.hpp"

#include "query_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace notifyd::wire {

namespace {

Error invalid(std::string_view name, std::string_view what) {
    return {Errc::invalid_request, std::string(name).append(what)};
}

// As seconds, these are times from 1973 to the year 5138; as milliseconds, from 1970 to 1973. So seconds were meant.
// (Smaller numbers mean "from the beginning".)
bool can_only_be_seconds(std::string_view text) {
    const auto number = parse_digits(text.substr(0, text.find('.')));
    return number >= 100'000'000 && number < 100'000'000'000;
}

// Such as 20260131: as milliseconds, this is a moment on 1 January 1970, which nobody asks for.
bool is_date_in_digits(std::string_view text) {
    const auto number = parse_digits(text);
    if (text.size() != 8 || !number || *number < 19'700'101) return false;
    std::string date(text.substr(0, 4));
    date.append("-").append(text.substr(4, 2)).append("-").append(text.substr(6, 2)).append("T00:00:00Z");
    return parse_iso8601(date).has_value();
}

std::optional<EpochMs> parse_time(std::string_view text) {
    constexpr std::uint64_t latest = 253'402'300'799'999;  // the end of the year 9999
    if (const auto epoch_ms = parse_digits(text)) {
        if (*epoch_ms > latest) return std::nullopt;
        return static_cast<EpochMs>(*epoch_ms);
    }
    if (const auto time = parse_iso8601(text)) return time;
    // An unencoded plus sign arrives as a space.
    const std::size_t space = text.rfind(' ');
    if (space == std::string_view::npos) return std::nullopt;
    std::string repaired(text);
    repaired[space] = '+';
    return parse_iso8601(repaired);
}

}  // namespace

Result<EpochMs> read_time(std::string_view text, std::string_view name) {
    if (can_only_be_seconds(text)) {
        return invalid(name, " is given in seconds: give milliseconds (times 1000), or an ISO 8601 time");
    }
    if (is_date_in_digits(text)) {
        return invalid(name, " looks like a date: write it as ISO 8601 (2026-01-31T00:00:00Z), or give milliseconds");
    }
    const auto time = parse_time(text);
    if (!time) return invalid(name, " must be an ISO 8601 time with a zone, or epoch milliseconds");
    return *time;
}

}  // namespace notifyd::wire
