// Members, absences and batches of topics, with the time in the test's hands.
#include "topic_board.hpp"

#include "notifyd/core/presence_limits.hpp"

#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::presence;
using namespace std::chrono_literals;
using notifyd::testing::topic_of;
using Kind = TopicEvent::Kind;

namespace {

constexpr Milliseconds leave_after{5'000};
const TopicName chat = topic_of("chat:a");

class Chat {
  public:
    explicit Chat(Milliseconds patience = leave_after) : board(patience) {}

    void join(const std::string& user, EpochMs at = 0) { apply(Kind::join, user, {.last_active_at = at}); }
    void leave(const std::string& user, EpochMs at = 0) { apply(Kind::leave, user, {.last_active_at = at}); }
    void set(const std::string& user, PresenceStatus status) { apply(Kind::set, user, {.status = status}); }
    void join_many(std::size_t first, std::size_t count) {
        for (std::size_t i = first; i < first + count; ++i) join("user-" + std::to_string(i));
    }
    void leave_many(std::size_t first, std::size_t count) {
        for (std::size_t i = first; i < first + count; ++i) leave("user-" + std::to_string(i));
    }
    std::vector<PresenceBatch> tick(Milliseconds wait = 0ms) {
        now += wait;
        std::vector<PresenceBatch> batches;
        for (DueBatch& due : board.tick(now)) batches.push_back(std::move(due.batch));
        return batches;
    }
    PresenceBatch batch(Milliseconds wait = 1'000ms) {
        std::vector<PresenceBatch> batches = tick(wait);
        REQUIRE(batches.size() == 1);
        return std::move(batches[0]);
    }
    std::size_t count() { return board.list(chat, now).count; }

    TopicBoard board;
    SteadyTime now{};

  private:
    void apply(Kind kind, const std::string& user, PresenceState state) {
        board.apply({kind, chat, UserId(user), std::move(state)}, now);
    }
};

// The changes as "alice online, bob away".
std::string text_of(const PresenceBatch& batch) {
    std::string text;
    for (const PresenceChange& change : batch.changes) {
        text.append(text.empty() ? "" : ", ").append(change.member.user.get()).append(" ");
        text.append(to_string(change.member.state.status));
    }
    return text;
}

}  // namespace

TEST_CASE("a topic without watchers lists its members and makes no batches") {
    Chat here;
    here.join("bob");
    here.join("alice");
    CHECK(here.tick(1s).empty());
    const PresenceList list = here.board.list(chat, here.now);
    REQUIRE(list.members->size() == 2);
    CHECK((*list.members)[0].user == UserId("alice"));
    CHECK(list.count == 2);
    CHECK(here.board.list(topic_of("chat:other"), here.now).count == 0);
}

TEST_CASE("changes are sent once per second and topic, the last of each member") {
    Chat here;
    here.board.watch(chat, 0);
    here.join("alice");
    CHECK(text_of(here.batch(0ms)) == "alice online");
    here.join("bob");
    here.set("alice", PresenceStatus::away);
    here.set("alice", PresenceStatus::busy);
    CHECK(here.tick(999ms).empty());
    CHECK(text_of(here.batch(1ms)) == "bob online, alice busy");
    CHECK(here.tick(10s).empty());
    // What does not change is not sent.
    here.set("alice", PresenceStatus::busy);
    CHECK(here.tick(10s).empty());
}

TEST_CASE("a reconnect is no leave") {
    Chat here;
    here.board.watch(chat, 0);
    here.join("alice");
    static_cast<void>(here.batch());
    here.leave("alice");
    CHECK(here.tick(4'999ms).empty());
    CHECK(here.count() == 1);
    here.join("alice");
    CHECK(here.tick(60s).empty());
    CHECK(here.count() == 1);
}

TEST_CASE("a leave is announced after the time, with the time at which it began") {
    Chat here;
    here.board.watch(chat, 0);
    here.join("alice", 100);
    static_cast<void>(here.batch());
    here.leave("alice", 200);
    CHECK(here.tick(4'999ms).empty());
    const PresenceBatch batch = here.batch(1ms);
    CHECK(text_of(batch) == "alice offline");
    CHECK(batch.changes[0].member.state.last_active_at == 200);
    CHECK(here.count() == 0);
    // An absence that has ended does not end a later one early.
    here.join("alice");
    here.leave("alice");
    here.now += 3s;
    here.join("alice");
    here.leave("alice");
    static_cast<void>(here.tick(2s));
    CHECK(here.count() == 1);
    static_cast<void>(here.tick(3s));
    CHECK(here.count() == 0);
}

TEST_CASE("without patience, a leave is announced at once") {
    Chat here(0ms);
    here.board.watch(chat, 0);
    here.join("alice");
    static_cast<void>(here.batch());
    here.leave("alice");
    CHECK(text_of(here.batch()) == "alice offline");
}

TEST_CASE("a topic that nobody is in or watches is forgotten") {
    Chat here;
    here.join("alice");
    here.board.watch(chat, 0);
    here.board.watch(chat, 1);
    here.leave("alice");
    static_cast<void>(here.tick(5s));
    static_cast<void>(here.tick(5s));
    CHECK(here.board.size() == 1);
    here.board.unwatch(chat, 0);
    here.board.unwatch(chat, 1);
    CHECK(here.board.size() == 0);
}

TEST_CASE("every loop that watches gets the batch") {
    Chat here;
    here.board.watch(chat, 1);
    here.board.watch(chat, 0);
    here.board.watch(chat, 1);
    here.join("alice");
    const std::vector<DueBatch> due = here.board.tick(here.now);
    REQUIRE(due.size() == 1);
    CHECK(due[0].loops == std::vector<std::size_t>{1, 0});
}

TEST_CASE("more than 100 changes in a second are one list") {
    Chat here;
    here.board.watch(chat, 0);
    here.join_many(0, 100);
    const PresenceBatch updates = here.batch();
    CHECK(updates.changes.size() == 100);
    CHECK_FALSE(updates.list);
    here.join_many(100, 101);
    const PresenceBatch list = here.batch();
    CHECK(list.changes.empty());
    REQUIRE(list.list);
    CHECK(list.list->count == 201);
    CHECK(list.list->members->size() == 201);
    CHECK_FALSE(list.count);
}

TEST_CASE("a list shows 1,000 members and counts all of them") {
    Chat here;
    here.join_many(0, 1'001);
    const PresenceList list = here.board.list(chat, here.now);
    CHECK(list.members->size() == limits::presence_members_max);
    CHECK(list.count == 1'001);
    here.join_many(1'001, 1);
    CHECK(here.count() == 1'002);
}

TEST_CASE("a topic with more than 1,000 members sends little, and an exact count") {
    Chat here;
    here.board.watch(chat, 0);
    here.join_many(0, 1'000);
    CHECK(here.batch().list);
    here.join_many(1'000, 500);
    const PresenceBatch many = here.batch();
    CHECK(many.changes.empty());
    CHECK_FALSE(many.list);
    CHECK(many.count == 1'500);

    here.join("late");
    const PresenceBatch few = here.batch();
    CHECK(text_of(few) == "late online");
    CHECK(few.count == 1'501);
    here.set("late", PresenceStatus::away);
    const PresenceBatch status = here.batch();
    CHECK(text_of(status) == "late away");
    CHECK_FALSE(status.count);
    // More changes of status than are sent one by one: not worth a frame.
    for (int i = 0; i < 11; ++i) here.set("user-" + std::to_string(i), PresenceStatus::busy);
    CHECK(here.tick(1s).empty());
}

TEST_CASE("a large topic that shrinks gets a list again, and does not alternate") {
    Chat here;
    here.board.watch(chat, 0);
    here.join_many(0, 1'001);
    CHECK(here.batch().count == 1'001);
    here.leave_many(0, 50);
    const PresenceBatch still_large = here.batch(leave_after);
    CHECK_FALSE(still_large.list);
    CHECK(still_large.count == 951);
    here.leave_many(50, 51);
    const PresenceBatch small = here.batch(leave_after);
    REQUIRE(small.list);
    CHECK(small.list->members->size() == 900);
    here.join("late");
    CHECK(text_of(here.batch()) == "late online");
}

TEST_CASE("a list together with the later changes has no gap, however large the topic") {
    Chat here;
    here.join_many(0, 2'000);
    // Kept from before anybody watched.
    const PresenceList old = here.board.list(chat, here.now);
    here.join("early");
    here.board.watch(chat, 0);
    const PresenceList first = here.board.list(chat, here.now);
    CHECK(first.revision == old.revision + 1);
    here.join("next");
    const PresenceList second = here.board.list(chat, here.now);
    CHECK(second.members == first.members);
    CHECK(second.count == first.count + 1);
    const PresenceBatch batch = here.batch();
    CHECK(text_of(batch) == "next online");
    CHECK(batch.changes[0].revision > second.revision);
    CHECK(here.board.list(chat, here.now).revision == batch.revision);
}

TEST_CASE("leaves of a mass disconnect are announced in slices") {
    Chat here;
    here.join_many(0, limits::presence_leaves_per_tick + 1);
    here.leave_many(0, limits::presence_leaves_per_tick + 1);
    static_cast<void>(here.tick(leave_after));
    CHECK(here.count() == 1);
    static_cast<void>(here.tick());
    CHECK(here.count() == 0);
}
