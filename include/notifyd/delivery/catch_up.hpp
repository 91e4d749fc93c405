// Serves connections from the log: one that fell behind in a topic, until it is live again, and one that came back and
// asks for what it missed (docs/protocol.md#slow-clients, #resume).
// Flow:   processor (a full outbox), gateway (open, resume) -> CatchUp -> ports::MessageReader -> ports::ConnectionSink
// Owns:   the reads under way; what each connection is owed is its connection::Backlog.
// Thread: one loop.
// Fails:  never; a replay that cannot be proven complete says so, and a connection that the log cannot serve is closed.
//
// Why nothing is lost or repeated: every fifo message of a topic passes its connections in commit order. From the
// moment a backlog begins, passing messages are not sent but noted as `seen`; the log is read up to `seen` only, so
// that what was read has passed and what has passed will be read; when `sent` has reached `seen` the next message is
// sent live. A replay ends where the loop stood when the connection was registered (`fifo_up_to`), and what was
// committed later passes.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/resume.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/delivery/retry_queue.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/ports/message_reader.hpp"
#include "notifyd/ports/resume_planner.hpp"
#include "notifyd/runtime/fair_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace notifyd::delivery {

// Where each of `topics` stands: its last number, 0 if none. No numbers at all: they cannot be read, and the connection
// is being closed.
using Opened = UniqueFunction<void(connection::Connection&, std::span<const TopicName>, std::span<const Sequence>)>;

struct Opening {
    std::vector<TopicName> topics;
    Opened opened;
};

class CatchUp {
  public:
    // `outbox_bytes`: the bound of a connection's outbox.
    CatchUp(const connection::ConnectionRegistry& registry,
            ports::MessageReader& reader,
            ports::ResumePlanner& planner,
            RetryQueue& retries,
            DeadLetters& dead_letters,
            Log log,
            std::size_t outbox_bytes,
            const Clock& clock,
            observability::Events& events);

    // A run of fifo messages that stand in the log did not fit.
    void fall_behind(connection::Connection& connection, std::span<const Delivery> run);
    // A run passes a connection with a backlog in its topic; returns the part of it that is to be sent now.
    [[nodiscard]] std::span<const Delivery> pass(connection::Connection& connection, std::span<const Delivery> run);
    // The same for the connection's own messages that it does not want back.
    void pass_over(connection::Connection& connection, std::span<const Delivery> run);
    // Asks where the topics stand and tells `opened`. Nothing of the topics is sent in between, so that the numbers are
    // exactly what the client has, or begins with. Fifo messages up to this position have passed the loop. The openings
    // of one connection are answered in the order of the calls; those of a connection that has gone are not.
    void open(connection::Connection& connection, Opening opening, Position fifo_up_to);
    // The connection is subscribed to the topics; fifo messages up to this position have passed the loop.
    void resume(connection::Connection& connection, const ResumeRequest& request, Position fifo_up_to);
    // The connection is about to be closed: what it is owed and cannot fetch by number becomes dead letters.
    void give_up(connection::Connection& connection, const Failure& failure);
    // Takes up again what failed a while ago.
    void run(SteadyTime now);

  private:
    using Backlog = connection::Backlog;
    using Replay = connection::Replay;

    // A backlog, by names: connection and subscription may be gone when it is looked at.
    struct Job {
        ConnectionId connection;
        UserId user;
        TopicName topic;
        std::uint64_t id;
    };
    struct Later {
        SteadyTime due;
        Job job;
    };
    // What a job names, while it is there.
    struct Target {
        connection::Connection* connection = nullptr;
        Backlog* backlog = nullptr;
    };

    [[nodiscard]] Target find(const Job& job) const;
    Backlog* begin(connection::Connection& connection, const TopicName& topic);
    void enqueue(const connection::Connection& connection, const TopicName& topic, Backlog& backlog);
    void pump();
    void step(const Job& job);
    void await_room(connection::Connection& connection, Backlog& backlog, std::size_t mark);
    void room_came(ConnectionId id);
    // Takes up every backlog of the connection that waits.
    void take_up(connection::Connection& connection);

    // --- positions.cpp
    // An opening that waits or is being read for.
    struct OpeningJob {
        Opening opening;
        std::vector<std::uint64_t> backlogs;  // of the topics, in their order; 0: there is one that works
        Position fifo_up_to = 0;
    };
    void read_positions(ConnectionId id);
    void opened(ConnectionId id, const Result<std::vector<Sequence>>& positions);
    void tell(connection::Connection& connection, OpeningJob& job, std::span<const Sequence> positions);
    void go_live(connection::Connection& connection, const TopicName& topic, std::uint64_t backlog);

    void begin_replay(const connection::Connection& connection,
                      const TopicName& topic,
                      Backlog& backlog,
                      const connection::ResumeAsked& asked);
    void plan(const Job& job, const Backlog& backlog);
    void planned(const Job& job, const Result<ports::ResumePlan>& plan);
    void read(const Job& job, connection::Connection& connection, Backlog& backlog);
    void page_came(const Job& job, PageCursor end, const Result<Page>& page);
    void replay_page(const Job& job, Target target, const Page& page);
    void catch_up_page(const Job& job, Target target, PageCursor end, const Page& page);
    // What is left to do for the backlog; ends it when that is nothing.
    void go_on(const Job& job, Target target);
    void end_replay(const Job& job, Target target, std::string_view incomplete_because);
    // Keeps live messages back; what finds no room has failed once.
    void hold(connection::Connection& connection, Backlog& backlog, std::span<const Delivery> run);
    void release_held(const Job& job, Target target);
    void failed(const Job& job, Target target);
    // Makes dead letters of the messages without a number, page by page.
    struct Owed {
        Recipient recipient;
        TopicName topic;
        PageCursor sent;
        PageCursor seen;
        Failure failure;
        std::size_t pages;
    };
    void bury(Owed owed);

    const connection::ConnectionRegistry& registry_;
    ports::MessageReader& reader_;
    ports::ResumePlanner& planner_;
    RetryQueue& retries_;
    DeadLetters& dead_letters_;
    Log log_;
    std::size_t outbox_bytes_;
    std::size_t low_mark_;
    std::size_t page_bytes_;
    const Clock& clock_;
    observability::Events& events_;
    std::uint64_t last_id_ = 0;
    std::uint64_t last_read_ = 0;
    std::size_t reads_ = 0;
    runtime::FairQueue<UserId, Job> ready_;  // user by user, as the reads that become of them
    // The first of each connection is in `ready_openings_`, or being read for.
    std::unordered_map<ConnectionId, std::deque<OpeningJob>> openings_;
    runtime::FairQueue<UserId, ConnectionId> ready_openings_;
    std::vector<Later> later_;
};

}  // namespace notifyd::delivery
