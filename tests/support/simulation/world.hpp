// Simulates the delivery on two loops, a log, and clients that connect and disconnect, driven by one seed: no threads,
// no sockets, no disk, and the same seed gives the same trace.
#pragma once

#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "fake_log.hpp"
#include "simulated_client.hpp"
#include "support/fake_clock.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace notifyd::simulation {

class SeededIds final : public IdSource {
  public:
    explicit SeededIds(std::uint64_t seed) : random_(seed) {}
    Uuid time_ordered(EpochMs now) override {
        std::array<std::uint8_t, 10> bytes{};
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
        return make_uuid_v7(now, bytes);
    }
    Uuid random() override { return time_ordered(0); }

  private:
    std::mt19937_64 random_;
};

// The counts of a run; all but the first two must be zero.
struct Outcome {
    std::size_t received = 0;
    std::size_t resumed = 0;
    std::size_t gaps = 0;        // a number that never arrived
    std::size_t repeats = 0;     // a message that arrived twice
    std::size_t misordered = 0;  // a fifo message after a later one
    std::size_t lost = 0;        // neither received nor a dead letter
    std::size_t false_complete = 0;
    std::size_t echoes = 0;  // a message sent back to a connection that wanted no echo
    std::size_t early = 0;   // a message before the frame with the topics' positions
    std::size_t stuck = 0;   // clients that were not served after the faults had stopped
    std::uint64_t trace = 0xCBF29CE484222325U;

    [[nodiscard]] std::size_t violations() const {
        return gaps + repeats + misordered + lost + false_complete + echoes + early + stuck;
    }
    [[nodiscard]] std::string to_string() const;
};

class World {
  public:
    explicit World(std::uint64_t seed);

    // Runs the faults, then a quiet period in which every client must be served.
    Outcome run(std::size_t steps);

  private:
    static constexpr std::size_t loop_count = 2;
    static constexpr std::size_t client_count = 6;
    static constexpr std::size_t topic_count = 3;
    static constexpr std::size_t outbox_bytes = 4'000;

    struct Node {
        Node(World& world, std::size_t index);
        void turn();

        runtime::EventLoop loop;
        connection::ConnectionRegistry registry;
        FakeReader reader;
        delivery::DeliveryWorker& worker;
    };

    struct Client {
        std::size_t loop = 0;
        std::unique_ptr<SimulatedSink> sink;
        std::unique_ptr<connection::Connection> connection;
        std::vector<ConnectionId> ids;  // the ids of all its connections
        std::vector<TopicView> topics{topic_count};
        // What is published from here on must arrive.
        std::size_t connected_from = 0;
        // What is published from here on was missed.
        std::size_t missed_from = 0;
        std::set<std::uint64_t> got;  // on this connection
        bool stalled = false;
        bool opening = false;
    };

    [[nodiscard]] bool chance(unsigned per_mille) { return random_() % 1000 < per_mille; }
    [[nodiscard]] std::size_t below(std::size_t bound) { return random_() % bound; }

    void step();
    void publish();
    void connect(Client& client);
    // Requests the topics' positions before the replays, like clients that want the first frame.
    void open(Client& client, const ResumeRequest& request);
    // Requests messages that it already has, like a client that has lost some of them.
    void resume_again(Client& client);
    void disconnect(Client& client);
    void give_up(Client& client);
    void take(Client& client, std::size_t index);
    void receive(Client& client, std::size_t index, const std::string& text);
    void receive_resumed(Client& client, const std::string& text);
    void receive_message(Client& client, const std::string& text);
    void check_number(const Client& client, TopicView& view, const TopicName& topic, Sequence sequence);
    void quiet_time();
    void settle(Client& client);
    [[nodiscard]] bool is_owed(const Client& client, std::size_t number) const;
    // Published by one of the client's connections that wanted no echo.
    [[nodiscard]] static bool is_own(const Client& client, const Message& message);
    [[nodiscard]] const TopicView& view_of(const Client& client, std::size_t number) const;
    // Every number after the last one is the client's own.
    [[nodiscard]] bool is_served(const Client& client, std::size_t topic) const;
    [[nodiscard]] std::size_t topic_index(std::string_view text) const;

    std::mt19937_64 random_;
    SeededIds ids_;
    testing::FakeClock clock_;
    observability::RecordingSink log_sink_{observability::LogLevel::error};
    observability::Events events_{log_sink_, clock_};
    delivery::WorkerPool pool_;
    FakeLog log_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<TopicName> topics_;
    std::vector<Client> clients_;
    // Indexed by the number in the payload.
    std::vector<MessagePtr> published_;
    bool retention_ = false;
    Outcome outcome_;
};

}  // namespace notifyd::simulation
