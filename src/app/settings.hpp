// What the server runs on, read from the config file, the environment and the files that they name, all at once:
// at the start and on SIGHUP alike.
// Owns:   nothing. Thread: main.
// Fails:  with every mistake as a sentence of its own, which names file, line and key.
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
    // The keys that the file or the environment set.
    config::GivenKeys given;
    config::Fingerprints files;
    // What the keys are made from, and what they are until a JWKS is fetched.
    auth::KeySources key_sources;
    std::shared_ptr<const auth::KeySet> keys;
    // Keys that were given and have no effect in this version, and variables that set nothing, as sentences.
    std::vector<std::string> warnings;
};

using SettingsResult = boost::system::result<Settings, std::vector<std::string>>;

[[nodiscard]] SettingsResult read_settings(const std::string& file);

// Sentences about a JWKS that can be used, but not all of it.
[[nodiscard]] std::vector<std::string> doubts_about(const auth::KeySet& keys);

}  // namespace notifyd::app
