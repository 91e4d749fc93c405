// Reads the members of a JSON object in a request's body by name, as texts, flags, numbers, times, topics and lists.
//
//     BodyReader fields(body, limits, {"until", "reason"});
//     block.until = fields.time("until");
//     if (fields.error()) return *fields.error();
//
// Errors stick: after the first one, every member reads as absent, so a parser checks once, before it uses the values.
// The checks of json::Document hold for the whole text. A member that is null counts as absent; unknown members are
// ignored, except near misses (known_names.hpp).
// Fails: invalid_json, or invalid_request with the name of the member.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/error.hpp"
#include "notifyd/json/document.hpp"
#include "notifyd/wire/json_limits.hpp"

#include "topic_fields.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

class BodyReader {
  public:
    using Check = bool (*)(std::string_view);

    // The body must outlive the reader. `names`: the members that it may have.
    BodyReader(std::string_view body, const JsonLimits& limits, std::initializer_list<std::string_view> names);
    // For an object inside a body, whose members' names follow `path` in errors: "types.new_like" or the like.
    BodyReader(json::Value object,
               const JsonLimits& limits,
               std::initializer_list<std::string_view> names,
               std::string path);

    // What is wrong first, in the order in which the members were read.
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    // For rules that the caller checks itself: `name` must be `what`.
    void refuse(std::string_view name, std::string_view what);
    void fail(Error error);

    // nullopt: absent, or an error.
    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    // A string that satisfies `check`; `what` completes "… must be" in the error.
    [[nodiscard]] std::optional<std::string> text(std::string_view name, std::string_view what, Check check);
    [[nodiscard]] std::optional<bool> flag(std::string_view name);
    // A whole number, not negative.
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name);
    // ISO 8601 or epoch milliseconds (time_text.hpp).
    [[nodiscard]] std::optional<EpochMs> time(std::string_view name);
    // An array of at most `texts_max` strings that satisfy `check`, without repetitions; `what` names them in the
    // error.
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name,
                                                                std::size_t texts_max,
                                                                std::string_view what,
                                                                Check check);
    // chatId, targetClass and targetId, as far as they are given.
    [[nodiscard]] TopicFields topic_fields();

    // Anything else. A value that does not exist is absent or null.
    [[nodiscard]] json::Value value(std::string_view name) const;
    // All members, the unknown ones and null included; none after an error.
    [[nodiscard]] std::span<const json::Member> members() const;

  private:
    [[nodiscard]] std::string full_name(std::string_view name) const;

    json::Document document_;
    std::string path_;
    std::optional<Error> error_;
};

}  // namespace notifyd::wire
