// Secrets: where they come from, and that no error shows one.
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <ostream>
#include <type_traits>

using namespace notifyd::config;
using notifyd::config::testing::ConfigFolder;

namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};
static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string, Secret>);

constexpr const char* key = "[auth]\nhs256_secret = ";

}  // namespace

TEST_CASE("a secret is a literal, a file's text or a variable") {
    const ConfigFolder folder;
    struct Case {
        std::string file_text;
        std::string written;
        std::string secret;
    };
    const auto good = GENERATE(values<Case>({
        {"", "\"plain\"", "plain"},
        {"", "\"\"", ""},
        {"from file\n", "\"file:secret\"", "from file"},
        {"from file\r\n", "\"file:secret\"", "from file"},
        {"two\n\n", "\"file:secret\"", "two\n"},
        {"bare", "\"file:secret\"", "bare"},
        {"", "\"env:SIGNING_KEY\"", "from env"},
    }));
    folder.write("secret", good.file_text);
    const LoadResult loaded = folder.load(key + good.written, {{"SIGNING_KEY", "from env"}});
    REQUIRE(loaded.has_value());
    CHECK(loaded->config.auth.hs256_secret.reveal() == good.secret);
}

TEST_CASE("a secret that cannot be read is an error that shows no secret") {
    const ConfigFolder folder;
    folder.write("empty", "\n");
    folder.write("blank", " \t\n\n");
    folder.write("large", std::string(100'000, 'x'));
    const auto errors = [&](const std::string& written) {
        return folder.errors(key + written, {{"EMPTY", ""}, {"BLANK", " "}});
    };
    const std::string place = "notifyd.toml:2: auth.hs256_secret: ";
    CHECK(errors("\"file:absent\"") == place + "file \"absent\" cannot be read: No such file or directory");
    CHECK(errors("\"file:empty\"") == place + "file \"empty\" is empty");
    CHECK(errors("\"file:large\"") == place + "file \"large\" is larger than 64KiB");
    CHECK(errors("\"env:NO_SUCH\"") == place + "environment variable \"NO_SUCH\" is not set");
    CHECK(errors("\"env:EMPTY\"") == place + "environment variable \"EMPTY\" is empty");
    CHECK(errors("\"file:blank\"") == place + "file \"blank\" holds only white space");
    CHECK(errors("\"env:BLANK\"") == place + "environment variable \"BLANK\" holds only white space");
    CHECK(errors("\"env:\"") == place + "environment variable \"\" is not set");
    CHECK(errors("\" \"") == place + "must not be only white space");
    CHECK(errors("12345") == place + "expected a string, \"file:PATH\" or \"env:NAME\"");
    CHECK(errors("[\"hunter2\"]").find("hunter2") == std::string::npos);
    CHECK(errors("truehunter2").find("hunter2") == std::string::npos);
    CHECK(errors("\"hunter2").find("hunter2") == std::string::npos);
    CHECK(errors("'hunter2' x").find("hunter2") == std::string::npos);
    CHECK(errors("0xhunter2").find("hunter2") == std::string::npos);
    CHECK(errors("2026-01-01hunter2").find("hunter2") == std::string::npos);
    CHECK(errors("hunter2").find("hunter2") == std::string::npos);
}

TEST_CASE("a secret in the environment may point to a file") {
    const ConfigFolder folder;
    folder.write("secret", "s3\n");
    const LoadResult loaded = folder.load("", {{"NOTIFYD_AUTH__HS256_SECRET", "file:secret"}});
    REQUIRE(loaded.has_value());
    CHECK(loaded->config.auth.hs256_secret.reveal() == "s3");
}
