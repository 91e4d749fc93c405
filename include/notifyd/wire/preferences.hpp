// A user's notification preferences as JSON, and how a request changes them: a JSON merge patch (RFC 7396).
// Fails:  invalid_request or invalid_json; the error names the field.
#pragma once

#include "notifyd/core/notification.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/json/value.hpp"
#include "notifyd/wire/json_limits.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

class PreferencesPatch {
  public:
    [[nodiscard]] static Result<PreferencesPatch> parse(std::string_view body, const JsonLimits& limits);

    // The types that it sets. Whether they exist is for the service to say; one that is unset may have been removed.
    [[nodiscard]] std::vector<std::string> types() const;
    // Keeps what it does not mention.
    [[nodiscard]] Preferences apply(const Preferences& before, EpochMs now) const;

  private:
    // What becomes of a member that is mentioned: null unsets it, so that its default counts.
    using Change = std::optional<bool>;
    using Changes = std::map<std::string, Change, std::less<>>;

    [[nodiscard]] static Result<Changes> read_changes(json::Value object, const std::string& path);

    Changes own_;
    bool unsets_types_ = false;
    // nullopt: the type is unset.
    std::map<std::string, std::optional<Changes>, std::less<>> types_;
};

[[nodiscard]] std::string preferences_reply(const Preferences& preferences);

}  // namespace notifyd::wire
