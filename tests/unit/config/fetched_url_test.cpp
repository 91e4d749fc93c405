// URLs of auth.jwks: which can be fetched, and the errors about the others, which never contain the URL itself.
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd::config;
using notifyd::config::testing::ConfigFolder;

TEST_CASE("http and https URLs are accepted unchanged") {
    const ConfigFolder folder;
    for (const std::string url : {"https://id.example.com/keys",
                                  "https://id.example.com",
                                  "https://ID.Example.com:8443/a/B?x=1&y=%20#part",
                                  "http://127.0.0.1:80/keys",
                                  "https://[2001:db8::1]/keys",
                                  "https://[::1]:444/keys",
                                  "https://id.example.com:/keys",
                                  "https://id.example.com/a;b=(1),2'*!$~@:?q=/?"}) {
        CAPTURE(url);
        const std::string toml = "[auth]\njwks = \"" + url + "\"";
        REQUIRE(folder.errors(toml).empty());
        CHECK(folder.load(toml)->config.auth.jwks_url == url);
    }
}

TEST_CASE("what was meant as a URL is never looked for as a file, nor shown") {
    const ConfigFolder folder;
    const struct {
        const char* url;
        const char* told;
    } cases[] = {
        {"HTTPS://u:hunter2@id.example/k", "lower case"},
        {"Http://hunter2.example/k", "lower case"},
        {"ftp://u:hunter2@id.example/k", "does not begin with https:// or http://"},
        {"file:///hunter2", "does not begin with https:// or http://"},
        {"://hunter2", "does not begin with https:// or http://"},
        {" https://hunter2.example", "does not begin with https:// or http://"},
        {"https:/u:hunter2@id.example/k", "does not begin with https:// or http://"},
        {"https:hunter2", "does not begin with https:// or http://"},
        {"https://u:hunter2@id.example/k", "a user or a password"},
        {"https://hunter2@id.example", "a user or a password"},
        {"https://:hunter2@[::1]/k", "a user or a password"},
        {"https://", "without a host"},
        {"https:///hunter2", "without a host"},
        {"https://:443/hunter2", "without a host"},
        {"https://?hunter2", "without a host"},
        {"https://hunter2 .example/k", "neither a name nor an address"},
        {"https://[::1\\u0000hunter2]/k", "neither a name nor an address"},
        {"https://b\u00fccher.example/hunter2", "neither a name nor an address"},
        {"https://[zz]/hunter2", "neither a name nor an address"},
        {"https://[::1/hunter2", "neither a name nor an address"},
        {"https://[::1]x/hunter2", "neither a name nor an address"},
        {"https://{hunter2}.example", "neither a name nor an address"},
        {"https://id.example:hunter2/k", "without a port from 1 to 65535"},
        {"https://id.example:0/hunter2", "without a port from 1 to 65535"},
        {"https://id.example:65536/hunter2", "without a port from 1 to 65535"},
        {"https://id.example:-1/hunter2", "without a port from 1 to 65535"},
        {"https://id.example/hunter2 k", "such as %20 for a space"},
        {"https://id.example/hunter2/{tenant}/k", "as % and two hexadecimal digits"},
        {"https://id.example/hunter2|k", "as % and two hexadecimal digits"},
        {"https://id.example/hunter2?p=[k]", "as % and two hexadecimal digits"},
        {"https://id.example/hunter2%2", "as % and two hexadecimal digits"},
        {"https://id.example/hunter2%zz", "as % and two hexadecimal digits"},
        {"https://id.example/hunter2#a#b", "as % and two hexadecimal digits"},
        {"https://id.example/hunter2\u00fc", "as % and two hexadecimal digits"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.url);
        const std::string error = folder.errors("[auth]\njwks = \"" + std::string(test.url) + '"');
        CHECK_THAT(error, Catch::StartsWith("notifyd.toml:2: auth.jwks: "));
        CHECK_THAT(error, Catch::Contains(test.told));
        CHECK_THAT(error, !Catch::Contains("hunter2"));
        const std::string by_variable = folder.errors("", {{"NOTIFYD_AUTH__JWKS", test.url}});
        CHECK_THAT(by_variable, Catch::StartsWith("NOTIFYD_AUTH__JWKS: ") && !Catch::Contains("hunter2"));
    }
}

TEST_CASE("a URL that no algorithm needs is reported") {
    Config config;
    config.server.listen.host = "127.0.0.1";
    config.auth.hs256_secret = Secret(std::string(32, 'k'));
    config.auth.jwks_url = "https://id.example.com/keys";
    config.auth.issuer = "https://id.example.com";
    config.auth.algorithms = {Algorithm::hs256, Algorithm::es256};
    CHECK(doubtful_settings(config).empty());
    config.auth.algorithms = {Algorithm::hs256};
    REQUIRE(doubtful_settings(config).size() == 1);
    CHECK_THAT(doubtful_settings(config).front(), Catch::Contains("auth.jwks is not fetched"));
}
