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

template <auto section, auto member, class T>
Binding bind(std::string_view key, Reader<T> reader) {
    return {key,
            [reader = std::move(reader)](Config& config, const Setting& setting, const Surroundings& surroundings) {
                return convert(
                    reader, setting, surroundings, [&](T value) { ((config.*section).*member) = std::move(value); });
            }};
}

template <auto member, class T>
Binding bind_channel(std::string_view key, Reader<T> reader) {
    return {key,
            [reader = std::move(reader)](Config& config, const Setting& setting, const Surroundings& surroundings) {
                return convert(reader, setting, surroundings, [&](T value) {
                    if (config.channels.size() <= setting.element) config.channels.resize(setting.element + 1);
                    (config.channels[setting.element].*member) = std::move(value);
                });
            }};
}

}  // namespace notifyd::config
