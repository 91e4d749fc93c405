// The server's settings: the config file, the environment and the files that they name, read together at the start
// and on SIGHUP. Each mistake is a message of its own that names file, line and key.
#pragma once

#include "notifyd/auth/key_set.hpp"
#include "notifyd/config/reload.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace notifyd::app {

struct Settings {
    config::Config config;
    // The config keys that the file or the environment sets.
    config::GivenKeys given;
    config::Fingerprints files;
    // The sources of the verification keys, and the keys to use until a JWKS is fetched.
    auth::KeySources key_sources;
    std::shared_ptr<const auth::KeySet> keys;
    // One message per config key that has no effect in this version, and per environment variable that is no key.
    std::vector<std::string> warnings;
};

using SettingsResult = boost::system::result<Settings, std::vector<std::string>>;

[[nodiscard]] SettingsResult read_settings(const std::string& file);

// Messages about the parts of a JWKS that cannot be used.
[[nodiscard]] std::vector<std::string> doubts_about(const auth::KeySet& keys);

}  // namespace notifyd::app
