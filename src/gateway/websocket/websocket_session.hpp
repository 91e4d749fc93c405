// A WebSocket from its 101 to its end: registered, read, removed.
// Flow:   stream -> read_messages -> FrameDispatch; the sweep pings, and closes what is silent, slow or too old
// Thread: one loop.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/connection/liveness.hpp"

#include "client_stream.hpp"
#include "http/body_memory.hpp"
#include "http/body_pace.hpp"
#include "stage.hpp"
#include "websocket/upgrade.hpp"

#include <memory>
#include <optional>
#include <span>

namespace notifyd::gateway {

class WebSocketSession final : public Stage {
  public:
    // Both outlive it.
    WebSocketSession(ClientStream& client, const SessionGround& ground)
        : client_(client), services_(ground.services), envelopes_(ground.envelopes), body_memory_(ground.body_memory) {}

    // Answers 101, and reads until the connection ends.
    Awaitable<void> serve(std::unique_ptr<Upgrade> upgrade);

    // --- Stage
    void time_out(SteadyTime now) override;
    void sweep(SteadyTime now) override;
    [[nodiscard]] Drained drain() override;

  private:
    class FrameReader;
    [[nodiscard]] WebSocketTerms terms_of(const Upgrade& upgrade) const;
    // Registers the connection.
    void open(connection::Connection& connection, Upgrade& upgrade, EpochMs now);
    // Sends the first frame if the client wants it, and begins the replays.
    Awaitable<void> greet(connection::Connection& connection, Upgrade& upgrade);
    [[nodiscard]] FramePtr hello_of(const connection::Connection& connection,
                                    const Upgrade& upgrade,
                                    std::span<const TopicName> topics,
                                    std::span<const Sequence> positions) const;
    void begin(connection::Connection& connection, const Upgrade& upgrade);
    // Waits until the connection may be read again: there is room for a publish, and the client reads its answers.
    Awaitable<void> room(const connection::Connection& connection);
    [[nodiscard]] bool is_full(const connection::Connection& connection) const;
    void record_end(const connection::Connection& connection, SteadyTime opened_at);

    // --- the sweep
    // Whether the client has read nothing for too long. What it does read counts as a sign of life.
    [[nodiscard]] bool is_stalled(SteadyTime now);
    // Keeps what the client has not read as dead letters, and ends.
    void give_up();
    // Pings, or closes a connection that is silent or too old.
    void keep_alive(SteadyTime now);

    [[nodiscard]] CorkedStream& stream() { return client_.stream(); }

    ClientStream& client_;
    const SessionServices& services_;
    const EnvelopeRouter& envelopes_;
    BodyMemory& body_memory_;
    // From the 101 on.
    std::optional<connection::Liveness> liveness_;
    // Set while the connection is registered.
    connection::Connection* connection_ = nullptr;
    // The pace of the large message that is arriving, if any.
    std::optional<BodyPace> message_pace_;
};

}  // namespace notifyd::gateway
