// Appends the protocol's values to a JSON text.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/json/text.hpp"

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::wire {

// Only headers can contain bytes that are not UTF-8.
using json::append_string;
// A time as an ISO 8601 string.
void append_time(std::string& out, EpochMs time);
void append_number(std::string& out, std::integral auto value) {
    out += std::to_string(value);
}

// The `name` parts below are literals such as `,"chatId":`, so that nothing is joined at run time.
inline void append_string_member(std::string& out, std::string_view name, std::string_view text) {
    append_string(out.append(name), text);
}
inline void append_time_member(std::string& out, std::string_view name, EpochMs time) {
    append_time(out.append(name), time);
}
void append_number_member(std::string& out, std::string_view name, std::integral auto value) {
    append_number(out.append(name), value);
}

// `"chatId":…`, or `"targetClass":…,"targetId":…` for the other classes.
void append_topic(std::string& out, const TopicName& topic);
// `["chat:abc",…]`
void append_topic_array(std::string& out, std::span<const TopicName> topics);
void append_string_array(std::string& out, std::span<const std::string> texts);
// `append(out, item)` appends one of the items.
template <class Item, class Append>
void append_array(std::string& out, std::span<const Item> items, Append append) {
    out += '[';
    for (const Item& item : items) {
        if (&item != items.data()) out += ',';
        append(out, item);
    }
    out += ']';
}

// `,"count":…,"scannedCount":…`
void append_counts(std::string& out, std::size_t count);

}  // namespace notifyd::wire
