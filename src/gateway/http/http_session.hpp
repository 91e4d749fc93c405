// HTTP/1.1 on one connection: limits, timeouts, keep-alive, pipelining (one request is answered before the next is
// read), and calling the endpoints.
// Flow:   stream -> RequestReader -> Exchange -> AccessCheck -> Router -> endpoint -> reply
// Thread: one loop.
#pragma once

#include "client_stream.hpp"
#include "http/access_check.hpp"
#include "http/exchange.hpp"
#include "http/request_receiver.hpp"
#include "stage.hpp"
#include "websocket/upgrade_admission.hpp"

#include <memory>
#include <string_view>

namespace notifyd::gateway {

class HttpSession final : public Stage {
  public:
    // Both outlive it.
    HttpSession(ClientStream& client, const SessionGround& ground)
        : client_(client),
          services_(ground.services),
          router_(ground.router),
          body_memory_(ground.body_memory),
          access_(client, ground.services),
          upgrades_(client, ground.services),
          receiver_(client, ground.services) {}

    // Serves requests until the connection ends (nullptr) or is to become a WebSocket.
    Awaitable<std::unique_ptr<Upgrade>> serve();
    // Answers a client that sent a plain request to a TLS port.
    void refuse_plain_http();

    // --- Stage
    void time_out(SteadyTime now) override;
    void sweep(SteadyTime now) override { client_.abort_unread(now); }
    [[nodiscard]] Drained drain() override;

  private:
    // --- reading. False: the peer is gone, or the request was refused, and the connection must end.
    [[nodiscard]] bool take_head(const Result<Received>& received, Exchange& exchange);
    [[nodiscard]] bool take_body(const Result<Received>& received, Exchange& exchange);
    // Verifies the token before a large body is read; the body stays in the socket.
    Awaitable<bool> identify_early(Exchange& exchange);
    [[nodiscard]] bool check_encoding(const Exchange& exchange);
    // What the head of any request says for the reply and the log, even if it is malformed.
    void take_origin(Exchange& exchange);

    // --- answering
    [[nodiscard]] bool is_upgrade(const Exchange& exchange) const;
    // Sets `upgrade`, or answers why not. False: the connection must end.
    Awaitable<bool> admit_upgrade(Exchange& exchange, std::unique_ptr<Upgrade>& upgrade);
    Awaitable<bool> answer(Exchange& exchange);
    // Whether it asks for a WebSocket without being an upgrade.
    [[nodiscard]] bool is_connect(const Exchange& exchange) const;
    [[nodiscard]] HttpReply routeless_reply(const Exchange& exchange) const;
    // Calls the endpoint if the caller may use the route.
    Awaitable<HttpReply> call(Exchange& exchange);
    void send_reply(const HttpReply& reply, const HttpRequest& request, KeepAlive keep_alive);
    // Answers a request that no endpoint has seen, and logs that. The connection must end with this answer.
    void refuse(const Error& error, const Exchange& exchange);
    void refuse(const HttpReply& reply, const Exchange& exchange);
    [[nodiscard]] KeepAlive keep_alive_of(const RequestReader& reader) const;
    // Waits until nearly all of the reply has been sent. True if the connection goes on.
    Awaitable<bool> settle(KeepAlive keep_alive);
    // Sets the deadline for the next request; it is shorter for a client that has not shown a valid token.
    void expire_idle();

    [[nodiscard]] CorkedStream& stream() { return client_.stream(); }

    ClientStream& client_;
    const SessionServices& services_;
    const Router& router_;
    BodyMemory& body_memory_;
    AccessCheck access_;
    UpgradeAdmission upgrades_;
    RequestReceiver receiver_;
    // A request is being answered, or its answer read.
    bool answering_ = false;
    // X-Forwarded-For has been seen from a peer that is not a trusted proxy.
    bool forwarded_seen_ = false;
};

}  // namespace notifyd::gateway
