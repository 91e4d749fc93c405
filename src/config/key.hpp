// One config key: what its value may be, where the value goes, when a change takes effect, and what it means.
// The table of all keys is in key_table.hpp; the loader, the reload and the reference read nothing else.
#pragma once

#include "readers.hpp"
#include "setting.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace notifyd::config {

// When a changed value takes effect.
enum class Effect : std::uint8_t { on_reload, at_restart, none_yet };

struct Key {
    using ReloadCondition = bool (*)(const Config& running, const Config& next);

    // Names and texts are literals: "limits.max_message". A name that ends in ".*" stands for every key of its table.
    std::string_view name;
    std::string values;  // what a value may be: "a size such as "256KiB", at most 64MiB"
    std::string_view documentation;
    std::string_view example_line;  // a line of TOML that the sample shows instead of the default
    Effect effect = Effect::at_restart;
    ReloadCondition reload_condition = nullptr;
    bool is_list = false;
    bool is_choice = false;  // one or several of a closed list of values
    bool is_secret = false;
    bool is_restriction = false;

    // Stores the setting's value in the config. Returns what is wrong with it, or "".
    std::function<std::string(Config&, const Setting&, const Surroundings&)> apply;
    std::function<bool(const Config&, const Config&)> is_same;
    std::function<void(const Config& from, Config& to)> copy;
    // The value as TOML; never that of a secret.
    std::function<std::string(const Config&)> to_toml;
    // The file that the value names and whose contents count as part of the config; unset for other keys.
    std::function<std::filesystem::path(const Config&)> file;

    // --- What a row of the table says about its key.
    Key live() && { return std::move(with_effect(Effect::on_reload)); }
    // Where the condition does not hold, the change waits for a restart.
    Key live_if(ReloadCondition condition) && {
        reload_condition = condition;
        return std::move(with_effect(Effect::on_reload));
    }
    Key at_restart() && { return std::move(with_effect(Effect::at_restart)); }
    // The value is checked, but this version does not act on it.
    Key without_effect() && { return std::move(with_effect(Effect::none_yet)); }
    // The default permits more than other values do, so a reload must not drop the key: see missing_restrictions().
    Key restriction() && {
        is_restriction = true;
        return std::move(*this);
    }
    Key example(std::string_view line) && {
        example_line = line;
        return std::move(*this);
    }
    Key doc(std::string_view text) && {
        documentation = text;
        return std::move(*this);
    }

    [[nodiscard]] bool is_pattern() const { return name.ends_with(".*"); }
    // Whether this row is about a key that the operator wrote.
    [[nodiscard]] bool matches(std::string_view written) const {
        if (!is_pattern()) return written == name;
        const std::string_view table = name.substr(0, name.size() - 1);
        return written.starts_with(table) && written.find('.', table.size()) == std::string_view::npos;
    }
    [[nodiscard]] bool can_change(const Config& running, const Config& next) const {
        return effect == Effect::on_reload && (reload_condition == nullptr || reload_condition(running, next));
    }

  private:
    Key& with_effect(Effect chosen) {
        effect = chosen;
        return *this;
    }
};

}  // namespace notifyd::config
