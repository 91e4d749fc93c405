// Reads the config file and the environment into a checked Config.
// Thread: any; reads files, so only at startup and on reload.
// Fails:  with every error found (at most config_errors_max), each naming file, line and key, or the variable.
#pragma once

#include "notifyd/config/config.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace notifyd::config {

inline constexpr std::size_t config_errors_max = 20;

// `file` is the config file, or empty if an environment variable is at fault: then `key` is the variable's name.
struct ConfigError {
    std::string file;
    std::size_t line = 0;  // 0 = the file as a whole
    std::string key;
    std::string message;
};

// `notifyd.toml:12: limits.max_message: expected a size such as "256KiB", got "256KB "`
[[nodiscard]] std::string to_string(const ConfigError& error);

using Environment = std::map<std::string, std::string, std::less<>>;

[[nodiscard]] Environment process_environment();

// The keys that the file or the environment set, such as "limits.max_message".
using GivenKeys = std::set<std::string, std::less<>>;

struct LoadedConfig {
    Config config;
    GivenKeys given;
    // Messages about variables that set nothing or empty a list; they name the variable, never its value.
    std::vector<std::string> warnings;
};

using LoadResult = boost::system::result<LoadedConfig, std::vector<ConfigError>>;

// Relative paths in the file are relative to its folder, not to the working directory.
[[nodiscard]] LoadResult load_config(const std::filesystem::path& file, const Environment& environment);

// The given keys that this version does not act on yet, sorted.
[[nodiscard]] std::vector<std::string> keys_without_effect(const LoadedConfig& loaded);

// Warnings about settings that are allowed but probably not intended: no key to verify tokens with, a short secret, no
// TLS.
[[nodiscard]] std::vector<std::string> doubtful_settings(const Config& config);

}  // namespace notifyd::config
