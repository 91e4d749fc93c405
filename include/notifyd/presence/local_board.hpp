// The presence of one process: every user and every topic has a home loop, chosen by hash, which alone knows it.
// Flow:   a connection's loop -> the user's home (one member for all connections) -> the topics' homes -> batches to
//         the loops that watch -> PresenceReceiver
// Owns:   the users and topics whose home is this loop. Nothing is shared, so nothing is locked.
// Thread: one loop.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/ports/presence_board.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace notifyd::presence {

class LocalBoard;

// Indexed by loop; complete before any loop runs, and valid until all have stopped.
using LocalBoards = std::vector<LocalBoard*>;

class LocalBoard final : public ports::PresenceBoard {
  public:
    // How often tick() should be called.
    static constexpr std::chrono::milliseconds tick_interval{50};

    // Adds itself to the boards, which outlive it.
    LocalBoard(runtime::EventLoop& loop, LocalBoards& boards, const Clock& clock, Milliseconds leave_after);
    ~LocalBoard() override;
    LocalBoard(const LocalBoard&) = delete;
    LocalBoard& operator=(const LocalBoard&) = delete;

    // Before the loop runs.
    void set_receiver(ports::PresenceReceiver& receiver) { receiver_ = &receiver; }
    // Announces leaves and sends batches that are due.
    void tick();

    void joined(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) override;
    void left(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) override;
    void closed(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) override;
    void updated(ConnectionId connection, const UserId& user, PresenceStatus status, std::string activity) override;
    void watch(const TopicName& topic) override;
    void unwatch(const TopicName& topic) override;
    void list(const TopicName& topic, ports::PresenceListDone done) override;

  private:
    struct Homed;

    [[nodiscard]] LocalBoard& home_of(const UserId& user) const;
    [[nodiscard]] LocalBoard& home_of(const TopicName& topic) const;
    // Calls `act(board)` on the board's loop; at once if that is this one.
    template <class Act>
    void on(LocalBoard& board, Act act);

    runtime::EventLoop& loop_;
    const LocalBoards& boards_;
    const Clock& clock_;
    ports::PresenceReceiver* receiver_ = nullptr;
    std::unique_ptr<Homed> homed_;
};

}  // namespace notifyd::presence
