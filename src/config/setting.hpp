// One setting as it was written, before it has a type. The file and the environment both become these.
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
    std::string variable;  // set if it came from the environment; then there is no file and line
};

enum class TableKind : std::uint8_t { single, element_of_list };

// A value that no key accepts, with its name for the error: "a date".
struct Foreign {
    std::string kind;
};

using RawValue = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>, TableKind, Foreign>;

struct Setting {
    std::string key;  // "limits.max_message"
    RawValue value;
    Origin origin;
    std::size_t element = 0;  // which of several [[tables]] it is in

    // The environment holds only text: numbers are written as text, lists with commas.
    [[nodiscard]] bool is_from_environment() const { return !origin.variable.empty(); }
};

}  // namespace notifyd::config
