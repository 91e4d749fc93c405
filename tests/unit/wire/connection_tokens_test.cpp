#include "notifyd/wire/connection_tokens.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;

namespace {

std::string array_of(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"c" : ",\"c") + std::to_string(i) + '"';
    return "{\"channels\":[" + text + "]}";
}

}  // namespace

TEST_CASE("the body of POST /ws/token is optional, and read strictly") {
    using Channels = std::optional<std::vector<std::string>>;
    struct Row {
        std::string body;
        Channels channels;
    };
    const Row good[] = {
        {"", std::nullopt},
        {"{}", std::nullopt},
        {R"({"other":1})", std::nullopt},
        {R"({"channels":[]})", std::vector<std::string>{}},
        {R"({"channels":["social","a_B-9","social"]})", std::vector<std::string>{"social", "a_B-9"}},
    };
    for (const Row& row : good) {
        const auto channels = wire::parse_connection_token_body(row.body, wire::JsonLimits::with_depth(32));
        CAPTURE(row.body);
        REQUIRE(channels.has_value());
        CHECK(*channels == row.channels);
    }
    CHECK(wire::parse_connection_token_body(array_of(50), wire::JsonLimits::with_depth(32)).has_value());
    const std::pair<std::string, Errc> bad[] = {
        {" ", Errc::invalid_json},
        {"{", Errc::invalid_json},
        {R"({"channels":["a"],"channels":["b"]})", Errc::invalid_json},
        {"[]", Errc::invalid_request},
        {"null", Errc::invalid_request},
        {R"({"channel":["a"]})", Errc::invalid_request},
        {R"({"channels":"social"})", Errc::invalid_request},
        {R"({"channels":[1]})", Errc::invalid_request},
        {R"({"channels":[""]})", Errc::invalid_request},
        {R"({"channels":["*"]})", Errc::invalid_request},
        {R"({"channels":["a b"]})", Errc::invalid_request},
        {R"({"channels":["a\nb"]})", Errc::invalid_request},
        {R"({"channels":[")" + std::string(65, 'a') + R"("]})", Errc::invalid_request},
        {array_of(51), Errc::invalid_request},
    };
    for (const auto& [body, code] : bad) {
        const auto channels = wire::parse_connection_token_body(body, wire::JsonLimits::with_depth(32));
        CAPTURE(body);
        REQUIRE(channels.has_error());
        CHECK(channels.error().code == code);
    }
}

TEST_CASE("replies about connection tokens match the specification") {
    const Uuid id = *Uuid::parse("0190b0a1-0000-4000-8000-000000000001");
    CHECK(wire::connection_token_reply("a.b", id, 1'700'000'000'000) ==
          R"({"token":"a.b","tokenId":"0190b0a1-0000-4000-8000-000000000001","expiresAt":1700000000000})");
    CHECK(wire::tokens_revoked_reply(3) == R"({"revoked":3})");
}
