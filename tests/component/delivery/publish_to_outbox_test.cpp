// From publishers on two loops, through real SQLite, to subscribers on two loops: everybody sees 1..N in order.
#include "notifyd/connection/connection_handler.hpp"
#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/history/retrieval_handler.hpp"
#include "notifyd/observability/recording_sink.hpp"
#include "notifyd/publish/publisher.hpp"
#include "notifyd/storage/storage.hpp"
#include "notifyd/storage_sqlite/sqlite_engine.hpp"

#include "support/no_hold.hpp"
#include "support/quiet_permissions.hpp"
#include "support/recording_connection.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

const Identity service{
    .user = UserId("backend"), .grant = Grant::service, .claimed_topics = {}, .expires_at = 0, .token_id = {}};

// One loop's part in a message's journey.
struct Node {
    Node(std::size_t index,
         storage::Storage& storage,
         permissions::PermissionDirectory& directory,
         const permissions::BlockList& blocks,
         delivery::WorkerPool& pool,
         const queue::TopicFilter& filter,
         const Clock& clock,
         observability::Events& events)
        : loop(index, 10'000),
          client(storage.client(loop)),
          worker(pool.add_worker({.loop = loop,
                                  .registry = registry,
                                  .reader = client->history(),
                                  .planner = client->resume(),
                                  .dead_letters = client->letter_sink(),
                                  .notices = testing::no_hold(),
                                  .clock = clock,
                                  .continuous_clock = clock,
                                  .ids = ids,
                                  .events = events})),
          permissions({}, directory, blocks, permission_writes, client->permissions(), nobody, events, clock),
          publisher(
              filter, permissions, worker, client->messages(), clock, ids, events, publish::ContentDeduplication::off) {
        loop.add_turn_hook(*client);
        loop.add_turn_hook(worker);
    }

    // Runs in the loop's thread; its coroutine frames end there, too.
    void run() {
        loop.run();
        received = subscriber.sink.texts();
        subscriber.sink.frames.clear();
    }

    runtime::EventLoop loop;
    SystemIdSource ids;
    testing::NobodyListens nobody;
    runtime::SharedRateLimit permission_writes;
    std::unique_ptr<storage::StorageClient> client;
    connection::ConnectionRegistry registry;
    delivery::DeliveryWorker& worker;
    permissions::PermissionManager permissions;
    publish::Publisher publisher;
    TestConnection subscriber{1};
    std::vector<std::string> received;
    std::vector<Result<Receipt>> answers;
};

class Server {
  public:
    explicit Server(const std::string& path) {
        storage::sqlite::SqliteOptions options;
        options.path = path;
        SystemIdSource ids;
        auto opened = storage::sqlite::SqliteEngine::open(options, clock_, ids, events_);
        REQUIRE(opened.has_value());
        storage_ = std::make_unique<storage::Storage>(std::move(*opened), storage::StorageOptions{}, clock_, events_);
        for (std::size_t i = 0; i < 2; ++i) {
            nodes.push_back(std::make_unique<Node>(i, *storage_, directory_, blocks_, pool_, filter_, clock_, events_));
            nodes.back()->registry.add(nodes.back()->subscriber.connection);
            nodes.back()->registry.subscribe(nodes.back()->subscriber.connection, topic_of("chat:c"));
        }
        storage_->start(pool_);
        for (const auto& node : nodes) threads_.emplace_back([&node = *node] { node.run(); });
    }
    ~Server() { stop(); }

    // Issues `count` fifo publishes on each loop, a few per turn, and waits for all answers.
    void publish(int count) {
        std::latch answered(2 * count);
        for (const auto& node : nodes) {
            for (int i = 0; i < count; ++i) {
                const auto one = [&answered, &node = *node, i] {
                    wire::PublishRequest request{.target_channel = "WebSocket",
                                                 .type = MessageType::fifo,
                                                 .topic = topic_of("chat:c"),
                                                 .group_id = {},
                                                 .numbering = Numbering::consecutive,
                                                 .deduplication_id = {},
                                                 .payload_fields = "\"n\":" + std::to_string(i)};
                    node.publisher.publish(service, std::move(request), {}, [&](Result<Receipt> receipt) {
                        node.answers.push_back(std::move(receipt));
                        answered.count_down();
                    });
                };
                REQUIRE(node->loop.post(one));
            }
        }
        answered.wait();
    }

    // After this, the loops' state may be inspected.
    void stop() {
        storage_->stop();
        // A loop handles everything posted to it before it stops, including the last deliveries.
        for (const auto& node : nodes) {
            static_cast<void>(node->loop.post_control([&loop = node->loop] { loop.stop(); }));
        }
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }

    std::vector<std::unique_ptr<Node>> nodes;

  private:
    SystemClock clock_;
    observability::RecordingSink log_{observability::LogLevel::warn};
    observability::Events events_{log_, clock_};
    permissions::PermissionDirectory directory_;
    permissions::BlockList blocks_{clock_};
    queue::TopicFilter filter_{{}};
    delivery::WorkerPool pool_{{.lane_depth_max = 100'000, .slice_bytes = 256 * 1024, .outbox_bytes = 1024 * 1024}};
    std::unique_ptr<storage::Storage> storage_;
    std::vector<std::thread> threads_;
};

Sequence sequence_in(const std::string& text) {
    const std::string name = "\"sequenceNumber\":";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
}

void check_gapless(const Node& node, Sequence first, Sequence last) {
    Sequence expected = first;
    for (const std::string& text : node.received) {
        REQUIRE(sequence_in(text) == expected);
        ++expected;
    }
    CHECK(expected == last + 1);
}

}  // namespace

TEST_CASE("subscribers of both loops see both loops' publishes as 1..N in order, also after a restart") {
    constexpr int count = 500;
    const TemporaryFolder folder;
    const std::string path = folder.file("n.db");
    for (Sequence round = 0; round < 2; ++round) {
        Server server(path);
        server.publish(count);
        server.stop();
        const Sequence first = round * 2 * count + 1;
        const Sequence last = first + 2 * count - 1;
        std::vector<bool> told(2 * count);
        for (const auto& node : server.nodes) {
            check_gapless(*node, first, last);
            // The number in a receipt is that of the message, and the numbers of one publisher's messages grow.
            Sequence before = 0;
            for (const Result<Receipt>& answer : node->answers) {
                REQUIRE(answer.has_value());
                REQUIRE(answer->sequence > before);
                before = answer->sequence;
                told[answer->sequence - first] = true;
            }
        }
        CHECK(std::count(told.begin(), told.end(), true) == 2 * count);
    }
}
