// One pass over a JSON text, in steps: grammar, UTF-8, surrogates, numbers, depth and duplicate keys are checked, and
// the positions of members are noted.
// Accepts exactly one value, surrounded only by whitespace (RFC 8259, strictly; no byte order mark), with finite
// numbers, no half of a surrogate pair, and no object that names a key twice in whatever spelling.
#pragma once

#include "notifyd/json/duplicate_keys.hpp"
#include "notifyd/json/fault.hpp"
#include "notifyd/json/number_scan.hpp"
#include "notifyd/json/value.hpp"

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace notifyd::json {

using Members = boost::container::small_vector<Member, 24>;

// The members of the outermost object, and those of the object that is its member `inner_name`. Unescaped keys live as
// long as the checker.
struct Outline {
    std::string_view inner_name{};
    Members outer{};
    Members inner{};
};

class Checker {
  public:
    // The text and the outline outlive the checker. Arrays and objects may be nested `depth_max` deep, the outermost
    // counted.
    Checker(std::string_view text, std::size_t depth_max, Outline* outline = nullptr);
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;
    ~Checker() = default;

    // Checks about this many more bytes. False: the verdict is known.
    [[nodiscard]] bool step(std::size_t bytes);
    // Checks the rest.
    Fault finish();
    // The first fault in the text; duplicate keys are found at the end of their object, or earlier in a very large one.
    [[nodiscard]] Fault fault() const { return fault_; }

  private:
    // The next token, or the token in the middle of which the last step ended.
    enum class Next : std::uint8_t {
        value,
        first_element,  // or the end of the array
        key,
        first_key,  // or the end of the object
        colon,
        after_value,
        end,
        rest_of_key,
        rest_of_string,
        rest_of_number
    };

    // An array or object that is open.
    struct Level {
        char end;                    // the bracket that closes it
        Members* members = nullptr;  // where its members are noted, if they are
        std::string_view key{};      // of the member that is being read
        std::string_view key_text{};
        const char* value = nullptr;
    };

    // Each takes the position where its part begins and returns the position after it; nullptr: the step or the check
    // has ended.
    [[nodiscard]] const char* resume();
    [[nodiscard]] const char* read_next(const char* at);
    [[nodiscard]] const char* read_value(const char* at);
    [[nodiscard]] const char* read_word(const char* at, std::string_view word);
    [[nodiscard]] const char* begin_string(const char* at);
    [[nodiscard]] const char* read_string(const char* at);
    [[nodiscard]] const char* read_key(const char* at);
    [[nodiscard]] const char* find_quote(const char* at, Next if_paused);
    [[nodiscard]] const char* skip_special(const char* at);
    [[nodiscard]] const char* read_number(const char* at);
    [[nodiscard]] const char* open(const char* at, char end);
    [[nodiscard]] const char* close(const char* at);
    const char* end_value(const char* at);
    const char* end_step(const char* at);
    const char* end_check(Fault fault);

    [[nodiscard]] bool skip_to_token(const char*& at);
    [[nodiscard]] Members* place_of_members();

    const char* at_;
    const char* end_;
    const char* stop_;  // of this step
    std::size_t depth_max_;
    Outline* outline_;
    const char* token_ = nullptr;  // the opening quote of the string that is being read
    bool has_escapes_ = false;
    bool is_done_ = false;
    Next next_ = Next::value;
    Fault fault_ = Fault::syntax;
    NumberScan number_;
    DuplicateKeys keys_;
    boost::container::small_vector<Level, 8> levels_;
};

}  // namespace notifyd::json
