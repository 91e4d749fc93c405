// System time, and times as text.
#include "notifyd/core/clock.hpp"

#include <algorithm>
#include <cstddef>

namespace notifyd {

namespace {

void write_digits(char* out, std::int64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

}  // namespace

EpochMs SystemClock::now_ms() const {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

SteadyTime SystemClock::steady_now() const {
    return std::chrono::steady_clock::now();
}

void write_iso8601(EpochMs time, char* out) {
    namespace ch = std::chrono;
    constexpr EpochMs year_0 = -62'167'219'200'000;
    constexpr EpochMs year_10000 = 253'402'300'800'000;
    const ch::sys_time<Milliseconds> point{Milliseconds{std::clamp(time, year_0, year_10000 - 1)}};
    const auto day = ch::floor<ch::days>(point);
    const ch::year_month_day date{day};
    const ch::hh_mm_ss clock{point - day};
    write_digits(out, static_cast<int>(date.year()), 4);
    out[4] = '-';
    write_digits(out + 5, static_cast<unsigned>(date.month()), 2);
    out[7] = '-';
    write_digits(out + 8, static_cast<unsigned>(date.day()), 2);
    out[10] = 'T';
    write_digits(out + 11, clock.hours().count(), 2);
    out[13] = ':';
    write_digits(out + 14, clock.minutes().count(), 2);
    out[16] = ':';
    write_digits(out + 17, clock.seconds().count(), 2);
    out[19] = '.';
    write_digits(out + 20, clock.subseconds().count(), 3);
    out[23] = 'Z';
}

std::string to_iso8601(EpochMs time) {
    std::string text(24, ' ');
    write_iso8601(time, text.data());
    return text;
}

}  // namespace notifyd
