// The sample config loads, shows the defaults, and lists every key.
#include "../../../src/config/key_table.hpp"
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

using namespace notifyd::config;
using notifyd::config::testing::ConfigFolder;

namespace {

std::filesystem::path sample_path() {
    // ctest runs the tests in the source folder.
    return std::filesystem::absolute("config/notifyd.toml");
}

bool is_commented_setting(const std::string& line) {
    const std::size_t name_end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", 2);
    return line.starts_with("# ") && name_end != std::string::npos && name_end > 2 && line.substr(name_end, 3) == " = ";
}

// The sample with its commented settings switched on, the examples only on request.
std::string switched_on(bool with_examples) {
    std::ifstream file(sample_path());
    std::ostringstream out;
    bool in_channels = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('[')) in_channels = false;
        if (line == "# [[channels]]") in_channels = true;
        const bool is_example = in_channels || line.find("\"custom:") != std::string::npos ||
                                line.find("invoice_ready") != std::string::npos;
        const bool is_on = (line == "# [[channels]]" || is_commented_setting(line)) && (with_examples || !is_example);
        out << (is_on ? line.substr(2) : line) << '\n';
    }
    return out.str();
}

Config defaults_in(const std::filesystem::path& folder) {
    Config config;
    config.storage.path = folder / "notifyd.db";
    return config;
}

}  // namespace

TEST_CASE("the sample loads as it is, equals the defaults and causes no warning") {
    const LoadResult loaded = load_config(sample_path(), {});
    if (loaded.has_error()) FAIL(to_string(loaded.error().front()));
    CHECK(loaded->config == defaults_in(sample_path().parent_path()));
    CHECK(keys_without_effect(*loaded).empty());
}

TEST_CASE("the sample's commented settings are the defaults, too") {
    const ConfigFolder folder;
    const LoadResult loaded = folder.load(switched_on(false));
    if (loaded.has_error()) FAIL(to_string(loaded.error().front()));
    CHECK(loaded->config == defaults_in(folder.path()));
    CHECK_FALSE(keys_without_effect(*loaded).empty());
}

TEST_CASE("the sample lists every key") {
    const ConfigFolder folder;
    std::string text = switched_on(true);
    const std::string secret_file = "/etc/notifyd/email.secret";
    text.replace(text.find(secret_file), secret_file.size(), folder.write("email.secret", "s").string());
    const LoadResult loaded = folder.load(text);
    if (loaded.has_error()) FAIL(to_string(loaded.error().front()));
    for (const Key& key : all_keys()) {
        CAPTURE(key.name);
        CHECK(loaded->given.contains(key.is_pattern() ? "notifications.types.invoice_ready" : key.name));
    }
}
