// Resuming connections are served fairly by user. Observed to fail with a single queue: the second user's resume came
// after all of the first user's topics.
#include "notifyd/core/limits.hpp"
#include "notifyd/delivery/catch_up.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/fake_clock.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

// Keeps requests until the test answers them.
struct SlowLog final : ports::MessageReader, ports::ResumePlanner, ports::DeadLetterSink {
    void read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) override {
        read.push_back(std::string(query.topic.id()));
        pages.push_back(std::move(done));
    }
    void plan_resume(ports::ResumeQuery query, UniqueFunction<void(Result<ports::ResumePlan>)> done) override {
        asked.push_back(query.asker.get());
        answers.push_back(std::move(done));
    }
    void read_positions(ports::PositionsQuery, UniqueFunction<void(Result<std::vector<Sequence>>)>) override {}
    [[nodiscard]] const std::string& epoch() const override { return name; }
    void add(DeadLetter) override {}

    std::string name = "e";
    std::vector<std::string> asked;
    std::vector<UniqueFunction<void(Result<ports::ResumePlan>)>> answers;
    std::vector<std::string> read;  // topics
    std::vector<UniqueFunction<void(Result<Page>)>> pages;
};

struct Fixture {
    FakeClock clock;
    SystemIdSource ids;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    SlowLog log;
    connection::ConnectionRegistry registry;
    delivery::DeadLetters dead_letters{log, delivery::Log::kept, clock, clock, ids, events};
    delivery::RetryQueue retries{registry, dead_letters, queue::RetryPolicy{3, Milliseconds(200)}, clock};
    delivery::CatchUp catch_up{
        registry, log, log, retries, dead_letters, delivery::Log::kept, 1'000'000, clock, events};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a resume waits for one of another user's hundred topics, not for all of them") {
    const auto resume = [&](TestConnection& of, int topics) {
        ResumeRequest request;
        for (int i = 0; i < topics; ++i) {
            const TopicName topic = topic_of("chat:" + std::to_string(i));
            registry.subscribe(of.connection, topic);
            request.topics.push_back({topic, Sequence{1}});
        }
        catch_up.resume(of.connection, request, 0);
    };
    TestConnection greedy(1, "greedy");
    TestConnection second(2, "second");
    registry.add(greedy.connection);
    registry.add(second.connection);
    resume(greedy, 100);
    resume(second, 2);
    // The first user occupies all reads of the loop, and has more to come.
    REQUIRE(log.asked == std::vector<std::string>(limits::catch_up_reads_max, "greedy"));
    for (std::size_t i = 0; i < 3; ++i) {
        auto answer = std::move(log.answers[i]);  // running it adds more
        answer(ports::ResumePlan{});
    }
    REQUIRE(log.asked.size() == limits::catch_up_reads_max + 3);
    const auto later = std::vector(log.asked.end() - 3, log.asked.end());
    CHECK(std::count(later.begin(), later.end(), "second") >= 1);
    CHECK(later[2] != later[1]);
    registry.remove(greedy.connection);
    registry.remove(second.connection);
}

TEST_CASE_METHOD(Fixture, "a connection's topics are read in turn, even if none of them ever catches up") {
    const bool fills_up = GENERATE(false, true);
    CAPTURE(fills_up);
    TestConnection slow(1, "slow");
    registry.add(slow.connection);
    for (const char* id : {"a", "b", "c"}) {
        const TopicName topic = topic_of(std::string("chat:") + id);
        registry.subscribe(slow.connection, topic);
        Message message{.id = {},
                        .topic = topic,
                        .type = MessageType::fifo,
                        .numbering = Numbering::consecutive,
                        .sender = UserId("s"),
                        .group_id = {},
                        .published_at = 0,
                        .skip = {},
                        .head = "{"};
        // More is owed than the pages ever reach.
        const auto shared = std::make_shared<const Message>(std::move(message));
        const std::vector<Delivery> run{{shared, 1, {1, 1}}, {shared, 1'000, {1'000, 1'000}}};
        catch_up.fall_behind(slow.connection, run);
    }
    slow.sink.drain();
    constexpr Sequence rounds = 9;
    for (Sequence round = 1; round <= rounds; ++round) {
        REQUIRE(log.pages.size() == 1);
        auto answer = std::move(log.pages.front());
        log.pages.clear();
        Page page;
        page.next = PageCursor{round, static_cast<Position>(round)};
        slow.sink.full = fills_up;
        answer(page);
        slow.sink.drain();
    }
    // Regardless of which came first, each of the three is read once in every three reads.
    for (std::size_t round = 0; round + 3 <= rounds; ++round) {
        CHECK(std::set<std::string>(log.read.begin() + static_cast<std::ptrdiff_t>(round),
                                    log.read.begin() + static_cast<std::ptrdiff_t>(round) + 3)
                  .size() == 3);
    }
    registry.remove(slow.connection);
}
