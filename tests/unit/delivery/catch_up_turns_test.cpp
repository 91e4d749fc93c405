// Connections that resume are served user by user. Seen to fail with the one queue of before: the second user's resume
// came after all of the first one's topics.
#include "notifyd/core/limits.hpp"
#include "notifyd/delivery/catch_up.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/fake_clock.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

// Asked, and answered by hand.
struct SlowLog final : ports::MessageReader, ports::ResumePlanner, ports::DeadLetterStore {
    void read_page(PageQuery, UniqueFunction<void(Result<Page>)>) override {}
    void plan_resume(ports::ResumeQuery query, UniqueFunction<void(Result<ports::ResumePlan>)> done) override {
        asked.push_back(query.asker.get());
        answers.push_back(std::move(done));
    }
    void read_positions(ports::PositionsQuery, UniqueFunction<void(Result<std::vector<Sequence>>)>) override {}
    [[nodiscard]] const std::string& epoch() const override { return name; }
    void add(DeadLetter) override {}
    void list(ports::DeadLetterQuery, UniqueFunction<void(Result<DeadLetterPage>)>) override {}
    void find(Uuid, UniqueFunction<void(Result<std::optional<DeadLetter>>)>) override {}
    void remove(Uuid, UniqueFunction<void(Result<bool>)>) override {}
    void failed_again(Uuid, EpochMs, std::string, UniqueFunction<void(Result<void>)>) override {}
    void delete_expired_letters(EpochMs, std::size_t, UniqueFunction<void(Result<std::size_t>)>) override {}

    std::string name = "e";
    std::vector<std::string> asked;
    std::vector<UniqueFunction<void(Result<ports::ResumePlan>)>> answers;
};

}  // namespace

TEST_CASE("a resume waits for one topic of another user's hundred, not for all of them") {
    FakeClock clock;
    SystemIdSource ids;
    observability::RecordingSink sink;
    observability::Events events(sink, clock);
    SlowLog log;
    connection::ConnectionRegistry registry;
    delivery::DeadLetters dead_letters(log, delivery::Log::kept, clock, clock, ids, events);
    delivery::RetryQueue retries(registry, dead_letters, queue::RetryPolicy{3, Milliseconds(200)}, clock);
    delivery::CatchUp catch_up(
        registry, log, log, retries, dead_letters, delivery::Log::kept, 1'000'000, clock, events);
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
    // The first one has all reads of the loop under way, and more to come.
    REQUIRE(log.asked == std::vector<std::string>(limits::catch_up_reads_max, "greedy"));
    for (std::size_t i = 0; i < 3; ++i) {
        auto answer = std::move(log.answers[i]);  // more are added while it runs
        answer(ports::ResumePlan{});
    }
    REQUIRE(log.asked.size() == limits::catch_up_reads_max + 3);
    const auto later = std::vector(log.asked.end() - 3, log.asked.end());
    CHECK(std::count(later.begin(), later.end(), "second") >= 1);
    CHECK(later[2] != later[1]);
    registry.remove(greedy.connection);
    registry.remove(second.connection);
}
