// Who may move a read position, what is written of many, and who is informed.
#include "notifyd/history/read_positions.hpp"

#include "notifyd/observability/recording_sink.hpp"
#include "notifyd/permissions/permission_manager.hpp"

#include "support/quiet_permissions.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::history {

namespace {

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

// Answers when the test says so.
class FakeStore final : public ports::ReadPositionStore {
  public:
    struct Write {
        ports::ReadPosition position;
        ports::AnnounceRead announce;
        UniqueFunction<void(Result<void>)> done;
    };

    void advance(ports::ReadPosition position,
                 ports::AnnounceRead announce,
                 UniqueFunction<void(Result<void>)> done) override {
        writes.push_back({std::move(position), std::move(announce), std::move(done)});
    }
    void list_chats(ports::ChatQuery query, UniqueFunction<void(Result<ports::ChatPage>)> done) override {
        queries.push_back(std::move(query));
        done(page);
    }

    void finish(std::size_t index, const Result<void>& result = {}) {
        auto done = std::move(writes.at(index).done);
        done(result);
    }
    [[nodiscard]] std::vector<Sequence> written() const {
        std::vector<Sequence> sequences;
        for (const Write& write : writes) sequences.push_back(write.position.sequence);
        return sequences;
    }

    std::vector<Write> writes;
    std::vector<ports::ChatQuery> queries;
    ports::ChatPage page;
};

struct Lanes final : ports::StandardQueue {
    void push(MessagePtr) override {}
    [[nodiscard]] bool has_room() const override { return room; }
    bool room = true;
};

struct Fixture {
    explicit Fixture(ReadPositionMode mode = ReadPositionMode::on)
        : positions(mode, ReadReceipts::on, permissions.manager, store, lanes, clock, ids) {
        permissions.directory.set(caller.user, topic("chat:c"), Role::viewer);
    }

    void read(const std::string& of, Sequence sequence) {
        positions.read(caller, topic(of), sequence, [this](const Error& error) { refused.push_back(error.code); });
    }
    Result<ChatListPage> chats(const std::optional<std::string>& key = std::nullopt) {
        std::optional<Result<ChatListPage>> answer;
        positions.chats(caller, 7, key, [&](Result<ChatListPage> page) { answer = std::move(page); });
        REQUIRE(answer.has_value());
        return *std::move(answer);
    }

    Identity caller{
        .user = UserId("u"), .grant = Grant::none, .claimed_topics = {topic("org:o")}, .expires_at = 0, .token_id = {}};
    SystemClock clock;
    SystemIdSource ids;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    testing::QuietPermissions permissions{clock, events};
    FakeStore store;
    Lanes lanes;
    ReadPositions positions;
    std::vector<Errc> refused;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "users may read what they may receive") {
    for (const std::string of : {"chat:c", "user:u", "org:o"}) read(of, 1);
    CHECK(store.writes.size() == 3);
    for (const std::string of : {"chat:d", "user:v", "org:p"}) read(of, 1);
    CHECK(store.writes.size() == 3);
    CHECK(refused == std::vector<Errc>(3, Errc::forbidden));
}

TEST_CASE_METHOD(Fixture, "of the positions that wait for a write, only the highest is written") {
    for (const Sequence sequence : {5, 6, 9, 7, 9, 3}) read("chat:c", sequence);
    read("user:u", 1);
    CHECK(store.written() == std::vector<Sequence>{5, 1});
    store.finish(0);
    CHECK(store.written() == std::vector<Sequence>{5, 1, 9});
    store.finish(2);
    store.finish(1);
    CHECK(store.writes.size() == 3);
    read("chat:c", 2);  // the store knows better whether it is lower
    CHECK(store.written().back() == 2);
    CHECK(refused.empty());
}

TEST_CASE_METHOD(Fixture, "a failed write is reported, and does not hold up the next one") {
    read("chat:c", 5);
    read("chat:c", 6);
    store.finish(0, Error{Errc::unavailable, "full"});
    CHECK(refused == std::vector<Errc>{Errc::unavailable});
    CHECK(store.written() == std::vector<Sequence>{5, 6});
    store.finish(1, Error{Errc::conflict, "too many"});
    CHECK(refused == std::vector<Errc>{Errc::unavailable, Errc::conflict});
}

TEST_CASE_METHOD(Fixture, "while too much waits for its delivery, nothing is added") {
    lanes.room = false;
    read("chat:c", 5);
    CHECK(refused == std::vector<Errc>{Errc::unavailable});
    CHECK(store.writes.empty());
}

TEST_CASE_METHOD(Fixture, "the stored position is announced to the subscribers, or only to the user") {
    const auto announced = [this](ReadReceipts receipts) {
        positions.use(receipts);
        read("chat:c", 50);
        std::vector<Delivery> deliveries;
        store.writes.back().announce(42, deliveries);
        store.finish(store.writes.size() - 1);
        REQUIRE(deliveries.size() == 1);
        return *deliveries.front().message;
    };
    const Message to_all = announced(ReadReceipts::on);
    CHECK(to_all.topic == topic("chat:c"));
    CHECK(to_all.form == Form::envelope);
    CHECK(to_all.lifetime == Lifetime::transient);
    CHECK_FALSE(to_all.audience.has_value());
    CHECK_THAT(to_all.head,
               Catch::Contains(R"("type":"read")") &&
                   Catch::EndsWith(R"("payload":{"topic":"chat:c","userId":"u","sequenceNumber":42}})"));
    const Message to_user = announced(ReadReceipts::off);
    CHECK(to_user.audience == Audience{UserId("u"), ""});
}

TEST_CASE_METHOD(Fixture, "a page of chats continues where its key says") {
    store.page.chats = {Chat{topic("chat:c")}};
    store.page.next = ChatPlace{8, topic("chat:c")};
    const auto first = chats();
    REQUIRE(first.has_value());
    CHECK(first->chats.size() == 1);
    CHECK(store.queries.back().rows_max == 7);
    CHECK(store.queries.back().user == UserId("u"));
    CHECK_FALSE(store.queries.back().after.has_value());
    REQUIRE(chats(first->next_key).has_value());
    REQUIRE(store.queries.back().after.has_value());
    CHECK(store.queries.back().after->last_message == 8);
    CHECK(chats("garbage").error().code == Errc::invalid_request);
}

TEST_CASE_METHOD(Fixture, "a chat whose permission was revoked during the read is left out") {
    store.page.chats = {Chat{topic("chat:d")}, Chat{topic("chat:c")}};
    const auto page = chats();
    REQUIRE(page.has_value());
    REQUIRE(page->chats.size() == 1);
    CHECK(page->chats.front().topic == topic("chat:c"));
}

TEST_CASE("when they are switched off, there are no positions and no chats") {
    Fixture off(ReadPositionMode::off);
    off.read("chat:c", 1);
    off.read("chat:d", 1);
    CHECK(off.refused == std::vector<Errc>(2, Errc::not_found));
    CHECK(off.chats().error().code == Errc::not_found);
    CHECK((off.store.writes.empty() && off.store.queries.empty()));
}

}  // namespace notifyd::history
