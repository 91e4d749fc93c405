// What of a new config a running server takes over, and what has to wait for its next start.
// Owns:   nothing. Thread: any; fingerprints_of reads files.
// Fails:  apply_live refuses a mix of old and new values that the config would not allow.
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

// Of the contents of the files that the config names, by key: a certificate is renewed without a word in the config.
using Fingerprints = std::map<std::string_view, std::size_t>;
[[nodiscard]] Fingerprints fingerprints_of(const Config& config);

struct Reloaded {
    // The new values where they can change, the running ones elsewhere.
    Config config;
    // Names of keys, never values; sorted as in the sample config.
    std::vector<std::string> live;
    std::vector<std::string> at_restart;
};

using ReloadResult = boost::system::result<Reloaded, std::vector<ConfigError>>;

[[nodiscard]] ReloadResult apply_live(const Config& running, Config next);

}  // namespace notifyd::config
