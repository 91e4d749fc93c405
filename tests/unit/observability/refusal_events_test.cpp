// What refusals write into the log: who was refused and why, but never so many lines that they flood it.
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/events/auth.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/observability/events/http.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/fake_clock.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd;
using namespace notifyd::observability;
using notifyd::testing::FakeClock;
using namespace std::chrono_literals;

namespace {

std::string text(const RecordedLine& line, std::string_view name) {
    const auto found = line.fields.find(name);
    return found == line.fields.end() ? "(none)" : std::get<std::string>(found->second);
}

const UserId bob{"bob"};

}  // namespace

TEST_CASE("a refusal names the user, the topic, the reason and the address") {
    RecordingSink sink;
    const FakeClock clock;
    Events events(sink, clock);
    events.emit(RequestRefused{"id-1", "POST", "/publish", 403, "forbidden", "No", "::1", "bob", "chat:room"});
    events.emit(ConnectionRefused{403, "topic", "::1", "id-2", "No", "bob", "org:acme", "https://x"});
    events.emit(FrameRefused{ConnectionId{}, bob, "forbidden", "No", "chat:room", "::1"});
    events.emit(AuthFailed{"unknown_key", "::1", "id-3", "", "", "key-7"});
    const auto lines = sink.lines();
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].event_type == "request_refused");
    CHECK(text(lines[0], "user_id") == "bob");
    CHECK(text(lines[0], "chat_id") == "room");
    CHECK(text(lines[0], "route") == "/publish");
    CHECK(text(lines[0], "reason") == "forbidden");
    CHECK(text(lines[0], "what") == "No");
    CHECK(text(lines[0], "address") == "::1");
    CHECK(text(lines[0], "correlation_id") == "id-1");
    CHECK(text(lines[1], "topic_class") == "org");
    CHECK(text(lines[1], "topic_id") == "acme");
    CHECK(text(lines[1], "origin") == "https://x");
    CHECK(text(lines[1], "user_id") == "bob");
    CHECK(lines[2].event_type == "frame_refused");
    CHECK(text(lines[2], "user_id") == "bob");
    CHECK(text(lines[3], "key") == "key-7");
    CHECK_FALSE(lines[3].fields.contains("user_id"));
}

TEST_CASE("at info some refusals per second are logged, with the number that was left out") {
    RecordingSink sink(LogLevel::info);
    FakeClock clock;
    Events events(sink, clock);
    const auto refuse = [&] { events.emit(RequestRefused{.status = 404, .reason = "not_found"}); };
    for (int i = 0; i < 1'000; ++i) refuse();
    CHECK(sink.count("request_refused") == bounded.most);
    clock.advance(1s);
    refuse();
    CHECK(std::get<std::int64_t>(sink.lines().back().fields.at("left_out")) == 1'000 - bounded.most);
    sink.set_level(LogLevel::debug);
    for (int i = 0; i < 100; ++i) refuse();
    CHECK(sink.count("request_refused") == bounded.most + 1 + 100);
}

TEST_CASE("failed requests are bounded, too: while there are no keys, anybody can cause them") {
    RecordingSink sink(LogLevel::info);
    FakeClock clock;
    Events events(sink, clock);
    const auto fail = [&events] {
        events.emit(
            RequestFailed{.status = 503, .reason = "no_keys", .what = "w", .address = "192.0.2.1", .user = "u"});
    };
    for (int i = 0; i < 1'000; ++i) fail();
    CHECK(sink.count("request_failed") == bounded.most);
    const RecordedLine line = sink.lines().back();
    CHECK(line.level == LogLevel::warn);
    CHECK(text(line, "reason") == "no_keys");
    CHECK(text(line, "address") == "192.0.2.1");
    CHECK(text(line, "user_id") == "u");
    clock.advance(1s);
    fail();
    CHECK(std::get<std::int64_t>(sink.lines().back().fields.at("left_out")) == 1'000 - bounded.most);
}

TEST_CASE("an untrusted proxy is reported once, and only the first few addresses of a flood are") {
    RecordingSink sink;
    FakeClock clock;
    Events events(sink, clock);
    for (int i = 0; i < 3; ++i) events.emit(ForwardedForIgnored{"192.0.2.1", "192.0.2.1"});
    REQUIRE(sink.count("forwarded_for_ignored") == 1);
    const RecordedLine line = sink.lines().front();
    CHECK(line.level == LogLevel::warn);
    CHECK(text(line, "what").find("add \"192.0.2.1\" to server.trusted_proxies") != std::string::npos);
    events.emit(ForwardedForIgnored{"unix", "unix"});
    CHECK(text(sink.lines().back(), "what").find("Unix socket") != std::string::npos);
    const auto flood = [&events](const std::string& prefix) {
        for (int i = 0; i < 1'000; ++i) {
            const std::string address = prefix + std::to_string(i);
            events.emit(ForwardedForIgnored{address, address});
        }
    };
    flood("10.0.0.");
    CHECK(sink.count("forwarded_for_ignored") == 16);
    // A flood does not keep the real proxy out of the log for good.
    clock.advance(1h);
    events.emit(ForwardedForIgnored{"192.0.2.2", "192.0.2.2"});
    CHECK(sink.count("forwarded_for_ignored") == 17);
    events.emit(ForwardedForIgnored{"192.0.2.1", "192.0.2.1"});
    CHECK(sink.count("forwarded_for_ignored") == 17);
    // All addresses that one peer can have in IPv6 count as one.
    for (int i = 0; i < 100; ++i) events.emit(ForwardedForIgnored{"2001:db8::" + std::to_string(i), "2001:db8::/64"});
    CHECK(sink.count("forwarded_for_ignored") == 18);
}
