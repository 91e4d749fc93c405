// Finds the value of a field in JSON text without parsing it: frames of one workload look alike, so the place where the
// field was last time is tried first, and the text is searched only when it is not there.
#pragma once

#include "stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::bench {

class FieldFinder {
  public:
    // The needle is what stands before the value, such as `"sequenceNumber":`.
    explicit FieldFinder(std::string needle);

    std::optional<std::uint64_t> decimal(std::string_view text);
    // In the header file, as every delivery pays for it.
    std::optional<std::uint32_t> stamp(std::string_view text) {
        const std::string_view value = behind_needle(text);
        return value.size() < stamp_digits ? std::nullopt : std::optional(parse_stamp(value.data()));
    }

  private:
    // What follows the needle; empty when it is not there.
    std::string_view behind_needle(std::string_view text) {
        const bool at_hint = text.size() >= hint_ + needle_.size() &&
                             std::memcmp(text.data() + hint_, needle_.data(), needle_.size()) == 0;
        if (!at_hint && !search(text)) [[unlikely]] {
            return {};
        }
        const std::size_t start = hint_ + needle_.size();
        return {text.data() + start, text.size() - start};
    }

    // Sets the hint; false when the needle is not there.
    bool search(std::string_view text);

    std::string needle_;
    std::size_t hint_ = 0;
};

}  // namespace notifyd::bench
