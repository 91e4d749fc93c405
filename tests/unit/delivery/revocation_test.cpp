// A topic is taken away from a connection (its permission was revoked) while the log is being read for it.
#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/fake_clock.hpp"
#include "support/no_hold.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <utility>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

// Answers when the test says so.
struct SlowLog final : ports::MessageReader, ports::ResumePlanner, ports::DeadLetterSink {
    void read_page(PageQuery, UniqueFunction<void(Result<Page>)> done) override { pages.push_back(std::move(done)); }
    void plan_resume(ports::ResumeQuery, UniqueFunction<void(Result<ports::ResumePlan>)> done) override {
        plans.push_back(std::move(done));
    }
    void read_positions(ports::PositionsQuery, UniqueFunction<void(Result<std::vector<Sequence>>)>) override {}
    [[nodiscard]] const std::string& epoch() const override { return name; }
    void add(DeadLetter) override {}

    void answer_pages() {
        Page page;
        page.messages = {StoredMessage{.at = {1, 11},
                                       .id = {},
                                       .type = MessageType::fifo,
                                       .sequence = 1,
                                       .published_at = 0,
                                       .target_channel = "WebSocket",
                                       .head = R"({"content":"x")"}};
        for (auto& done : std::exchange(pages, {})) done(page);
    }
    void answer_plans() {
        ports::ResumePlan plan;
        plan.to = 1;
        plan.count = 1;
        plan.window = {.kinds = LogWindow::Kinds::numbered,
                       .end = {1, 11},
                       .fifo_after = {},
                       .fifo_up_to = std::numeric_limits<Position>::max()};
        for (auto& done : std::exchange(plans, {})) done(plan);
    }

    std::string name = "e";
    std::vector<UniqueFunction<void(Result<Page>)>> pages;
    std::vector<UniqueFunction<void(Result<ports::ResumePlan>)>> plans;
};

struct Fixture {
    Fixture() {
        loop.add_turn_hook(worker);
        registry.add(member.connection);
        registry.subscribe(member.connection, topic);
    }
    void resume() {
        ResumeRequest request;
        request.topics.push_back({topic, ResumePoint(Sequence{0})});
        worker.resume(member.connection, request);
    }
    // The client's outbox is full when a message arrives, and empty later.
    void fall_behind() {
        Message made{.id = {},
                     .topic = topic,
                     .type = MessageType::fifo,
                     .numbering = Numbering::consecutive,
                     .sender = UserId("s"),
                     .group_id = {},
                     .published_at = 0,
                     .skip = std::nullopt,
                     .head = R"({"content":"x")"};
        member.sink.full = true;
        pool.committed({{std::make_shared<const Message>(std::move(made)), 1, {1, 11}}});
        loop.context().restart();
        loop.context().poll();
        static_cast<void>(worker.turn_ended());
        member.sink.drain();
    }

    const TopicName topic = topic_of("chat:c");
    FakeClock clock;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    SystemIdSource ids;
    SlowLog log;
    runtime::EventLoop loop{0, 100};
    connection::ConnectionRegistry registry;
    delivery::WorkerPool pool{{.lane_depth_max = 100, .slice_bytes = 1'000'000, .outbox_bytes = 1'000'000}};
    delivery::DeliveryWorker& worker = pool.add_worker({.loop = loop,
                                                        .registry = registry,
                                                        .reader = log,
                                                        .planner = log,
                                                        .dead_letters = log,
                                                        .notices = testing::no_hold(),
                                                        .clock = clock,
                                                        .continuous_clock = clock,
                                                        .ids = ids,
                                                        .events = events});
    TestConnection member{1};
};

}  // namespace

TEST_CASE("messages read for a topic that was revoked in the meantime are not sent") {
    const bool comes_back = GENERATE(false, true);  // granted and subscribed again
    Fixture fixture;
    SECTION("for a resume, whose plan is being made") {
        fixture.resume();
        REQUIRE(fixture.log.plans.size() == 1);
    }
    SECTION("for a resume, whose page is being read") {
        fixture.resume();
        fixture.log.answer_plans();
        REQUIRE(fixture.log.pages.size() == 1);
    }
    SECTION("for a client that was slow") {
        fixture.fall_behind();
        REQUIRE(fixture.log.pages.size() == 1);
    }
    CHECK(fixture.member.sink.texts().empty());
    fixture.registry.unsubscribe(fixture.member.connection, fixture.topic);
    // Requests from before the revocation remain unanswered.
    if (comes_back) fixture.registry.subscribe(fixture.member.connection, fixture.topic);
    for (int i = 0; i < 3; ++i) {
        fixture.log.answer_plans();
        fixture.log.answer_pages();
    }
    CHECK(fixture.member.sink.texts().empty());
    CHECK_FALSE(fixture.member.connection.is_behind());
}
