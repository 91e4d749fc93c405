// A JSON text, checked and taken apart in one pass.
// Owns: the unescaped keys; everything else is a view into the text, which must outlive it.
#pragma once

#include "notifyd/json/checker.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace notifyd::json {

class Document {
  public:
    // `inner` names the member of the outermost object whose own members are wanted, too.
    Document(std::string_view text, std::size_t depth_max, std::string_view inner = {})
        : text_(text), outline_{.inner_name = inner}, checker_(text, depth_max, &outline_) {
        static_cast<void>(checker_.finish());
    }

    [[nodiscard]] Fault fault() const { return checker_.fault(); }

    // These are meant for a text without a fault.
    [[nodiscard]] Value root() const { return root_value(text_); }
    // Empty if the root is not an object.
    [[nodiscard]] std::span<const Member> members() const { return outline_.outer; }
    // Empty if there is no such member, or it is not an object.
    [[nodiscard]] std::span<const Member> inner_members() const { return outline_.inner; }

  private:
    std::string_view text_;
    Outline outline_;
    Checker checker_;
};

}  // namespace notifyd::json
