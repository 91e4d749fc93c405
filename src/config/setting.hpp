// One setting as it was written, before it has a type: where the file and the environment meet.
// Owns: its text. Thread: any (a value). Fails: never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace notifyd::config {

struct Origin {
    std::string file;
    std::size_t line = 0;
    std::string variable;  // set when it came from the environment, with no file and line then
};

enum class TableKind : std::uint8_t { single, element_of_list };

// Values that no key takes, with their name for the error: "a date".
struct Foreign {
    std::string kind;
};

using RawValue = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>, TableKind, Foreign>;

struct Setting {
    std::string key;  // "limits.max_message"
    RawValue value;
    Origin origin;
    std::size_t element = 0;  // which of several [[tables]] it stands in

    // The environment has text only: there a number is written as text, a list with commas.
    [[nodiscard]] bool is_from_environment() const { return !origin.variable.empty(); }
};

}  // namespace notifyd::config
