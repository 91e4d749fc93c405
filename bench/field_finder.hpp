// Finds the value of a field in JSON text without parsing it. The frames of a workload look alike, so the position of
// the previous hit is tried first; the text is searched only if the field is not there.
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
    // `needle` is the text before the value, such as `"sequenceNumber":`.
    explicit FieldFinder(std::string needle);

    std::optional<std::uint64_t> decimal(std::string_view text);
    // Inline, because it runs for every delivery.
    std::optional<std::uint32_t> stamp(std::string_view text) {
        const std::string_view value = behind_needle(text);
        return value.size() < stamp_digits ? std::nullopt : std::optional(parse_stamp(value.data()));
    }

  private:
    // The text after the needle; empty if the needle is not found.
    std::string_view behind_needle(std::string_view text) {
        const bool at_hint = text.size() >= hint_ + needle_.size() &&
                             std::memcmp(text.data() + hint_, needle_.data(), needle_.size()) == 0;
        if (!at_hint && !search(text)) [[unlikely]] {
            return {};
        }
        const std::size_t start = hint_ + needle_.size();
        return {text.data() + start, text.size() - start};
    }

    // Sets the hint; returns false if the needle is not found.
    bool search(std::string_view text);

    std::string needle_;
    std::size_t hint_ = 0;
};

}  // namespace notifyd::bench
