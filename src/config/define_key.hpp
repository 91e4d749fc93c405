// Makes the rows of the key table from a place in Config and a reader for its value.
#pragma once

#include "key.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace notifyd::config {

template <class T, class Store>
std::string convert(const Reader<T>& reader, const Setting& setting, const Surroundings& surroundings, Store store) {
    Converted<T> converted = reader.convert(setting, surroundings);
    if (!converted.value) {
        if (!converted.problem.empty()) return converted.problem;
        const bool is_secret = std::same_as<T, Secret>;
        return "expected " + reader.expected + (is_secret ? "" : ", got " + shown(setting));
    }
    store(std::move(*converted.value));
    return "";
}

template <class T>
std::string values_of(const Reader<T>& reader) {
    return reader.range.empty() ? reader.expected : reader.expected + ", " + reader.range;
}

// A key whose value is found by `place`, which returns a reference into the config, const or not.
template <class Apply, class Place>
Key key_at(std::string_view name, Apply apply, Place place) {
    Key key;
    key.name = name;
    key.apply = std::move(apply);
    key.is_same = [place](const Config& one, const Config& other) { return place(one) == place(other); };
    key.copy = [place](const Config& from, Config& to) { place(to) = place(from); };
    return key;
}

// The key for one member of one section: key<&Config::log, &Log::level>("log.level", log_level()).
template <auto section, auto member, class T>
Key key(std::string_view name, Reader<T> reader) {
    const auto place = [](auto& config) -> auto& {
        return (config.*section).*member;
    };
    auto apply = [reader, place](Config& config, const Setting& setting, const Surroundings& surroundings) {
        return convert(reader, setting, surroundings, [&](T value) { place(config) = std::move(value); });
    };
    Key row = key_at(name, std::move(apply), place);
    row.values = values_of(reader);
    row.is_secret = std::same_as<T, Secret>;
    row.is_choice = reader.is_choice;
    row.is_list = requires(T list) {
        list.emplace_back();
    };
    row.to_toml = [write = reader.write, place](const Config& config) { return write(place(config)); };
    if constexpr (std::same_as<T, std::filesystem::path>) {
        if (reader.contents_count) row.file = place;
    }
    return row;
}

}  // namespace notifyd::config
