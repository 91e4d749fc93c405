// Fetched keys and new configs on their way to the loops; the provider is scripted.
#include "notifyd/auth/key_source.hpp"

#include "notifyd/observability/recording_sink.hpp"

#include "unit/auth/token_maker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <string>
#include <thread>

using namespace notifyd;
using namespace notifyd::auth;
using namespace std::chrono_literals;
using config::Algorithm;
using notifyd::testing::first_rsa;
using notifyd::testing::second_rsa;

namespace {

constexpr auto patience = 10s;

class HandClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override { return 0; }
    [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime(offset_.load()) + start_; }
    void forward(std::chrono::hours by) { offset_ = offset_.load() + by; }

  private:
    // The source's timer uses the system's clock, so the test's time must start at the present.
    const SteadyTime::duration start_ = SystemClock().steady_now().time_since_epoch();
    std::atomic<SteadyTime::duration> offset_{SteadyTime::duration::zero()};
};

std::string set_of(const notifyd::testing::TestKey& key, const std::string& kid) {
    return R"({"keys":[{)" + key.rsa_jwk() + R"(,"kid":")" + kid + "\"}]}";
}

config::Auth rules_for(const std::string& url, const std::string& issuer = "") {
    config::Auth rules;
    rules.jwks_url = url;
    rules.issuer = issuer;
    rules.jwks_refresh = 1h;
    return rules;
}

constexpr auto use_tuple = boost::asio::as_tuple(boost::asio::use_awaitable_t<runtime::Executor>{});
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                runtime::Executor>;

// A source on its own loop, and what it published.
class World {
  public:
    World() { source_.start(rules_for("one"), sources_for(rules_for("one"))); }
    ~World() {
        loop_.stop();
        if (thread_.joinable()) thread_.join();
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void start() {
        thread_ = std::thread([this] { loop_.run(); });
    }
    // Waits until the first fetch has been published.
    void run() {
        start();
        REQUIRE(first_.get_future().wait_for(patience) == std::future_status::ready);
    }
    static KeySources sources_for(const config::Auth& rules) { return *load_key_sources(rules); }

    // What the URL answers from now on; "": the fetch fails.
    void answer(const std::string& text) {
        on_loop([this, text] { text_ = text; });
    }
    void on_loop(std::function<void()> step) {
        std::promise<void> done;
        REQUIRE(loop_.post_control([&] {
            step();
            done.set_value();
        }));
        REQUIRE(done.get_future().wait_for(patience) == std::future_status::ready);
    }
    // Waits as a token would.
    void want() { REQUIRE(ask().wait_for(patience) == std::future_status::ready); }
    std::future<void> ask() {
        std::shared_ptr<const KeySet> newest;
        on_loop([&] { newest = newest_; });
        return ask(std::move(newest));
    }
    // For a loop that has these keys.
    std::future<void> ask(std::shared_ptr<const KeySet> seen) {
        auto done = std::make_shared<std::promise<void>>();
        source_.want(std::move(seen), [done] { done->set_value(); });
        return done->get_future();
    }
    // The sets published so far, each as those of the kids "a" and "b" that it contains.
    std::vector<std::string> published() {
        std::vector<std::string> copy;
        on_loop([&] { copy = published_; });
        return copy;
    }
    std::vector<std::string> fetched() {
        std::vector<std::string> copy;
        on_loop([&] { copy = fetched_; });
        return copy;
    }

    HandClock clock_;
    observability::RecordingSink sink_;
    observability::Events events_{sink_, clock_};
    runtime::EventLoop loop_{0, 100};
    std::string text_ = set_of(first_rsa(), "a");
    // The first fetch reports that it is running, and waits until it is cancelled.
    bool hold_ = false;
    std::promise<void> held_;
    Timer gate_{loop_.executor()};
    std::vector<std::string> fetched_;
    std::vector<std::string> published_;
    std::shared_ptr<const KeySet> newest_;
    KeySource source_{loop_,
                      [this](const std::string& url) { return fetch(url); },
                      clock_,
                      events_,
                      [this](const auto& keys, const config::Auth& rules) { take(keys, rules); }};

  private:
    KeySource::Awaitable<Result<std::string>> fetch(std::string url) {
        fetched_.push_back(url);
        std::string text = text_;
        if (std::exchange(hold_, false)) {
            held_.set_value();
            gate_.expires_at(SteadyTime::max());
            co_await gate_.async_wait(use_tuple);
        }
        if (text.empty()) co_return Error(Errc::unavailable, "down");
        co_return text;
    }
    void take(const std::shared_ptr<const KeySet>& keys, const config::Auth& rules) {
        newest_ = keys;
        std::string kids;
        for (const char* kid : {"a", "b"}) {
            if (keys->find(Algorithm::rs256, rules.issuer, kid) != nullptr) kids += kid;
        }
        published_.push_back(kids);
        if (published_.size() == 1) first_.set_value();
    }

    std::promise<void> first_;
    std::thread thread_;
};

using Texts = std::vector<std::string>;

// A field of the last event of a type, as text.
std::string last(const observability::RecordingSink& sink, std::string_view event_type, const std::string& field) {
    std::string found;
    for (const observability::RecordedLine& line : sink.lines()) {
        if (line.event_type != event_type) continue;
        const auto& value = line.fields.at(field);
        const auto* number = std::get_if<std::int64_t>(&value);
        found = number != nullptr ? std::to_string(*number) : std::get<std::string>(value);
    }
    return found;
}

}  // namespace

TEST_CASE("several requests share one fetch, and are answered only after it") {
    World world;
    world.run();
    CHECK(world.published() == Texts{"a"});
    world.answer(set_of(second_rsa(), "b"));
    world.want();
    CHECK(world.published() == Texts{"a", "b"});
    for (int i = 0; i < 100; ++i) world.want();
    CHECK(world.fetched() == Texts{"one", "one"});
}

// Otherwise, a token that came just before new keys would consume the one fetch per 30 seconds.
TEST_CASE("a request on behalf of keys that have been replaced is answered without a fetch") {
    World world;
    world.run();
    std::shared_ptr<const KeySet> replaced;
    world.on_loop([&] { replaced = world.newest_; });
    config::Auth longer = rules_for("one");
    longer.leeway = 1min;
    REQUIRE(world.source_.reload(longer, World::sources_for(longer)).has_value());
    world.answer(set_of(second_rsa(), "b"));
    REQUIRE(world.ask(replaced).wait_for(patience) == std::future_status::ready);
    CHECK(world.published() == Texts{"a", "a"});
    world.want();
    CHECK(world.published() == Texts{"a", "a", "b"});

    // The newer set may be empty: a request made with that one waits for the fetch.
    const config::Auth other = rules_for("two");
    REQUIRE(world.source_.reload(other, World::sources_for(other)).has_value());
    REQUIRE(world.ask(replaced).wait_for(patience) == std::future_status::ready);
    world.want();
    CHECK(world.published() == Texts{"a", "a", "b", "", "b"});
}

TEST_CASE("a new config keeps what was fetched while the URL and the issuer stay") {
    World world;
    world.run();
    config::Auth longer = rules_for("one");
    longer.leeway = 1min;
    REQUIRE(world.source_.reload(longer, World::sources_for(longer)).has_value());
    CHECK(world.published() == Texts{"a", "a"});
    CHECK(world.fetched() == Texts{"one"});

    world.answer("");
    const config::Auth other = rules_for("two");
    REQUIRE(world.source_.reload(other, World::sources_for(other)).has_value());
    world.want();
    CHECK(world.published() == Texts{"a", "a", ""});
    CHECK(world.fetched() == Texts{"one", "two"});
    world.answer(set_of(second_rsa(), "b"));
    const config::Auth issuer = rules_for("two", "https://id.example");
    REQUIRE(world.source_.reload(issuer, World::sources_for(issuer)).has_value());
    world.want();
    CHECK(world.published() == Texts{"a", "a", "", "", "b"});
    // Two of "two", or three if the request came after the fetch that the new config started.
    const std::size_t fetched = world.fetched().size();

    // Back to a secret: nothing more is fetched, and nothing fetched remains.
    config::Auth secret;
    secret.algorithms = {Algorithm::hs256};
    secret.hs256_secret = config::Secret(std::string(notifyd::testing::test_secret));
    REQUIRE(world.source_.reload(secret, World::sources_for(secret)).has_value());
    world.want();
    CHECK(world.published().back().empty());
    CHECK(world.fetched().size() == fetched);
}

TEST_CASE("a config without keys changes nothing") {
    World world;
    world.run();
    config::Auth bad;
    CHECK(world.source_.reload(bad, {}).has_error());
    CHECK(world.published() == Texts{"a"});
}

TEST_CASE("the answer of a URL that is no longer configured is ignored") {
    World world;
    world.hold_ = true;
    world.start();
    REQUIRE(world.held_.get_future().wait_for(patience) == std::future_status::ready);
    world.answer(set_of(second_rsa(), "b"));
    const config::Auth other = rules_for("two");
    REQUIRE(world.source_.reload(other, World::sources_for(other)).has_value());
    const std::future<void> answered = world.ask();
    world.on_loop([&] { world.gate_.cancel(); });
    REQUIRE(answered.wait_for(patience) == std::future_status::ready);
    CHECK(world.published() == Texts{"", "b"});
    CHECK(world.fetched() == Texts{"one", "two"});
}

TEST_CASE("keys that could not be refreshed for a day are dropped, and return with the next fetch") {
    World world;
    world.run();
    world.answer("");
    world.clock_.forward(23h);
    world.want();
    CHECK(world.published() == Texts{"a"});
    CHECK(world.sink_.count("keys_refresh_failed") == 1);
    world.clock_.forward(1h);
    world.want();
    CHECK(world.published() == Texts{"a", ""});
    CHECK(world.sink_.count("keys_expired") == 1);
    world.answer(set_of(first_rsa(), "a"));
    world.clock_.forward(1h);
    world.want();
    CHECK(world.published() == Texts{"a", "", "a"});
}

TEST_CASE("a failed fetch reports the URL and the reason") {
    World world;
    world.run();
    world.answer("");
    world.want();
    REQUIRE(world.sink_.count("keys_refresh_failed") == 1);
    CHECK(last(world.sink_, "keys_refresh_failed", "url") == "one");
    CHECK(last(world.sink_, "keys_refresh_failed", "reason") == "down");
}

TEST_CASE("an unusable entry is reported once, wherever it is, and so is an algorithm without a key") {
    World world;
    world.run();
    config::Auth rules = rules_for("one");
    rules.algorithms = {Algorithm::rs256, Algorithm::es256};
    REQUIRE(world.source_.reload(rules, World::sources_for(rules)).has_value());
    CHECK(world.published() == Texts{"a", "a"});
    REQUIRE(world.sink_.count("config_warning") == 1);
    CHECK(last(world.sink_, "config_warning", "what").find("ES256") != std::string::npos);

    const std::string good = "{" + first_rsa().rsa_jwk() + R"(,"kid":"a"})";
    const std::string bad = R"({"kty":"RSA","kid":"old","e":"AQAB"})";
    world.answer(R"({"keys":[)" + bad + "," + good + "]}");
    world.want();
    CHECK(world.published().back() == "a");
    REQUIRE(world.sink_.count("key_skipped") == 1);
    CHECK(last(world.sink_, "key_skipped", "kid") == "old");
    CHECK(last(world.sink_, "key_skipped", "key") == "1");
    CHECK(last(world.sink_, "key_skipped", "url") == "one");

    const std::string null = R"({"keys":[)" + good + "," + bad + ",null]}";
    world.answer(null);
    world.clock_.forward(1h);
    world.want();
    CHECK(world.sink_.count("key_skipped") == 2);
    CHECK(last(world.sink_, "key_skipped", "key") == "3");
    CHECK(world.sink_.count("config_warning") == 1);
}

TEST_CASE("a config that drops the keys says so, and names the URL of the new ones") {
    World world;
    world.run();
    const config::Auth same = rules_for("one");
    REQUIRE(world.source_.reload(same, World::sources_for(same)).has_value());
    world.want();
    CHECK(world.sink_.count("config_warning") == 0);

    std::size_t told = 0;
    for (const config::Auth& other : {rules_for("two"), rules_for("two", "https://id.example")}) {
        REQUIRE(world.source_.reload(other, World::sources_for(other)).has_value());
        world.want();
        CHECK(world.sink_.count("config_warning") == ++told);
        const std::string what = last(world.sink_, "config_warning", "what");
        CHECK_THAT(what, Catch::Contains("refused until its keys have been fetched from two"));
    }
}

TEST_CASE("problems of a set in a file are left to whoever reads the settings") {
    World world;
    world.run();
    config::Auth rules = rules_for("");
    rules.algorithms = {Algorithm::rs256, Algorithm::es256};
    KeySources sources = World::sources_for(rules);
    sources.jwks_json = R"({"keys":[null,{)" + first_rsa().rsa_jwk() + R"(,"kid":"a"}]})";
    REQUIRE(world.source_.reload(rules, sources).has_value());
    CHECK(world.published() == Texts{"a", "a"});
    CHECK(world.sink_.count("key_skipped") == 0);
    CHECK(world.sink_.count("config_warning") == 0);
}
