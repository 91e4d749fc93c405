// Strict parsing of ISO 8601 times with a zone.
#include "notifyd/core/iso8601.hpp"

#include <cstddef>

namespace notifyd {

namespace {

// Consumes a text from the front; after the first mismatch, it stays failed.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) value = value * 10 + digit();
        return value;
    }
    void expect(char c) {
        if (front() != c) return fail();
        rest_.remove_prefix(1);
    }
    // ".123": one to nine digits, as milliseconds; 0 if there is no fraction.
    int fraction() {
        if (front() != '.') return 0;
        expect('.');
        int value = 0;
        int scale = 100;
        std::size_t count = 0;
        for (; is_digit(front()); ++count, scale /= 10) value += digit() * scale;
        if (count < 1 || count > 9) fail();
        return value;
    }

  private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    void fail() { ok_ = false; }
    int digit() {
        if (!is_digit(front())) {
            fail();
            return 0;
        }
        const int value = front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    bool ok_ = true;
};

// "Z" or "±hh:mm"
std::chrono::minutes scan_offset(Scanner& scan, bool& valid) {
    if (scan.front() == 'Z') {
        scan.expect('Z');
        return std::chrono::minutes{0};
    }
    const int sign = scan.front() == '-' ? -1 : 1;
    scan.expect(sign < 0 ? '-' : '+');
    const int hours = scan.digits(2);
    scan.expect(':');
    const int minutes = scan.digits(2);
    valid = hours <= 23 && minutes <= 59;
    return std::chrono::minutes{sign * (hours * 60 + minutes)};
}

}  // namespace

std::optional<EpochMs> parse_iso8601(std::string_view text) {
    namespace ch = std::chrono;
    Scanner scan(text);
    const ch::year year{scan.digits(4)};
    scan.expect('-');
    const ch::month month{static_cast<unsigned>(scan.digits(2))};
    scan.expect('-');
    const ch::day day{static_cast<unsigned>(scan.digits(2))};
    scan.expect('T');
    const int hour = scan.digits(2);
    scan.expect(':');
    const int minute = scan.digits(2);
    scan.expect(':');
    const int second = scan.digits(2);
    const int milliseconds = scan.fraction();
    bool offset_valid = true;
    const ch::minutes offset = scan_offset(scan, offset_valid);

    const ch::year_month_day date{year, month, day};
    const bool valid = date.ok() && hour <= 23 && minute <= 59 && second <= 59 && offset_valid;
    if (!scan.ok() || !scan.at_end() || !valid) return std::nullopt;
    const ch::sys_time<Milliseconds> time = ch::sys_days{date} + ch::hours{hour} + ch::minutes{minute} +
                                            ch::seconds{second} + Milliseconds{milliseconds} - offset;
    return time.time_since_epoch().count();
}

}  // namespace notifyd
