// Puts file and environment together into a Config.
#include "notifyd/config/load_config.hpp"

#include "environment_source.hpp"
#include "key_table.hpp"
#include "load_errors.hpp"
#include "near_name.hpp"
#include "readers.hpp"
#include "relations.hpp"
#include "secret_source.hpp"
#include "toml_source.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>

namespace notifyd::config {

namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;

// Applies settings one by one; a later one replaces an earlier one.
class Loader {
  public:
    explicit Loader(Surroundings surroundings) : surroundings_(std::move(surroundings)) {
        for (const Section& section : key_table()) {
            sections_.insert(section.name);
            for (const Key& key : section.keys) {
                const bool has_variable = !key.is_pattern() && section.name != channels_list;
                if (has_variable) variables_.push_back(variable_of(key.name));
            }
        }
    }

    void apply(const Setting& setting) {
        if (!unknown_section_.empty() && setting.key.starts_with(unknown_section_)) return;
        if (setting.is_from_environment() && setting.key.starts_with(channels_list)) {
            fail(setting, "channels are set in the config file only");
        } else if (const Key* key = find_key(setting.key)) {
            apply(*key, setting);
        } else if (setting.is_from_environment()) {
            warn_of_unknown(setting.origin.variable);
        } else if (sections_.contains(setting.key)) {
            check_section(setting);
        } else {
            refuse_unknown(setting);
        }
    }

    void warn_of_blank(const std::string& variable) { warn(variable, "holds only white space and counts as not set"); }

    LoadResult finish() {
        if (errors_.empty()) {
            // The default, too, is relative to the file's folder.
            Storage& storage = loaded_.config.storage;
            storage.path = surroundings_.folder / storage.path;
            follow_max_batch(loaded_.config.limits);
            errors_ = check_relations(loaded_.config, origins_);
        }
        if (errors_.empty()) return std::move(loaded_);
        // Errors of the file in its order, then those of the environment.
        std::ranges::stable_sort(
            errors_, {}, [](const ConfigError& error) { return std::tuple(error.file.empty(), error.line); });
        if (errors_.size() > config_errors_max) errors_.resize(config_errors_max);
        return std::move(errors_);
    }

  private:
    void apply(const Key& key, const Setting& setting) {
        loaded_.given.insert(setting.key);
        origins_[setting.key] = setting.origin;
        std::string problem = key.apply(loaded_.config, setting, surroundings_);
        if (!problem.empty()) fail(setting, std::move(problem));
        if (setting.is_from_environment() && key.is_list && is_empty_list(setting)) {
            warn(setting.origin.variable, "makes " + setting.key + " an empty list, whatever the config file says");
        }
    }

    void check_section(const Setting& setting) {
        const bool is_list = setting.key == channels_list;
        const auto* kind = std::get_if<TableKind>(&setting.value);
        const TableKind wanted = is_list ? TableKind::element_of_list : TableKind::single;
        if (kind == nullptr || *kind != wanted) {
            const std::string brackets = is_list ? "[[" + setting.key + "]]" : '[' + setting.key + ']';
            fail(setting, "expected a table " + brackets + (kind == nullptr ? ", got " + shown(setting) : ""));
        } else if (is_list) {
            origins_[element_key(setting.key, setting.element)] = setting.origin;
            loaded_.config.channels.resize(std::max(loaded_.config.channels.size(), setting.element + 1));
        }
    }

    void refuse_unknown(const Setting& setting) {
        if (std::holds_alternative<TableKind>(setting.value)) {
            // One error for the table, none for its contents.
            unknown_section_ = setting.key + '.';
            fail(setting, "unknown section");
        } else {
            fail(setting, "unknown key");
        }
    }

    // A config that raises only max_batch still expects batches of that size to be read.
    void follow_max_batch(Limits& limits) const {
        const auto raise = [this](std::string_view key, std::size_t& memory, std::size_t needed) {
            if (!loaded_.given.contains(key)) memory = std::max(memory, needed);
        };
        raise("limits.body_memory_per_user", limits.body_memory_per_user, limits.max_batch);
        raise("limits.body_memory", limits.body_memory, std::max(limits.max_batch, limits.body_memory_per_user));
    }

    // Not an error, since the variable may belong to a script; a warning, since it may be a typo that leaves something
    // open.
    void warn_of_unknown(const std::string& variable) {
        const auto near = near_variable(variable, variables_);
        warn(variable, "is not a setting and has no effect" + (near ? "; did you mean " + *near + '?' : ""));
    }

    void warn(const std::string& variable, const std::string& what) {
        loaded_.warnings.push_back("environment variable " + in_quotes(variable) + ' ' + what);
    }

    void fail(const Setting& setting, std::string problem) {
        std::string key = setting.key;
        if (key.starts_with("channels.")) {
            key = element_key(channels_list, setting.element) + key.substr(channels_list.size());
        }
        errors_.push_back(make_error(setting.origin, std::move(key), std::move(problem)));
    }

    Surroundings surroundings_;
    std::set<std::string_view> sections_;
    std::vector<std::string> variables_;  // of the keys that a variable can set
    std::string unknown_section_;
    LoadedConfig loaded_;
    Origins origins_;
    std::vector<ConfigError> errors_;
};

std::filesystem::path folder_of(const std::filesystem::path& file) {
    std::error_code ignored;
    const std::filesystem::path absolute = std::filesystem::absolute(file, ignored);
    return absolute.lexically_normal().parent_path();
}

}  // namespace

LoadResult load_config(const std::filesystem::path& file, const Environment& environment) {
    const std::string name = file.string();
    const Converted<std::string> text = read_text_file(file, file_bytes_max);
    if (!text.value) return std::vector{ConfigError{name, 0, "", text.problem}};
    auto settings = read_toml(*text.value, name);
    if (const auto* error = std::get_if<ConfigError>(&settings)) return std::vector{*error};

    Loader loader(Surroundings{folder_of(file), environment});
    for (const Setting& setting : std::get<std::vector<Setting>>(settings)) loader.apply(setting);
    const EnvironmentSettings from_environment = read_environment(environment);
    for (const std::string& variable : from_environment.blank) loader.warn_of_blank(variable);
    for (const Setting& setting : from_environment.settings) loader.apply(setting);
    return loader.finish();
}

std::vector<std::string> keys_without_effect(const LoadedConfig& loaded) {
    std::vector<std::string> found;
    for (const std::string& written : loaded.given) {
        const Key* key = find_key(written);
        if (key != nullptr && key->effect == Effect::none_yet) found.push_back(written);
    }
    return found;
}

}  // namespace notifyd::config
