// Notices: frames of the server about something that is stored elsewhere.
#include "support/delivery_pool.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

MessagePtr notice(std::string text, std::optional<Audience> audience = std::nullopt) {
    Message made = *message("chat:c", "");
    made.type = MessageType::standard;
    made.numbering = Numbering::none;
    made.lifetime = Lifetime::notice;
    made.form = Form::envelope;
    made.audience = std::move(audience);
    made.head = std::move(text);
    return std::make_shared<const Message>(std::move(made));
}

using Texts = std::vector<std::string>;

struct Fixture : DeliveryPool {
    Fixture() {
        for (TestConnection* each : {&member, &other}) {
            first.registry.add(each->connection);
            first.registry.subscribe(each->connection, topic_of("chat:c"));
        }
    }
    void commit(MessagePtr made) {
        pool.committed({{std::move(made), 0}});
        first.turn();
    }
    TestConnection member{1, "u"};
    TestConnection other{2, "v"};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a notice is sent as it is, in commit order with the messages") {
    pool.committed({{notice("{\"n\":1}"), 0}, {message("chat:c", "hello"), 7, {7, 7}}, {notice("{\"n\":2}"), 0}});
    first.turn();
    const Texts texts = member.sink.texts();
    REQUIRE(texts.size() == 3);
    CHECK(texts[0] == "{\"n\":1}");
    CHECK_THAT(texts[1], Catch::Contains("hello"));
    CHECK(texts[2] == "{\"n\":2}");
}

TEST_CASE_METHOD(Fixture, "an audience narrows a topic to one user, a channel and the grant") {
    commit(notice("{}", Audience{UserId("u")}));
    CHECK(member.sink.texts().size() == 1);
    CHECK(other.sink.texts().empty());

    Identity limited = member.connection.identity();
    limited.allowed_channels = {"billing"};
    member.connection.set_identity(limited);
    commit(notice("{}", Audience{UserId("u"), "social"}));
    CHECK(member.sink.texts().size() == 1);
    commit(notice("{}", Audience{UserId("u"), "billing"}));
    // A change of the inbox is for every connection.
    commit(notice("{}", Audience{UserId("u")}));
    CHECK(member.sink.texts().size() == 3);
    commit(notice("{}", Audience{UserId("u"), "billing", true}));
    CHECK(member.sink.texts().size() == 3);
    limited.grant = Grant::admin;
    member.connection.set_identity(limited);
    commit(notice("{}", Audience{UserId("u"), "billing", true}));
    CHECK(member.sink.texts().size() == 4);
}

TEST_CASE_METHOD(Fixture, "a notice is retried, then logged, and never a dead letter") {
    member.sink.full = true;
    commit(notice("{\"n\":1}"));
    CHECK(other.sink.texts().size() == 1);
    CHECK(member.connection.retries() == 1);
    SECTION("the client reads again") {
        member.sink.full = false;
        clock.advance(std::chrono::seconds(10));
        first.worker.tick(clock.steady_now());
        CHECK(member.sink.texts() == Texts{"{\"n\":1}"});
    }
    SECTION("it never does") {
        for (int i = 0; i < 5; ++i) {
            clock.advance(std::chrono::seconds(10));
            first.worker.tick(clock.steady_now());
        }
        CHECK(log.count("notice_undelivered") == 1);
    }
    CHECK(member.connection.retries() == 0);
    CHECK(first.log.letters.empty());
}

TEST_CASE_METHOD(Fixture, "a notice does not overtake an earlier one that is being retried") {
    member.sink.full = true;
    commit(notice("{\"n\":1}"));
    member.sink.full = false;
    commit(notice("{\"n\":2}"));
    CHECK(member.sink.texts().empty());
    for (int i = 0; i < 3; ++i) {
        clock.advance(std::chrono::seconds(10));
        first.worker.tick(clock.steady_now());
    }
    CHECK(member.sink.texts() == Texts{"{\"n\":1}", "{\"n\":2}"});
}
