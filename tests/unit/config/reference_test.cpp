// config/notifyd.toml and docs/configuration.md are what the key table says; script/config-reference writes them.
#include "../../../src/config/reference.hpp"

#include "../../../src/config/key_table.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

using namespace notifyd::config;

namespace {

// ctest runs the tests in the source folder.
void check_file(const std::string& path, const std::string& expected) {
    if (std::getenv("WRITE_REFERENCE") != nullptr) std::ofstream(path) << expected;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    INFO(path << " differs from the key table: run script/config-reference");
    CHECK((text.str() == expected));
}

}  // namespace

TEST_CASE("the sample and the reference are what the key table says", "[reference]") {
    check_file("config/notifyd.toml", sample_config());
    check_file("docs/configuration.md", reference_page());
}

TEST_CASE("every key is documented, and its name begins with its section's") {
    for (const Section& section : key_table()) {
        for (const Key& key : section.keys) {
            CAPTURE(key.name);
            CHECK(key.documentation.ends_with('.'));
            CHECK_FALSE(key.values.empty());
            CHECK(key.name.substr(0, key.name.rfind('.')) == section.name);
            CHECK(find_key(key.name) == &key);
        }
    }
}

TEST_CASE("no secret has a default that would be shown") {
    Config config;
    config.auth.hs256_secret = Secret("hush");
    config.tokens.secret = Secret("hush");
    for (const Key& key : all_keys()) {
        if (key.is_secret && key.to_toml) CHECK(key.to_toml(config).find("hush") == std::string::npos);
    }
}
