// Redriving dead letters: on which loops, to whom, and what becomes of the letter.
#include "notifyd/delivery/redrive.hpp"

#include "support/fake_clock.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

Uuid letter_id(EpochMs at, std::uint8_t number = 0) {
    return make_uuid_v7(at, {0, 0, 0, 0, 0, 0, 0, 0, 0, number});
}

DeadLetter letter_for(const Uuid& id, const std::string& user = "u") {
    return {.id = id,
            .queue = "standard",
            .message = MessageId(Uuid{{7}}),
            .topic = topic_of("chat:c"),
            .sequence = 5,
            .connection = std::nullopt,
            .user = UserId(user),
            .reason = "outbox_full",
            .attempts = 3,
            .first_failed_at = 1,
            .last_failed_at = 2,
            .head = R"({"content":"x","messageId":"m")"};
}

// In memory; answers only when the test says so, as the real storage answers in a later turn.
struct FakeStore final : ports::DeadLetterStore {
    void add(DeadLetter letter) { letters.push_back(std::move(letter)); }
    void list(ports::DeadLetterQuery query, UniqueFunction<void(Result<DeadLetterPage>)> done) override {
        queries.push_back(query);
        if (reads_fail) return done(Error{Errc::unavailable, "The disk failed"});
        DeadLetterPage page;
        for (const DeadLetter& letter : letters) {
            if (query.after && letter.id <= *query.after) continue;
            if (query.queue && letter.queue != *query.queue) continue;
            if (query.marked_only && std::ranges::find(marked, letter.id) == marked.end()) continue;
            page.more = page.letters.size() == query.letters_max;
            if (page.more) break;
            page.letters.push_back(letter);
        }
        done(std::move(page));
    }
    void find(Uuid id, UniqueFunction<void(Result<std::optional<DeadLetter>>)> done) override {
        const auto found = std::ranges::find(letters, id, &DeadLetter::id);
        done(found == letters.end() ? std::optional<DeadLetter>() : *found);
        if (after_find) after_find();
    }
    void remove(Uuid id, UniqueFunction<void(Result<bool>)> done) override {
        std::erase_if(letters, [&](const DeadLetter& letter) { return letter.id == id; });
        waiting.emplace_back([done = std::move(done)]() mutable { done(true); });
    }
    void failed_again(Uuid id, EpochMs at, std::string reason, UniqueFunction<void(Result<void>)> done) override {
        const auto found = std::ranges::find(letters, id, &DeadLetter::id);
        if (found != letters.end()) {
            ++found->attempts;
            found->last_failed_at = at;
            found->reason = std::move(reason);
        }
        std::erase(marked, id);
        waiting.emplace_back([done = std::move(done)]() mutable { done({}); });
    }
    void delete_expired(EpochMs, std::size_t, UniqueFunction<void(Result<std::size_t>)>) override {}

    bool answer() {
        auto answered = std::exchange(waiting, {});
        for (auto& one : answered) one();
        return !answered.empty();
    }

    std::vector<DeadLetter> letters;
    std::vector<Uuid> marked;
    std::vector<ports::DeadLetterQuery> queries;
    std::vector<UniqueFunction<void()>> waiting;
    bool reads_fail = false;
    UniqueFunction<void()> after_find;
};

// Two loops, run by hand; everybody may receive, unless banned.
struct Fixture {
    Fixture() {
        const auto allowed = [this](const Identity& identity, const TopicName&) {
            return std::ranges::find(banned, identity.user) == banned.end();
        };
        redriver.add_site({home, home_registry, store, allowed});
        redriver.add_site({other, other_registry, store, allowed});
    }
    // Runs both loops until nothing moves any more.
    void run() {
        for (bool moved = true; moved;) {
            moved = false;
            for (runtime::EventLoop* loop : {&home, &other}) {
                loop->context().restart();
                moved = loop->context().poll() != 0 || moved;
            }
            moved = store.answer() || moved;
        }
    }
    delivery::Redriver::Done keep() {
        return [this](Result<delivery::RedriveCount> count) { answers.push_back(std::move(count)); };
    }
    // The counts in the only answer.
    std::pair<std::size_t, std::size_t> counts() {
        run();
        REQUIRE(answers.size() == 1);
        REQUIRE(answers[0].has_value());
        return {answers[0]->redriven, answers[0]->failed};
    }
    using Counts = std::pair<std::size_t, std::size_t>;

    FakeClock clock;
    FakeStore store;
    runtime::EventLoop home{0, 100};
    runtime::EventLoop other{1, 100};
    connection::ConnectionRegistry home_registry;
    connection::ConnectionRegistry other_registry;
    std::vector<UserId> banned;
    delivery::Redriver redriver{clock, clock};
    std::vector<Result<delivery::RedriveCount>> answers;
};

void connect(connection::ConnectionRegistry& registry, TestConnection& member) {
    registry.add(member.connection);
    registry.subscribe(member.connection, *own_topic(member.connection.identity().user));
}

}  // namespace

TEST_CASE("a dead letter is sent unchanged to the user's connections on every loop, then removed") {
    Fixture fixture;
    TestConnection here(1);
    TestConnection there(2);
    TestConnection stranger(3, "v");
    connect(fixture.home_registry, here);
    connect(fixture.other_registry, there);
    connect(fixture.other_registry, stranger);
    fixture.store.add(letter_for(letter_id(1)));
    fixture.redriver.redrive_one(letter_id(1), fixture.keep());
    CHECK(fixture.counts() == Fixture::Counts(1, 0));
    CHECK(fixture.store.letters.empty());
    CHECK(stranger.sink.frames.empty());
    for (const TestConnection* member : {&here, &there}) {
        REQUIRE(member->sink.texts().size() == 1);
        const std::string text = member->sink.texts()[0];
        CHECK(text.starts_with(R"({"content":"x","messageId":"m","processorTimestamp":)"));
        CHECK(text.ends_with(R"(,"sequenceNumber":5,"retryCount":3})"));
    }
}

TEST_CASE("a connection on another loop is enough") {
    Fixture fixture;
    TestConnection there(2);
    connect(fixture.other_registry, there);
    fixture.store.add(letter_for(letter_id(1)));
    fixture.redriver.redrive_one(letter_id(1), fixture.keep());
    CHECK(fixture.counts() == Fixture::Counts(1, 0));
    CHECK(there.sink.texts().size() == 1);
}

TEST_CASE("a letter that nobody accepts stays, with its reason and one more attempt") {
    Fixture fixture;
    fixture.clock.advance(Milliseconds(5));
    TestConnection member(1);
    std::string reason = "no_connection";
    fixture.store.add(letter_for(letter_id(1)));
    SECTION("the user is not connected") {}
    SECTION("the permission is gone") {
        connect(fixture.home_registry, member);
        fixture.banned.emplace_back("u");
        reason = "not_permitted";
    }
    SECTION("the outbox is full") {
        connect(fixture.other_registry, member);
        member.sink.full = true;
        reason = "outbox_full";
    }
    SECTION("the connection is closing") {
        connect(fixture.other_registry, member);
        member.sink.close(CloseCode::going_away);
    }
    SECTION("retention took the message") {
        connect(fixture.home_registry, member);
        fixture.store.letters[0].head.reset();
        reason = "message_expired";
    }
    fixture.redriver.redrive_one(letter_id(1), fixture.keep());
    CHECK(fixture.counts() == Fixture::Counts(0, 1));
    CHECK(member.sink.frames.empty());
    REQUIRE(fixture.store.letters.size() == 1);
    CHECK(fixture.store.letters[0].reason == reason);
    CHECK(fixture.store.letters[0].attempts == 4);
    CHECK(fixture.store.letters[0].last_failed_at == fixture.clock.now_ms());
}

TEST_CASE("a permission that is revoked after the letter was read counts on every loop") {
    Fixture fixture;
    TestConnection here(1);
    TestConnection there(2);
    connect(fixture.home_registry, here);
    connect(fixture.other_registry, there);
    fixture.store.add(letter_for(letter_id(1)));
    fixture.store.after_find = [&] { fixture.banned.emplace_back("u"); };
    fixture.redriver.redrive_one(letter_id(1), fixture.keep());
    CHECK(fixture.counts() == Fixture::Counts(0, 1));
    CHECK(here.sink.frames.empty());
    CHECK(there.sink.frames.empty());
    CHECK(fixture.store.letters.at(0).reason == "not_permitted");
}

TEST_CASE("an unknown letter is not found, and a storage failure is reported") {
    Fixture fixture;
    fixture.redriver.redrive_one(letter_id(9), fixture.keep());
    fixture.run();
    fixture.store.reads_fail = true;
    fixture.redriver.redrive_all(std::nullopt, fixture.keep());
    fixture.run();
    REQUIRE(fixture.answers.size() == 2);
    CHECK(fixture.answers[0].error().code == Errc::not_found);
    CHECK(fixture.answers[1].error().code == Errc::unavailable);
}

TEST_CASE("many letters are sent page by page, each once, and only those of the queue") {
    Fixture fixture;
    TestConnection member(1);
    connect(fixture.other_registry, member);
    for (EpochMs n = 1; n <= 250; ++n) {
        // Every fifth user has no connection; every tenth letter is in another queue.
        fixture.store.add(letter_for(letter_id(n), n % 5 == 0 ? "away" : "u"));
        if (n % 10 == 0) fixture.store.letters.back().queue = "fifo";
    }
    fixture.redriver.redrive_all("standard", fixture.keep());
    CHECK(fixture.counts() == Fixture::Counts(200, 25));
    CHECK(member.sink.texts().size() == 200);
    CHECK(fixture.store.letters.size() == 50);
    REQUIRE(fixture.store.queries.size() == 3);
    for (const auto& query : fixture.store.queries) CHECK(query.letters_max == 100);
}

TEST_CASE("letters made after a redrive began are not part of it") {
    Fixture fixture;
    TestConnection member(1);
    connect(fixture.home_registry, member);
    const EpochMs now = fixture.clock.now_ms();
    fixture.store.add(letter_for(letter_id(now)));
    fixture.store.add(letter_for(letter_id(now + 1)));
    fixture.redriver.redrive_all(std::nullopt, fixture.keep());
    CHECK(fixture.counts() == Fixture::Counts(1, 0));
    REQUIRE(fixture.store.letters.size() == 1);
    CHECK(fixture.store.letters[0].id == letter_id(now + 1));
}

TEST_CASE("redriving marked letters sends only those, and clears the mark on failure") {
    Fixture fixture;
    for (EpochMs n = 1; n <= 3; ++n) fixture.store.add(letter_for(letter_id(n)));
    fixture.store.marked = {letter_id(2)};
    fixture.redriver.redrive_marked(fixture.keep());
    CHECK(fixture.counts() == Fixture::Counts(0, 1));
    CHECK(fixture.store.marked.empty());
    CHECK(fixture.store.letters[1].attempts == 4);
    CHECK(fixture.store.letters[0].attempts == 3);
}

TEST_CASE("two concurrent redrives send a letter once") {
    Fixture fixture;
    TestConnection member(1);
    connect(fixture.home_registry, member);
    fixture.store.add(letter_for(letter_id(1)));
    fixture.redriver.redrive_all(std::nullopt, fixture.keep());
    fixture.redriver.redrive_all(std::nullopt, fixture.keep());
    fixture.redriver.redrive_one(letter_id(1), fixture.keep());
    fixture.run();
    REQUIRE(fixture.answers.size() == 3);
    CHECK(fixture.answers[0]->redriven == 1);
    CHECK(fixture.answers[1]->redriven == 0);
    CHECK(fixture.answers[2].error().code == Errc::not_found);
    CHECK(member.sink.texts().size() == 1);
}

TEST_CASE("a stop ends a long redrive after its current page, and the waiting ones") {
    Fixture fixture;
    TestConnection member(1);
    connect(fixture.home_registry, member);
    for (EpochMs n = 1; n <= 150; ++n) fixture.store.add(letter_for(letter_id(n)));
    fixture.redriver.redrive_all(std::nullopt, fixture.keep());
    fixture.redriver.redrive_all(std::nullopt, fixture.keep());
    fixture.home.context().poll();
    fixture.redriver.stop();
    fixture.run();
    REQUIRE(fixture.answers.size() == 2);
    CHECK(fixture.answers[0]->redriven == 100);
    CHECK(fixture.answers[1].error().code == Errc::unavailable);
    CHECK(fixture.store.letters.size() == 50);
}

TEST_CASE("the number of waiting redrives is bounded") {
    Fixture fixture;
    for (int n = 0; n < 100; ++n) fixture.redriver.redrive_all(std::nullopt, fixture.keep());
    // None ends before the other loop has answered.
    fixture.store.add(letter_for(letter_id(1)));
    fixture.home.context().poll();
    CHECK(fixture.answers.size() == 36);
    for (const auto& answer : fixture.answers) CHECK(answer.error().code == Errc::unavailable);
    fixture.run();
    CHECK(fixture.answers.size() == 100);
}
