// Finds the value of a field in JSON text without parsing it: frames of one work look alike, so the place where the
// field was last time is tried first, and the text is searched only when it is not there.
// Owns: the needle and the hint. Thread: one. Fails: by nullopt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::bench {

class FieldFinder {
  public:
    // The needle is what stands before the value, such as `"sequenceNumber":`.
    explicit FieldFinder(std::string needle);

    std::optional<std::uint64_t> decimal(std::string_view text);
    // A value of exactly eight lower-case hexadecimal digits, as MessageTemplate writes them.
    std::optional<std::uint32_t> hexadecimal(std::string_view text);

  private:
    // What follows the needle; empty when it is not there.
    std::string_view behind_needle(std::string_view text);

    std::string needle_;
    std::size_t hint_ = 0;
};

}  // namespace notifyd::bench
