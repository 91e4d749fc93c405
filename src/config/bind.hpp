// Makes rows of the key table: a key, a member of Config, and the reader between them.
// Owns: nothing. Thread: any. Fails: a row's apply gives the problem in words, or "".
#pragma once

#include "bindings.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace notifyd::config {

template <class T, class Store>
std::string convert(const Reader<T>& reader, const Setting& setting, const Surroundings& surroundings, Store store) {
    Converted<T> converted = reader.convert(setting, surroundings);
    if (!converted.value) {
        return converted.problem.empty() ? "expected " + reader.expected + ", got " + shown(setting)
                                         : converted.problem;
    }
    store(std::move(*converted.value));
    return "";
}

// A row whose value is found by `place`, which gives a reference into the config, const or not.
template <class Apply, class Place>
Binding make_binding(std::string_view key, Apply apply, Place place) {
    return {key,
            std::move(apply),
            [place](const Config& one, const Config& other) { return place(one) == place(other); },
            [place](const Config& from, Config& to) { place(to) = place(from); }};
}

template <auto section, auto member, class T>
Binding bind(std::string_view key, Reader<T> reader) {
    const auto place = [](auto& config) -> auto& {
        return (config.*section).*member;
    };
    auto apply = [reader = std::move(reader), place](
                     Config& config, const Setting& setting, const Surroundings& surroundings) {
        return convert(reader, setting, surroundings, [&](T value) { place(config) = std::move(value); });
    };
    Binding binding = make_binding(key, std::move(apply), place);
    binding.is_list = requires(T list) {
        list.emplace_back();
    };
    return binding;
}

template <auto member, class T>
Binding bind_channel(std::string_view key, Reader<T> reader) {
    auto apply = [reader = std::move(reader)](
                     Config& config, const Setting& setting, const Surroundings& surroundings) {
        return convert(reader, setting, surroundings, [&](T value) {
            if (config.channels.size() <= setting.element) config.channels.resize(setting.element + 1);
            (config.channels[setting.element].*member) = std::move(value);
        });
    };
    // The list is one whole.
    return make_binding(
        key, std::move(apply), [](auto& config) -> auto& { return config.channels; });
}

}  // namespace notifyd::config
