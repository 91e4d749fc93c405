// server.allowed_origins and server.socket_mode: accepted values, and the errors for others.
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd::config;
using notifyd::config::testing::ConfigFolder;

TEST_CASE("origins that browsers send are accepted, and so are patterns for subdomains") {
    const ConfigFolder folder;
    for (const std::string origin : {"*",
                                     "https://app.example.com",
                                     "http://localhost:3000",
                                     "https://app.example.com:8443",
                                     "http://x:443",
                                     "https://x:80",
                                     "https://192.168.1.1",
                                     "https://[::1]",
                                     "https://[2001:db8::1]:8443",
                                     "https://xn--bcher-kva.example",
                                     "capacitor://localhost",
                                     "chrome-extension://abcdef",
                                     "https://*.example.com",
                                     "https://*.app.example.com:8443",
                                     "http://*.localhost:3000",
                                     "https://*.example.co.uk"}) {
        CAPTURE(origin);
        CHECK(folder.errors("[server]\nallowed_origins = [\"" + origin + "\"]").empty());
    }
}

TEST_CASE("an origin that no browser sends is rejected, with what to write instead") {
    const ConfigFolder folder;
    const struct {
        const char* origin;
        const char* told;
    } cases[] = {
        {"https://x.example:443", "write \"https://x.example\""},
        {"http://x.example:80", "write \"http://x.example\""},
        {"https://*.x.example:443", "write \"https://*.x.example\""},
        {"https://[::1]:443", "write \"https://[::1]\""},
        {"https://x.example:", "no port"},
        {"https://x.example:0", "no port"},
        {"https://x.example:0443", "no port"},
        {"https://x.example:65536", "no port"},
        {"https://x.example:https", "no port"},
        {"https://App.example", "lower case"},
        {"HTTPS://app.example", "lower case"},
        {"https://b\u00fccher.example", "ASCII"},
        {"https://app.example/", "write no /"},
        {"https://app.example/path", "write no /"},
        {"https://user@app.example", "more than scheme"},
        {"wss://app.example", "the page's is https"},
        {"ws://app.example", "the page's is http"},
        {"app.example", "is not an origin such as"},
        {"*.example.com", "is not an origin such as"},
        {"null", "is not an origin such as"},
        {"://a", "is not an origin such as"},
        {"https://a b", "lower case and ASCII"},
        {"", "is not an origin such as"},
        {"https://", "is not an origin such as"},
        {"https://.example", "is not an origin such as"},
        {"https://example.com.", "is not an origin such as"},
        {"https://a..b", "is not an origin such as"},
        {"https://[::1", "is not an origin such as"},
        {"https://[zz]", "is not an origin such as"},
        {"https://[]", "is not an origin such as"},
        {"https://[1.2.3.4]", "is not an origin such as"},
        {"https://[::1%25eth0]", "is not an origin such as"},
        {"https://[::1]x", "is not an origin such as"},
        {"https://a.example.com;", "is not an origin such as"},
        {"https://a,b", "is not an origin such as"},
        {"https://%41.com", "is not an origin such as"},
        {"https://a!b.example", "is not an origin such as"},
        {"https://a\\\\b.example", "is not an origin such as"},
        {"https://a'.example", "is not an origin such as"},
        {"1https://a", "is not an origin such as"},
        {"-https://a", "is not an origin such as"},
        {"ht_tps://a", "is not an origin such as"},
        {"ht,tps://a", "is not an origin such as"},
        {"https://*", "* in the wrong place"},
        {"https://*:8443", "* in the wrong place"},
        {"https://app.*.example", "* in the wrong place"},
        {"https://app*.example.com", "* in the wrong place"},
        {"https://*app.example.com", "* in the wrong place"},
        {"https://*.*.example.com", "* in the wrong place"},
        {"https://*.", "* in the wrong place"},
        {"https://*.a,b.com", "* in the wrong place"},
        {"https://*..com", "* in the wrong place"},
        {"*://example.com", "* in the wrong place"},
        {"http*://example.com", "* in the wrong place"},
        {"https*.://example.com", "* in the wrong place"},
        {"*.://example.com", "* in the wrong place"},
        {"*://*.example.com", "* in the wrong place"},
        {"https://*.com", "every site under .com"},
        {"https://*.168.1.1", "an address behind its *"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.origin);
        const std::string error = folder.errors("[server]\nallowed_origins = [\"https://good.example\", \"" +
                                                std::string(test.origin) + "\"]");
        CHECK_THAT(error, Catch::StartsWith("notifyd.toml:2: server.allowed_origins: \""));
        CHECK_THAT(error, Catch::Contains(test.told));
    }
}

TEST_CASE("the mode of a socket is read as octal") {
    const ConfigFolder folder;
    const auto mode = [&folder](const std::string& text) {
        const LoadResult loaded = folder.load("[server]\nsocket_mode = \"" + text + "\"");
        return loaded.has_value() ? static_cast<int>(loaded->config.server.socket_mode) : -1;
    };
    CHECK(folder.load("")->config.server.socket_mode == 0660);
    CHECK(mode("0660") == 0660);
    CHECK(mode("660") == 0660);
    CHECK(mode("0777") == 0777);
    CHECK(mode("0600") == 0600);
    for (const char* bad : {"", "0", "66", "0680", "4660", "1777", "06600", "-660", "+660", " 660", "0x1b0", "0o660"}) {
        CAPTURE(bad);
        CHECK(mode(bad) == -1);
    }
    const std::string expected = "server.socket_mode: expected file permissions in octal digits such as \"0660\", got ";
    CHECK(folder.errors("[server]\nsocket_mode = 660") == "notifyd.toml:2: " + expected + "660");
    CHECK(folder.errors("[server]\nsocket_mode = \"rw\"") == "notifyd.toml:2: " + expected + "\"rw\"");
    CHECK(folder.load("", {{"NOTIFYD_SERVER__SOCKET_MODE", "0666"}})->config.server.socket_mode == 0666);
}
