// Compares the verdict of json::Checker on a text, and the members that it found, with those of Boost.JSON.
#pragma once

#include "notifyd/json/document.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace notifyd::testing {

inline constexpr std::size_t json_depth_max = 32;

// The text must be valid JSON.
inline bool has_duplicate_key(json::Value value) {
    json::ElementCursor elements(value);
    while (const auto element = elements.next()) {
        if (has_duplicate_key(*element)) return true;
    }
    std::set<std::string, std::less<>> keys;
    json::MemberCursor members(value);
    while (const auto member = members.next()) {
        if (!keys.emplace(member->key).second || has_duplicate_key(member->value)) return true;
    }
    return false;
}

inline boost::json::value boost_parse(std::string_view text, boost::json::error_code& error) {
    boost::json::parse_options options;
    options.max_depth = json_depth_max;
    return boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
}

// The text must be valid JSON. Boost.JSON's document is not enough: of two equal keys it keeps one.
inline bool has_infinite_number(json::Value value) {
    if (value.kind() == json::Kind::number) {
        boost::json::error_code error;
        const boost::json::value number = boost_parse(value.text(), error);
        return number.is_double() && !std::isfinite(number.get_double());
    }
    json::ElementCursor elements(value);
    while (const auto element = elements.next()) {
        if (has_infinite_number(*element)) return true;
    }
    json::MemberCursor members(value);
    while (const auto member = members.next()) {
        if (has_infinite_number(member->value)) return true;
    }
    return false;
}

// Whether members were found where Boost.JSON finds them.
inline bool are_members_of(std::span<const json::Member> members, const boost::json::value* value) {
    const auto* const object = value == nullptr ? nullptr : value->if_object();
    if (object == nullptr) return members.empty();
    return members.size() == object->size() && std::ranges::all_of(members, [&](const json::Member& member) {
               const auto* const same = object->if_contains({member.key.data(), member.key.size()});
               boost::json::error_code error;
               return same != nullptr && boost_parse(member.value.text(), error) == *same && !error;
           });
}

inline bool agrees_with_boost(std::string_view text) {
    constexpr std::string_view inner = "payload";
    const json::Document document(text, json_depth_max, inner);
    boost::json::error_code error;
    const boost::json::value value = boost_parse(text, error);
    switch (document.fault()) {
        case json::Fault::none: {
            if (error || has_infinite_number(document.root()) || has_duplicate_key(document.root())) return false;
            const auto* const object = value.if_object();
            return are_members_of(document.members(), &value) &&
                   are_members_of(document.inner_members(),
                                  object == nullptr ? nullptr : object->if_contains("payload"));
        }
        case json::Fault::duplicate_key:
            // Our checker finds it at the end of the object, and the text may be wrong further on.
            return error || has_duplicate_key(json::root_value(text));
        case json::Fault::too_deep:
            return error == boost::json::error::too_deep;
        case json::Fault::half_surrogate_pair:
            return error.failed();
        case json::Fault::syntax:
            return error || has_infinite_number(json::root_value(text));
    }
    return false;
}

// Whether a text checked in steps gets the same verdict as when checked at once.
inline bool is_same_in_steps(std::string_view text, std::size_t step_bytes) {
    json::Checker whole(text, json_depth_max);
    json::Checker stepwise(text, json_depth_max);
    while (stepwise.step(step_bytes)) continue;
    return stepwise.fault() == whole.finish();
}

}  // namespace notifyd::testing
