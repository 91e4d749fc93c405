// What events write, and how often.
#include "notifyd/observability/events.hpp"

#include "notifyd/observability/events/auth.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/observability/events/http.hpp"
#include "notifyd/observability/events/messages.hpp"
#include "notifyd/observability/events/permissions.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/observability/events/storage.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/fake_clock.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd;
using namespace notifyd::observability;
using notifyd::testing::FakeClock;
using namespace std::chrono_literals;

namespace {

template <class T>
T field(const RecordedLine& line, std::string_view name) {
    const auto found = line.fields.find(name);
    REQUIRE(found != line.fields.end());
    REQUIRE(std::holds_alternative<T>(found->second));
    return std::get<T>(found->second);
}

const UserId user{"u1"};
const ConnectionId connection{Uuid{{1, 2, 3}}};
const MessageId message{Uuid{{4, 5, 6}}};

TopicName topic(std::string_view text) {
    Result<TopicName> parsed = TopicName::parse(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

}  // namespace

TEST_CASE("an event becomes a line with its fields") {
    RecordingSink sink;
    const FakeClock clock;
    Events events(sink, clock);
    const TopicName chat = topic("chat:abc");
    events.emit(MessagePublished{.message = message,
                                 .topic = chat,
                                 .type = MessageType::fifo,
                                 .sequence = 42,
                                 .user = user,
                                 .correlation_id = "req-1"});
    REQUIRE(sink.lines().size() == 1);
    const RecordedLine line = sink.lines().front();
    CHECK(line.time == clock.now_ms());
    CHECK(line.level == LogLevel::debug);
    CHECK(line.event_type == "message_published");
    CHECK(field<std::string>(line, "user_id") == "u1");
    CHECK(field<std::string>(line, "message_id") == message.get().to_string());
    CHECK(field<std::string>(line, "chat_id") == "abc");
    CHECK(field<std::int64_t>(line, "sequence_number") == 42);
    CHECK(field<std::string>(line, "message_type") == "fifo");
    CHECK(field<std::string>(line, "correlation_id") == "req-1");
}

TEST_CASE("fields that do not apply are left out") {
    RecordingSink sink;
    const FakeClock clock;
    Events events(sink, clock);
    const TopicName org = topic("org:acme");
    events.emit(MessagePublished{.message = message, .topic = org, .user = user});
    events.emit(RequestServed{.correlation_id = "", .method = "GET", .route = "/healthz", .status = 200});
    const auto lines = sink.lines();
    CHECK_FALSE(lines[0].fields.contains("sequence_number"));
    CHECK_FALSE(lines[0].fields.contains("correlation_id"));
    CHECK_FALSE(lines[0].fields.contains("chat_id"));
    CHECK(field<std::string>(lines[0], "topic_class") == "org");
    CHECK(field<std::string>(lines[0], "topic_id") == "acme");
    CHECK_FALSE(lines[1].fields.contains("user_id"));
    CHECK(field<std::string>(lines[1], "route") == "/healthz");
}

TEST_CASE("per-message events are sampled at info, complete at debug") {
    RecordingSink sink(LogLevel::info);
    FakeClock clock;
    Events events(sink, clock);
    const TopicName chat = topic("chat:abc");
    const auto publish = [&] { events.emit(MessagePublished{.message = message, .topic = chat, .user = user}); };
    for (int round = 0; round < 3; ++round) {
        for (int count = 0; count < 100; ++count) publish();
        clock.advance(1s);
    }
    REQUIRE(sink.count("message_published") == 3);
    CHECK(sink.lines().front().level == LogLevel::info);
    CHECK(field<bool>(sink.lines().front(), "sampled"));

    // Each kind of event has a sample of its own.
    events.emit(MessageDelivered{.message = message, .topic = chat, .recipients = 2, .latency_ms = 1.5});
    CHECK(sink.count("message_delivered") == 1);

    sink.set_level(LogLevel::debug);
    for (int count = 0; count < 100; ++count) publish();
    CHECK(sink.count("message_published") == 103);
    CHECK_FALSE(sink.lines().back().fields.contains("sampled"));

    sink.set_level(LogLevel::warn);
    clock.advance(1s);
    publish();
    CHECK(sink.count("message_published") == 103);
}

TEST_CASE("events below the level are not written") {
    RecordingSink sink(LogLevel::warn);
    const FakeClock clock;
    Events events(sink, clock);
    events.emit(ConnectionOpened{.connection = connection, .user = user});
    events.emit(RequestServed{.status = 200});
    CHECK(sink.lines().empty());
    events.emit(RequestFailed{.method = "POST", .route = "/publish", .status = 503});
    events.emit(CommitFailed{.what = "disk full", .rows = 12});
    CHECK(sink.lines().size() == 2);
}

TEST_CASE("every event has a name and a level") {
    RecordingSink sink;
    const FakeClock clock;
    Events events(sink, clock);
    const TopicName chat = topic("chat:abc");
    events.emit(ServerStarted{"0.0.0.0:8443", "0.1.0", 2, true});
    events.emit(ServerStopping{"SIGTERM"});
    events.emit(ServerStopped{});
    events.emit(ServerFailed{"x"});
    events.emit(ConfigWarning{"x"});
    events.emit(ExceptionCaught{"session", "x"});
    events.emit(ConnectionOpened{connection, user, 3, "::1", "r"});
    events.emit(ConnectionClosed{connection, user, 1001, 2.5});
    events.emit(ConnectionRefused{403, "origin", "::1", "r"});
    events.emit(DeliveryClosedSlow{connection, user});
    events.emit(AuthFailed{"expired", "::1", "r"});
    events.emit(PermissionGranted{user, chat, Role::admin, user});
    events.emit(PermissionRevoked{user, chat, user});
    events.emit(MessageUndelivered{message, chat});
    events.emit(AcceptFailed{"x"});
    events.emit(AcceptRefused{"server_full", "::1"});
    events.emit(StorageError{"x"});
    events.emit(CheckpointFailed{"x"});
    events.emit(RetentionDeleted{5});
    events.emit(PagesReclaimed{5});
    events.emit(DeadLettersDropped{5, "x"});
    events.emit(DeadLettersGaveWay{user, "", 5, "recipient_full"});
    events.emit(SyncFailed{"x"});
    events.emit(StorageRecovered{});
    events.emit(MigrationApplied{"0001_initial", 1});
    std::string names;
    for (const RecordedLine& line : sink.lines()) {
        names += std::string(config::to_string(line.level)) + ' ' + line.event_type + '\n';
    }
    CHECK(names ==
          "info server_started\ninfo server_stopping\ninfo server_stopped\nerror server_failed\nwarn config_warning\n"
          "error exception_caught\ninfo connection_opened\ninfo connection_closed\ninfo connection_refused\n"
          "warn delivery_closed_slow\ninfo auth_failed\ninfo permission_granted\ninfo permission_revoked\n"
          "debug message_undelivered\nwarn accept_failed\ninfo accept_refused\nerror storage_error\n"
          "warn checkpoint_failed\ninfo retention_deleted\n"
          "info pages_reclaimed\nerror dead_letters_dropped\nwarn dead_letters_gave_way\nerror sync_failed\n"
          "info storage_recovered\n"
          "info migration_applied\n");
    CHECK(field<std::int64_t>(sink.lines()[7], "code") == 1001);
    CHECK(field<std::string>(sink.lines()[11], "role") == "admin");
}
