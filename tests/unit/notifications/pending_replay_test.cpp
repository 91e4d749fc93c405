// What was pending is sent before anything new, page by page, without repetitions.
#include "notifyd/notifications/pending_replay.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/recording_sink.hpp"
#include "notifyd/wire/notifications.hpp"

#include "support/fake_clock.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::notifications {

namespace {

using testing::TestConnection;
using Texts = std::vector<std::string>;

// Keeps the questions, which the test answers.
class SlowInbox final : public ports::InboxStore {
  public:
    void pending(ports::PendingQuery query, UniqueFunction<void(Result<PendingPage>)> done) override {
        queries.push_back(std::move(query));
        answers.push_back(std::move(done));
    }
    void answer(Result<PendingPage> page) {
        auto done = std::move(answers.front());
        answers.erase(answers.begin());
        done(std::move(page));
    }

    void post(ports::PostRequest, ports::AnnouncePosted, UniqueFunction<void(Result<ports::PostResult>)>) override {}
    void continue_posting(
        Uuid, std::size_t, EpochMs, ports::AnnouncePosted, UniqueFunction<void(Result<bool>)>) override {}
    void unfinished_postings(UniqueFunction<void(Result<std::vector<Uuid>>)>) override {}
    void read(UserId,
              Uuid,
              ports::ReadTime,
              ports::AnnounceChange,
              UniqueFunction<void(Result<std::optional<ports::InboxChange>>)>) override {}
    void read_all(UserId,
                  Uuid,
                  std::size_t,
                  ports::ReadTime,
                  ports::AnnounceChange,
                  UniqueFunction<void(Result<ports::InboxChange>)>) override {}
    void remove(UserId,
                Uuid,
                EpochMs,
                ports::AnnounceChange,
                UniqueFunction<void(Result<std::optional<ports::InboxChange>>)>) override {}
    void acknowledge(UserId, Uuid, UniqueFunction<void(Result<bool>)>) override {}
    void list(ports::InboxQuery, UniqueFunction<void(Result<NotificationPage>)>) override {}
    void count_unread(UserId, EpochMs, UniqueFunction<void(Result<std::uint64_t>)>) override {}
    void channels(UserId, UniqueFunction<void(Result<std::optional<std::vector<std::string>>>)>) override {}
    void change_channels(ports::ChannelChange, UniqueFunction<void(Result<std::vector<std::string>>)>) override {}
    void preferences(UserId, UniqueFunction<void(Result<Preferences>)>) override {}
    void change_preferences(UserId, ChangePreferences, UniqueFunction<void(Result<Preferences>)>) override {}
    void delete_expired(std::optional<EpochMs>,
                        std::optional<EpochMs>,
                        std::size_t,
                        UniqueFunction<void(Result<std::size_t>)>) override {}

    std::vector<ports::PendingQuery> queries;
    std::vector<UniqueFunction<void(Result<PendingPage>)>> answers;
};

Uuid id_of(std::uint8_t number) {
    Uuid id;
    id.bytes.back() = number;
    return id;
}

Notification notification(std::uint8_t number, std::string channel = "social") {
    return {.id = id_of(number),
            .user = UserId("u"),
            .type = "new_like",
            .channel = std::move(channel),
            .collapse_key = {},
            .content = "\"n\":" + std::to_string(number)};
}

PendingPage page_of(std::vector<Notification> notifications, bool more = false) {
    return {.notifications = std::move(notifications), .more = more, .unread = 9};
}

// A notice from the lanes; without a channel, one that something was read.
Delivery live(std::uint8_t number, std::string channel = "social") {
    auto message = std::make_shared<Message>(Message{.id = MessageId(id_of(number)),
                                                     .topic = testing::topic_of("user:u"),
                                                     .lifetime = Lifetime::notice,
                                                     .form = Form::envelope,
                                                     .sender = UserId("u"),
                                                     .group_id = {},
                                                     .skip = std::nullopt,
                                                     .audience = Audience{UserId("u"), std::move(channel)},
                                                     .head = "{\"live\":" + std::to_string(number) + "}"});
    return {std::move(message), 0};
}

struct Fixture {
    Fixture() {
        PendingReplay::await(device.connection);
        registry.add(device.connection);
        registry.subscribe(device.connection, testing::topic_of("user:u"));
    }
    // Numbers of what the device got: pending ones as they are, live ones with a minus sign.
    [[nodiscard]] std::string got() const {
        std::string all;
        for (const std::string& text : device.sink.texts()) {
            const bool is_live = text.starts_with("{\"live\"");
            const std::size_t at = text.find(is_live ? "\"live\":" : "\"n\":") + (is_live ? 7 : 4);
            all += (is_live ? "-" : "") + text.substr(at, text.find_first_of(",}", at) - at) + " ";
        }
        return all;
    }
    std::string pass(const Delivery& delivery) {
        return replay.pass(device.connection, std::span(&delivery, 1)).empty() ? "held" : "live";
    }

    testing::FakeClock clock;
    observability::RecordingSink log;
    observability::Events events{log, clock};
    SlowInbox inbox;
    connection::ConnectionRegistry registry;
    config::Config config;
    PendingReplay replay{registry, inbox, std::make_shared<const NotificationRules>(config), clock, clock, events};
    TestConnection device{1};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "pending notifications are read page by page, as the client reads") {
    replay.begin(device.connection);
    REQUIRE(inbox.queries.size() == 1);
    CHECK(uuid_v7_epoch_ms(inbox.queries[0].after) == clock.now_ms() - Milliseconds(std::chrono::days(7)).count());
    device.sink.full = true;
    inbox.answer(page_of({notification(1), notification(2)}, true));
    CHECK(inbox.queries.size() == 1);
    device.sink.drain();
    CHECK(got() == "1 2 ");
    REQUIRE(inbox.queries.size() == 2);
    CHECK(inbox.queries[1].after == id_of(2));
    inbox.answer(page_of({notification(3)}));
    CHECK(got() == "1 2 3 ");
    CHECK(inbox.queries.size() == 2);
    CHECK_THAT(device.sink.texts().front(), Catch::Contains("\"unreadCount\":9"));
}

TEST_CASE_METHOD(Fixture, "what comes in the meantime follows, unless a page contained it") {
    CHECK(pass(live(2)) == "held");
    replay.begin(device.connection);
    CHECK(pass(live(3)) == "held");
    inbox.answer(page_of({notification(1), notification(2)}, true));
    CHECK(pass(live(1)) == "held");
    CHECK(pass(live(1, "")) == "held");
    inbox.answer(page_of({}));
    CHECK(got() == "1 -2 -3 -1 ");
    // A notice whose commit the page contained may come late.
    CHECK(pass(live(1)) == "held");
    CHECK(pass(live(4)) == "live");
    clock.advance(std::chrono::seconds(6));
    replay.tick(clock.steady_now());
    CHECK_FALSE(device.connection.awaits_pending);
}

TEST_CASE_METHOD(Fixture, "what cannot be held is read") {
    replay.begin(device.connection);
    for (int i = 0; i < 1'500; ++i) CHECK(pass(live(1, "")) == "held");
    CHECK(pass(live(1)) == "held");
    CHECK(log.count("notice_undelivered") == 500);
    inbox.answer(page_of({notification(1)}));
    REQUIRE(inbox.queries.size() == 2);
    CHECK(inbox.queries[1].after == id_of(0));
    inbox.answer(page_of({notification(1), notification(7)}));
    CHECK(got().starts_with("1 7 -1 -1 "));
}

TEST_CASE_METHOD(Fixture, "channels that the user has left are not sent") {
    replay.begin(device.connection);
    PendingPage page = page_of({notification(1, "social"), notification(2, "quota")});
    page.channels = {"quota"};
    inbox.answer(std::move(page));
    CHECK(got() == "2 ");
}

TEST_CASE_METHOD(Fixture, "a page that cannot be read is tried again, and in the end what was held is sent") {
    replay.begin(device.connection);
    CHECK(pass(live(3)) == "held");
    for (std::size_t i = 1; i < limits::catch_up_failures_max; ++i) {
        inbox.answer(Error(Errc::unavailable, "busy"));
        CHECK(inbox.queries.size() == i);
        clock.advance(limits::catch_up_pause);
        replay.tick(clock.steady_now());
        REQUIRE(inbox.queries.size() == i + 1);
    }
    CHECK(got().empty());
    inbox.answer(Error(Errc::unavailable, "busy"));
    CHECK(got() == "-3 ");
    CHECK(log.count("pending_replay_failed") == 1);
}

TEST_CASE_METHOD(Fixture, "a notice that one was read is not lost when that one is sent") {
    replay.begin(device.connection);
    device.sink.full = true;
    inbox.answer(page_of({notification(1)}));
    CHECK(pass(live(1, "")) == "held");
    device.sink.drain();
    CHECK(got() == "1 -1 ");
}

TEST_CASE_METHOD(Fixture, "one that expires while the client does not read is not sent") {
    replay.begin(device.connection);
    device.sink.full = true;
    Notification brief = notification(1);
    brief.expires_at = clock.now_ms() + 1'000;
    inbox.answer(page_of({brief, notification(2)}));
    clock.advance(std::chrono::seconds(1));
    device.sink.drain();
    CHECK(got() == "2 ");
}

TEST_CASE_METHOD(Fixture, "a connection that has gone costs nothing") {
    CHECK(pass(live(1)) == "held");
    replay.begin(device.connection);
    registry.remove(device.connection);
    inbox.answer(page_of({notification(1)}, true));
    replay.tick(clock.steady_now());
    CHECK(inbox.queries.size() == 1);
    CHECK(got().empty());
}

}  // namespace notifyd::notifications
