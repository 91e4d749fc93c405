// Distinct types for ids, so that a chat id cannot be passed where a user id is expected.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace notifyd {

template <class Tag, class Rep>
class StrongId {
  public:
    StrongId() = default;
    explicit StrongId(Rep value) : value_(std::move(value)) {}

    [[nodiscard]] const Rep& get() const { return value_; }

    friend bool operator==(const StrongId&, const StrongId&) = default;
    friend auto operator<=>(const StrongId&, const StrongId&) = default;

  private:
    Rep value_{};
};

}  // namespace notifyd

template <class Tag, class Rep>
struct std::hash<notifyd::StrongId<Tag, Rep>> {
    std::size_t operator()(const notifyd::StrongId<Tag, Rep>& id) const noexcept { return std::hash<Rep>{}(id.get()); }
};
