// Resume plans: complete only if everything that was missed is there.
// Seen to fail: by id without the barrier (a message is missing); by number without the check of last_sequence, and by
// id without that of unlogged_position (complete where it is not); by id with a start after the known message.
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <limits>
#include <utility>

namespace notifyd::storage::testing {

namespace {

using ports::ResumePlan;
using Verdict = ResumePlan::Verdict;

constexpr Position everything = std::numeric_limits<Position>::max();

ports::ResumeQuery behind(ports::ResumePoint point, Position fifo_up_to = everything, std::size_t messages_max = 10) {
    return {topic("a"), point, messages_max, fifo_up_to};
}

ResumePlan planned(Loop& loop, const ports::ResumeQuery& query) {
    const auto plan = loop.plan(query);
    REQUIRE(plan.has_value());
    return *plan;
}

std::vector<StoredMessage> replayed(Loop& loop, const ResumePlan& plan) {
    PageQuery query = newest(topic("a"), 3);
    query.order = PageOrder::oldest_first;
    query.window = plan.window;
    std::vector<StoredMessage> messages;
    for (std::optional<PageCursor> place = plan.after; place.has_value();) {
        query.after = place;
        const auto page = loop.read(query);
        REQUIRE(page.has_value());
        messages.insert(messages.end(), page->messages.begin(), page->messages.end());
        place = page->next;
    }
    CHECK(messages.size() == plan.count);
    return messages;
}

std::vector<Sequence> numbers_of(const std::vector<StoredMessage>& messages) {
    std::vector<Sequence> numbers;
    for (const StoredMessage& message : messages) numbers.push_back(message.sequence);
    return numbers;
}

std::vector<Position> positions_of(const std::vector<StoredMessage>& messages) {
    std::vector<Position> positions;
    for (const StoredMessage& message : messages) positions.push_back(message.at.position);
    return positions;
}

// Numbered messages, one per second, each followed by a standard and an unnumbered one.
std::vector<MessagePtr> fill(Loop& loop, EpochMs first, EpochMs last) {
    std::vector<MessagePtr> messages;
    for (EpochMs second = first; second <= last; ++second) {
        messages.push_back(message(topic("a"), Kind::numbered, second * 1'000));
        messages.push_back(message(topic("a"), Kind::standard, second * 1'000));
        messages.push_back(message(topic("a"), Kind::unnumbered, second * 1'000));
    }
    (void)loop.append(messages);
    return messages;
}

}  // namespace

TEST_CASE("by number: the numbered messages that were missed") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    (void)fill(loop, 1, 8);
    const ResumePlan plan = planned(loop, behind(Sequence{5}));
    CHECK(plan.verdict == Verdict::complete);
    CHECK(plan.count == 3);
    CHECK(plan.to == 8);
    CHECK(plan.oldest == 1);
    CHECK(numbers_of(replayed(loop, plan)) == std::vector<Sequence>{6, 7, 8});
    CHECK(numbers_of(replayed(loop, planned(loop, behind(Sequence{0})))) ==
          std::vector<Sequence>{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(planned(loop, behind(Sequence{8})).count == 0);
    CHECK(planned(loop, behind(Sequence{8})).to == 8);
    CHECK(replayed(loop, planned(loop, behind(Sequence{8}))).empty());
}

TEST_CASE("by number: what is committed later is delivered live") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    (void)fill(loop, 1, 8);
    // Number n has position 3n - 2.
    for (Position up_to = 0; up_to <= 24; ++up_to) {
        const ResumePlan plan = planned(loop, behind(Sequence{2}, up_to));
        CAPTURE(up_to);
        CHECK(plan.verdict == Verdict::complete);
        const auto last = static_cast<Sequence>((up_to + 2) / 3);
        CHECK(plan.to == last);
        std::vector<Sequence> wanted;
        for (Sequence number = 3; number <= last; ++number) wanted.push_back(number);
        CHECK(numbers_of(replayed(loop, plan)) == wanted);
    }
}

TEST_CASE("by number: too many, ahead, and an unknown topic") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    CHECK(planned(loop, behind(Sequence{0})).verdict == Verdict::complete);
    CHECK(planned(loop, behind(Sequence{1})).verdict == Verdict::ahead);
    CHECK(planned(loop, behind(Sequence{0})).oldest == 1);
    (void)fill(loop, 1, 8);
    CHECK(planned(loop, behind(Sequence{9})).verdict == Verdict::ahead);
    CHECK(planned(loop, behind(Sequence{0}, everything, 8)).verdict == Verdict::complete);
    CHECK(planned(loop, behind(Sequence{0}, everything, 7)).verdict == Verdict::too_many);
}

TEST_CASE("by number: a plan is never complete if retention deleted part of it") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    (void)fill(loop, 1, 8);
    // Row by row: numbers 1 to 3 and what follows them.
    for (std::size_t gone = 1; gone <= 9; ++gone) {
        CHECK(*loop.expire(4'000, 1) == 1);
        const Sequence last_gone = (gone + 2) / 3;
        CAPTURE(gone, last_gone);
        CHECK(planned(loop, behind(last_gone - 1)).verdict == Verdict::expired);
        const ResumePlan plan = planned(loop, behind(last_gone));
        CHECK(plan.verdict == Verdict::complete);
        CHECK(plan.oldest == last_gone + 1);
        CHECK(replayed(loop, plan).size() == 8 - last_gone);
    }
    CHECK(*loop.expire(100'000, 100) == 15);
    const ResumePlan none = planned(loop, behind(Sequence{7}));
    CHECK(none.verdict == Verdict::expired);
    CHECK(none.oldest == 9);
    CHECK(planned(loop, behind(Sequence{8})).verdict == Verdict::complete);
    CHECK(planned(loop, behind(Sequence{9})).verdict == Verdict::ahead);
}

TEST_CASE("by number: a plan is never complete if part of it was numbered without history") {
    const TestDatabase database;
    TestOptions options;
    const auto run = [&](History history, auto check) {
        options.history = history;
        Running running(database, options);
        check(running.add_loop());
    };
    std::vector<MessagePtr> before;
    run(History::keep, [&](Loop& loop) { before = fill(loop, 1, 3); });
    run(History::off, [&](Loop& loop) {
        (void)fill(loop, 4, 5);
        CHECK(planned(loop, behind(Sequence{5})).verdict == Verdict::complete);
        CHECK(planned(loop, behind(Sequence{5})).count == 0);
        CHECK(planned(loop, behind(Sequence{4})).verdict == Verdict::expired);
        CHECK(planned(loop, behind(Sequence{6})).verdict == Verdict::ahead);
        CHECK(planned(loop, behind(before.front()->id)).verdict == Verdict::unknown_message);
    });
    run(History::keep, [&](Loop& loop) {
        (void)fill(loop, 6, 8);
        CHECK(planned(loop, behind(Sequence{2})).verdict == Verdict::expired);
        CHECK(planned(loop, behind(Sequence{4})).verdict == Verdict::expired);
        CHECK(planned(loop, behind(before.back()->id)).verdict == Verdict::expired);
        const ResumePlan plan = planned(loop, behind(Sequence{5}));
        CHECK(plan.verdict == Verdict::complete);
        CHECK(plan.oldest == 6);
        CHECK(numbers_of(replayed(loop, plan)) == std::vector<Sequence>{6, 7, 8});
    });
}

TEST_CASE("by message id: everything after it, and standard messages from a second before it") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const auto messages = fill(loop, 1, 8);
    // Message i has position i + 1; seconds 4 and 3 (the standard one) come again, whatever the kind of the known one.
    const auto index = GENERATE(as<std::size_t>(), 12, 13, 14);
    const ResumePlan plan = planned(loop, behind(messages[index]->id, everything, 100));
    CHECK(plan.verdict == Verdict::complete);
    std::vector<Position> wanted{11, 14};
    if (index == 12) wanted = {11};
    if (index == 13) wanted = {11};
    if (index == 14) wanted = {11, 14};
    for (auto position = static_cast<Position>(index) + 2; position <= 24; ++position) wanted.push_back(position);
    CHECK(positions_of(replayed(loop, plan)) == wanted);
    CHECK(plan.to == 8);
}

TEST_CASE("by message id: fifo messages committed later are delivered live, standard ones are not") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const auto messages = fill(loop, 1, 4);
    const ResumePlan plan = planned(loop, behind(messages[6]->id, 9));
    CHECK(plan.verdict == Verdict::complete);
    CHECK(plan.to == 3);
    CHECK(positions_of(replayed(loop, plan)) == std::vector<Position>{5, 8, 9, 11});
}

TEST_CASE("by message id: too many, an unknown id, and one of another topic") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    SystemIdSource ids;
    const MessageId never(ids.time_ordered(4'000));
    CHECK(planned(loop, behind(never)).verdict == Verdict::unknown_message);
    const auto messages = fill(loop, 1, 8);
    const MessagePtr elsewhere = message(topic("b"), Kind::numbered, 4'000);
    (void)loop.store(elsewhere);
    CHECK(planned(loop, behind(never)).verdict == Verdict::unknown_message);
    CHECK(planned(loop, behind(elsewhere->id)).verdict == Verdict::unknown_message);
    CHECK(planned(loop, behind(MessageId(ids.random()))).verdict == Verdict::unknown_message);
    // After the last numbered one: a standard one before it and two after it.
    CHECK(planned(loop, behind(messages[21]->id, everything, 3)).verdict == Verdict::complete);
    CHECK(planned(loop, behind(messages[21]->id, everything, 2)).verdict == Verdict::too_many);
}

TEST_CASE("by message id: a clock that was set back hides nothing") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    std::vector<MessagePtr> messages;
    for (const EpochMs time : {100'000, 101'000, 50'000, 51'000, 52'000, 53'000, 54'000}) {
        messages.push_back(message(topic("a"), Kind::numbered, time));
    }
    (void)loop.append(messages);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const ResumePlan plan = planned(loop, behind(messages[i]->id));
        CAPTURE(i);
        if (plan.verdict == Verdict::unknown_message) continue;
        CHECK(plan.verdict == Verdict::complete);
        CHECK(replayed(loop, plan).size() == messages.size() - i - 1);
    }
}

TEST_CASE("by message id: an id with another time than its row hides nothing") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Message odd = *message(topic("a"), Kind::numbered, 11'000);
    odd.published_at = 99'000;
    (void)loop.append({message(topic("a"), Kind::numbered, 10'000),
                       std::make_shared<const Message>(odd),
                       message(topic("a"), Kind::numbered, 50'000),
                       message(topic("a"), Kind::numbered, 51'000)});
    CHECK(numbers_of(replayed(loop, planned(loop, behind(odd.id)))) == std::vector<Sequence>{3, 4});
}

TEST_CASE("by message id: a plan is never complete if part of it passed without history") {
    const TestDatabase database;
    TestOptions options;
    const auto run = [&](History history, const MessagePtr& made) {
        options.history = history;
        Running running(database, options);
        Loop& loop = running.add_loop();
        (void)loop.store(made);
        return planned(loop, behind(made->id)).verdict;
    };
    const MessagePtr before = message(topic("a"), Kind::standard, 1'000);
    CHECK(run(History::keep, before) == Verdict::complete);
    CHECK(run(History::off, message(topic("a"), Kind::standard, 2'000)) == Verdict::unknown_message);
    CHECK(run(History::keep, message(topic("a"), Kind::standard, 3'000)) == Verdict::complete);
    Running running(database, options);
    CHECK(planned(running.add_loop(), behind(before->id)).verdict == Verdict::expired);
}

TEST_CASE("by message id: the plan includes what any loop has handed over, even if it is not committed yet") {
    const TestDatabase database;
    Running running(database);
    Loop& publisher = running.add_loop();
    Loop& subscriber = running.add_loop();
    const MessagePtr known = message(topic("a"), Kind::numbered, 10'000);
    (void)publisher.store(known);
    auto pause = database.pause_commits();
    const MessagePtr standard = message(topic("a"), Kind::standard, 20'000);
    std::promise<void> stored;
    publisher.post(
        [&](StorageClient& client) { client.messages().append(standard, [&](auto) { stored.set_value(); }); });
    std::promise<void> handed_over;
    publisher.post([&](StorageClient&) { handed_over.set_value(); });
    handed_over.get_future().wait();
    std::promise<Result<ResumePlan>> plan;
    subscriber.post([&](StorageClient& client) {
        client.resume().plan_resume(behind(known->id),
                                    [&](Result<ResumePlan> answer) { plan.set_value(std::move(answer)); });
    });
    CHECK(eventually([&] { return running.storage().stats().requests_waiting == 2; }));
    pause.reset();
    const auto answer = plan.get_future().get();
    stored.get_future().wait();
    REQUIRE(answer.has_value());
    CHECK(answer->verdict == Verdict::complete);
    const auto messages = replayed(subscriber, *answer);
    REQUIRE(messages.size() == 1);
    CHECK(messages.front().id == standard->id);
}

// Seen to fail: with the turn's messages handed over after the other hooks, the plan was complete without this one.
TEST_CASE("by message id: the plan includes what a loop has shown to another one, even if its turn is not over") {
    // Comes after the storage's hook, like delivery, and takes its time.
    struct Delivery final : runtime::TurnHook {
        bool turn_ended() override {
            if (std::exchange(armed, false)) {
                shown.set_value();
                planned.get_future().wait();
            }
            return false;
        }
        bool armed = false;
        std::promise<void> shown;
        std::promise<void> planned;
    };
    const TestDatabase database;
    Delivery delivery;
    Running running(database);
    Loop& publisher = running.add_loop();
    Loop& subscriber = running.add_loop();
    const MessagePtr known = message(topic("a"), Kind::numbered, 10'000);
    (void)publisher.store(known);
    const MessagePtr standard = message(topic("a"), Kind::standard, 20'000);
    publisher.add_turn_hook(delivery);
    publisher.post([&](StorageClient& client) {
        client.messages().append(standard, [](auto) {});
        delivery.armed = true;
    });
    delivery.shown.get_future().wait();
    const auto plan = subscriber.plan(behind(known->id));
    delivery.planned.set_value();
    REQUIRE(plan.has_value());
    CHECK(plan->verdict == Verdict::complete);
    const auto messages = replayed(subscriber, *plan);
    REQUIRE(messages.size() == 1);
    CHECK(messages.front().id == standard->id);
}

TEST_CASE("a plan that finds the storage stopped is refused") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const MessagePtr known = message(topic("a"), Kind::numbered, 10'000);
    (void)loop.store(known);
    running.storage().stop();
    CHECK(loop.plan(behind(known->id)).error().code == Errc::unavailable);
    CHECK(loop.plan(behind(Sequence{1})).error().code == Errc::unavailable);
}

TEST_CASE("the last position is known before the first commit") {
    const TestDatabase database;
    {
        Running running(database);
        Loop& loop = running.add_loop();
        (void)fill(loop, 1, 2);
        CHECK(*loop.expire(100'000, 100) == 6);
    }
    Running running(database);
    CHECK(running.storage().engine().last_position() == 6);
}

}  // namespace notifyd::storage::testing
