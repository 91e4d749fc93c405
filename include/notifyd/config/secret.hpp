// A key or password that cannot be printed by accident.
#pragma once

#include <string>
#include <utility>

namespace notifyd::config {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] bool empty() const { return text_.empty(); }
    // Only for code that signs or verifies; never for a log, an error message or a reply.
    [[nodiscard]] const std::string& reveal() const { return text_; }

    friend bool operator==(const Secret&, const Secret&) = default;

  private:
    std::string text_;
};

}  // namespace notifyd::config
