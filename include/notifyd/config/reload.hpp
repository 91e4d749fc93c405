// Which changes of the config a running server applies, and which have to wait for its next start.
// Thread: any; fingerprints_of reads files.
// Fails:  apply_live rejects a mix of old and new values that would not be a valid config.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/config/load_config.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::config {

// By key, fingerprints of the files that the config names: a renewed certificate changes no setting.
using Fingerprints = std::map<std::string_view, std::size_t>;
[[nodiscard]] Fingerprints fingerprints_of(const Config& config);

struct Reloaded {
    // The new values of the keys that can change, the running values of the others.
    Config config;
    // Names of keys, never values, in the order of the sample config.
    std::vector<std::string> live;
    std::vector<std::string> at_restart;
};

using ReloadResult = boost::system::result<Reloaded, std::vector<ConfigError>>;

[[nodiscard]] ReloadResult apply_live(const Config& running, Config next);

// Keys that were set and no longer are, although their default permits more: a truncated file must not open what was
// closed.
[[nodiscard]] std::vector<std::string_view> missing_restrictions(const GivenKeys& before, const GivenKeys& now);

}  // namespace notifyd::config
