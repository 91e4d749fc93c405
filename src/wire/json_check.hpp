// Whether a text is JSON as SPEC §6 wants it: decided once, before anything looks inside.
// Owns: nothing. Thread: any. Fails: never; what is wrong is the result.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/wire/json_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace notifyd::wire {

enum class JsonFault : std::uint8_t { none, syntax, too_deep, duplicate_key, half_surrogate_pair };

// One JSON value and nothing else but whitespace (RFC 8259, strictly; no byte order mark): valid UTF-8, no lone
// surrogate, finite numbers, no object that names a key twice in whatever spelling, at most `depth_max` deep.
[[nodiscard]] JsonFault check_json(std::string_view text, const JsonLimits& limits);

// The same a piece at a time, for a text so long that checking it at once would hold up a loop.
class JsonChecker {
  public:
    // The text outlives it.
    JsonChecker(std::string_view text, const JsonLimits& limits);
    JsonChecker(const JsonChecker&) = delete;
    JsonChecker& operator=(const JsonChecker&) = delete;
    ~JsonChecker();

    // Checks so many bytes more. False: the fault is known.
    [[nodiscard]] bool step(std::size_t bytes);
    // After the last step.
    [[nodiscard]] JsonFault fault() const { return fault_; }

  private:
    friend JsonFault check_json(std::string_view text, const JsonLimits& limits);
    struct Impl;
    std::unique_ptr<Impl> impl_;
    JsonFault fault_ = JsonFault::syntax;
};

// What the text is, for the sentence.
enum class JsonSource : std::uint8_t { body, frame };
// The invalid_json error for a fault other than none.
[[nodiscard]] Error json_error(JsonFault fault, JsonSource source);

}  // namespace notifyd::wire
