#include "notifyd/history/retrieval_handler.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/quiet_permissions.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::history {

namespace {

class FakeReader final : public ports::MessageReader {
  public:
    void read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) override {
        queries.push_back(std::move(query));
        if (before_answer) before_answer();
        done(answer);
    }
    [[nodiscard]] const std::string& epoch() const override { return epoch_; }

    std::vector<PageQuery> queries;
    Result<Page> answer = Page{};
    std::function<void()> before_answer;

  private:
    std::string epoch_ = "epoch-1";
};

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

HistoryRequest request_of(const std::string& topic_text) {
    return HistoryRequest{.topic = topic(topic_text),
                          .limit = limits::page_messages_default,
                          .start_key = std::nullopt,
                          .from_time = std::nullopt,
                          .to_time = std::nullopt,
                          .sequences = {},
                          .order = PageOrder::newest_first};
}

struct Fixture {
    Fixture() { permissions.directory.set(caller.user, topic("chat:c"), Role::viewer); }

    Result<HistoryPage> ask(HistoryRequest request, HistoryMode mode = HistoryMode::on) {
        RetrievalHandler handler(permissions.manager, reader, mode);
        std::optional<Result<HistoryPage>> answer;
        handler.messages(caller, std::move(request), [&](Result<HistoryPage> page) { answer = std::move(page); });
        REQUIRE(answer);
        return *std::move(answer);
    }

    Identity caller{
        .user = UserId("u"), .grant = Grant::none, .claimed_topics = {topic("org:o")}, .expires_at = 0, .token_id = {}};
    SystemClock clock;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    testing::QuietPermissions permissions{clock, events};
    FakeReader reader;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a viewer reads, and the reader gets the whole query") {
    HistoryRequest request = request_of("chat:c");
    request.limit = 7;
    request.from_time = 1;
    request.to_time = 2;
    request.sequences = {{3, 5}};
    request.order = PageOrder::oldest_first;
    REQUIRE(ask(request).has_value());
    REQUIRE(reader.queries.size() == 1);
    const PageQuery& query = reader.queries[0];
    CHECK(query.asker == UserId("u"));  // whose turn the read takes
    CHECK(query.if_busy == IfBusy::refuse);
    CHECK(query.topic.text() == "chat:c");
    CHECK(query.messages_max == 7);
    CHECK(query.bytes_max == limits::page_bytes_max);
    CHECK(query.from_time == 1);
    CHECK(query.to_time == 2);
    REQUIRE(query.sequences.size() == 1);
    CHECK(query.sequences[0].first == 3);
    CHECK(query.sequences[0].last == 5);
    CHECK(query.order == PageOrder::oldest_first);
    CHECK_FALSE(query.after);
}

TEST_CASE_METHOD(Fixture, "a user's own topic and a claimed one may be read") {
    CHECK(ask(request_of("user:u")).has_value());
    CHECK(ask(request_of("org:o")).has_value());
}

TEST_CASE_METHOD(Fixture, "a user who may not receive may not read") {
    for (const std::string other : {"chat:d", "user:v", "org:p"}) {
        const auto page = ask(request_of(other));
        REQUIRE(page.has_error());
        CHECK(page.error().code == Errc::forbidden);
    }
    CHECK(reader.queries.empty());
}

TEST_CASE_METHOD(Fixture, "a page is withheld if the permission was revoked while it was read") {
    reader.before_answer = [this] { permissions.directory.remove(caller.user, topic("chat:c")); };
    const auto page = ask(request_of("chat:c"));
    REQUIRE(page.has_error());
    CHECK(page.error().code == Errc::forbidden);
}

TEST_CASE_METHOD(Fixture, "with history switched off, every caller gets not_found") {
    for (const std::string any : {"chat:c", "chat:d"}) {
        const auto page = ask(request_of(any), HistoryMode::off);
        REQUIRE(page.has_error());
        CHECK(page.error().code == Errc::not_found);
    }
    CHECK(reader.queries.empty());
}

TEST_CASE_METHOD(Fixture, "a limit out of range is refused") {
    for (const std::size_t limit : {std::size_t{0}, limits::page_messages_max + 1}) {
        HistoryRequest request = request_of("chat:c");
        request.limit = limit;
        const auto page = ask(request);
        REQUIRE(page.has_error());
        CHECK(page.error().code == Errc::invalid_request);
    }
    CHECK(reader.queries.empty());
}

TEST_CASE_METHOD(Fixture, "the key of a page leads to the next") {
    reader.answer = Page{{}, PageCursor{42, 7}};
    const auto first = ask(request_of("chat:c"));
    REQUIRE(first.has_value());
    REQUIRE(first->next_key);

    reader.answer = Page{};
    HistoryRequest request = request_of("chat:c");
    request.start_key = first->next_key;
    const auto second = ask(request);
    REQUIRE(second.has_value());
    CHECK_FALSE(second->next_key);
    REQUIRE(reader.queries.back().after);
    CHECK(reader.queries.back().after->counter == 42);
    CHECK(reader.queries.back().after->position == 7);
}

TEST_CASE_METHOD(Fixture, "the key of a continued query leads on, too") {
    reader.answer = Page{{}, PageCursor{42, 7}};
    HistoryRequest request = request_of("chat:c");
    for (int page = 0; page < 3; ++page) {
        const auto answer = ask(request);
        REQUIRE(answer.has_value());
        REQUIRE(answer->next_key);
        request.start_key = answer->next_key;
    }
}

TEST_CASE_METHOD(Fixture, "a key of another query is refused") {
    permissions.directory.set(caller.user, topic("chat:d"), Role::viewer);
    reader.answer = Page{{}, PageCursor{42, 7}};
    HistoryRequest request = request_of("chat:d");
    request.start_key = ask(request_of("chat:c"))->next_key;
    const auto page = ask(request);
    REQUIRE(page.has_error());
    CHECK(page.error().code == Errc::invalid_request);
    CHECK(page.error().message == "Invalid startKey format");
    CHECK(reader.queries.size() == 1);
}

TEST_CASE_METHOD(Fixture, "errors of the reader are passed on") {
    reader.answer = Error{Errc::unavailable, "Too many reads are waiting"};
    const auto page = ask(request_of("chat:c"));
    REQUIRE(page.has_error());
    CHECK(page.error().code == Errc::unavailable);
}

}  // namespace notifyd::history
