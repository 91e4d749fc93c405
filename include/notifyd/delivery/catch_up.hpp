// Serves connections from the log: those that fell behind in a topic, until they are live again, and those that
// reconnect and ask for what they missed (docs/protocol.md#slow-clients, #resume).
// Flow:   processor (a full outbox), gateway (open, resume) -> CatchUp -> ports::MessageReader -> ports::ConnectionSink
// Owns:   the reads under way; what each connection is owed is in its connection::Backlog.
// Thread: one loop.
// Fails:  a replay that cannot be proven complete says so; a connection that cannot be served from the log is closed.
//
// Why nothing is lost or repeated: all fifo messages of a topic pass its connections in commit order. From the moment a
// backlog begins, passing messages are not sent, only noted as `seen`. The log is read no further than `seen`, so
// whatever was read has passed, and whatever has passed will be read. Once `sent` has reached `seen`, the next message
// is sent live. A replay ends where the loop stood when the connection was registered (`fifo_up_to`); what was
// committed later passes the connection as usual.
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

// Where each of `topics` stands: its last number, or 0 if it has none. If there are no numbers at all, they could not
// be read, and the connection is being closed.
using Opened = UniqueFunction<void(connection::Connection&, std::span<const TopicName>, std::span<const Sequence>)>;

struct Opening {
    std::vector<TopicName> topics;
    Opened opened;
    // What must be done before that, if anything: it calls what it is given once, on the loop.
    UniqueFunction<void(UniqueFunction<void()>)> prepare{};
};

class CatchUp {
  public:
    // `outbox_bytes`: the capacity of a connection's outbox.
    CatchUp(const connection::ConnectionRegistry& registry,
            ports::MessageReader& reader,
            ports::ResumePlanner& planner,
            RetryQueue& retries,
            DeadLetters& dead_letters,
            Log log,
            std::size_t outbox_bytes,
            const Clock& clock,
            observability::Events& events);

    // Begins a backlog: a run of fifo messages that are in the log did not fit into the outbox.
    void fall_behind(connection::Connection& connection, std::span<const Delivery> run);
    // A run reaches a connection; returns the part that must be sent now, which a backlog in the topic may reduce.
    [[nodiscard]] std::span<const Delivery> pass(connection::Connection& connection, std::span<const Delivery> run);
    // The same for the connection's own messages, which it does not want back.
    void pass_over(connection::Connection& connection, std::span<const Delivery> run);
    // Reads where the topics stand and calls `opened`. Nothing of the topics is sent in between, so the numbers are
    // exactly what the client has or starts from. Fifo messages up to this position have passed the loop. The openings
    // of one connection are answered in the order of the calls, unless the connection is gone.
    void open(connection::Connection& connection, Opening opening, Position fifo_up_to);
    // The connection is subscribed to the topics. Fifo messages up to this position have passed the loop.
    void resume(connection::Connection& connection, const ResumeRequest& request, Position fifo_up_to);
    // The connection is about to be closed: messages that it is owed and cannot fetch by number become dead letters.
    void give_up(connection::Connection& connection, const Failure& failure);
    // Retries what failed a while ago.
    void run(SteadyTime now);

  private:
    using Backlog = connection::Backlog;
    using Replay = connection::Replay;

    // Identifies a backlog by names, because the connection or the subscription may be gone by the time it is used.
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
    // What a job refers to, if it still exists.
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
    // Enqueues every idle backlog of the connection that has work to do.
    void take_up(connection::Connection& connection);

    // --- positions.cpp
    // An opening that is waiting or being read.
    struct OpeningJob {
        Opening opening;
        std::vector<std::uint64_t> backlogs;  // one per topic, in order; 0: that topic's backlog is already at work
        Position fifo_up_to = 0;
    };
    void prepare_opening(ConnectionId id);
    void read_positions(ConnectionId id);
    void opened(ConnectionId id, const Result<std::vector<Sequence>>& positions);
    void report(connection::Connection& connection, OpeningJob& job, std::span<const Sequence> positions);
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
    // Continues with whatever the backlog has left to do; ends it when nothing is left.
    void go_on(const Job& job, Target target);
    void end_replay(const Job& job, Target target, std::string_view incomplete_because);
    // Holds live messages back; a message that finds no room counts as failed once.
    void hold(connection::Connection& connection, Backlog& backlog, std::span<const Delivery> run);
    void release_held(const Job& job, Target target);
    void failed(const Job& job, Target target);
    // Turns messages without a number into dead letters, page by page.
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
    runtime::FairQueue<UserId, Job> ready_;  // fair among users, like the reads that result
    // The first opening of each connection is in `ready_openings_` or being read.
    std::unordered_map<ConnectionId, std::deque<OpeningJob>> openings_;
    runtime::FairQueue<UserId, ConnectionId> ready_openings_;
    std::vector<Later> later_;
};

}  // namespace notifyd::delivery
