// The steps of a connect, in the order in which they may refuse it.
#include "websocket/upgrade_admission.hpp"

#include "notifyd/auth/connection_token.hpp"
#include "notifyd/core/http_status.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"

#include "http/newer_keys.hpp"
#include "websocket/connect_rules.hpp"
#include "websocket/connection_token_connect.hpp"
#include "websocket/displayed_text.hpp"
#include "websocket/websocket_stream.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace notifyd::gateway {

namespace http = boost::beast::http;

bool is_upgrade_path(std::string_view path) {
    return path == "/" || path == "/ws";
}

HttpReply UpgradeAdmission::refuse(const ClientRefusal& refusal, const HttpRequest& request) {
    const Error& error = refusal.error;
    services_.events.emit(observability::ConnectionRefused{
        .status = http_status(error.code),
        .reason = reason_of(error),
        .address = request.peer_address,
        .correlation_id = request.correlation_id,
        .what = error.message,
        .user = refusal.user,
        .topic = error.topic,
        .origin = request.origin,
        .attempt_reason = refusal.attempt_reason,
    });
    HttpReply reply = error_reply(error, request.correlation_id);
    if (error.code == Errc::upgrade_required) {
        reply.headers.emplace_back("Sec-WebSocket-Version", "13");
        reply.headers.emplace_back("Upgrade", "websocket");
    }
    return reply;
}

Result<connection::Admission> UpgradeAdmission::take_place(const UserId& user) {
    const connection::Place place{ConnectionId(services_.ids.time_ordered(services_.clock.now_ms())),
                                  static_cast<std::uint32_t>(services_.loop.index())};
    Result<connection::Admission> admission =
        services_.connection_limits.admit(user, place, connection_rules(services_.config));
    if (!admission) return admission.error();
    if (!client_.place().become_websocket()) return no_room_for_websockets();
    const Milliseconds wait = services_.user_connects.take(
        user.get(), services_.clock.steady_now(), services_.config.limits.connects_per_minute_per_user);
    if (wait != Milliseconds::zero()) {
        client_.place().become_http();
        return too_many_connects(wait);
    }
    return std::move(*admission);
}

Result<void> UpgradeAdmission::check_room(const UserId& user) {
    const Result<void> place = services_.connection_limits.check(user, connection_rules(services_.config));
    if (!place) return place.error();
    if (!client_.place().can_become_websocket()) return no_room_for_websockets();
    const Milliseconds wait = services_.user_connects.look(
        user.get(), services_.clock.steady_now(), services_.config.limits.connects_per_minute_per_user);
    if (wait != Milliseconds::zero()) return too_many_connects(wait);
    return {};
}

void UpgradeAdmission::close_oldest(connection::Admission& admission) {
    for (const connection::Place& oldest : admission.replace_oldest(connection_rules(services_.config))) {
        const LoopConnections* owner = services_.loops[oldest.loop];
        // A connection that is not open yet will notice that it lost its place. A stopped loop has no connections.
        static_cast<void>(owner->loop.post_control([owner, id = oldest.connection] {
            connection::Connection* connection = owner->registry.find(id);
            if (connection != nullptr) connection->sink().close(CloseCode::replaced);
        }));
    }
}

Awaitable<ClientResult<std::unique_ptr<Upgrade>>> UpgradeAdmission::admit(BeastRequest head,
                                                                          const HttpRequest& request,
                                                                          Purpose purpose) {
    if (purpose == Purpose::upgrade) {
        const Result<void> sound = check_handshake(head);
        if (!sound) co_return ClientRefusal{sound.error()};
    }
    ClientResult<ConnectDemand> demand = read_connect(head, request, services_);
    if (!demand) co_return as_attempt(demand.error(), request, purpose, services_);
    wire::ConnectQuery& query = demand->query;
    auth::ConnectRequest connect{
        .token = demand->token, .user_id = {}, .topics = std::move(query.topics), .partial = query.partial};
    if (query.user) connect.user_id = query.user->get();
    std::optional<auth::AuthResult<auth::ConnectGrant>> judged;
    if (auth::is_connection_token(connect.token)) {
        client_.keep();
        judged = co_await find_connection_token(connect, services_);
    } else {
        judged = services_.authorizer.connect(connect);
        if (!*judged) {
            const auto judge = [this, &connect] { return services_.authorizer.connect(connect); };
            co_await judge_again(services_, *judged, judge);
        }
        client_.keep();
    }
    auth::AuthResult<auth::ConnectGrant>& grant = *judged;
    if (!grant)
        co_return as_attempt(refuse_caller(grant.error(), request, services_.events), request, purpose, services_);
    const UserId& user = grant->identity.user;
    const Result<void> unblocked = services_.permissions.may_act(user);
    if (!unblocked) co_return as_attempt(ClientRefusal{unblocked.error(), user.get()}, request, purpose, services_);
    // Topics that are omitted are not resumed either.
    std::erase_if(query.resume.topics, [&](const ResumeTopic& resumed) {
        return std::ranges::find(grant->refused, resumed.topic) != grant->refused.end();
    });
    const Result<void> resumable = wire::check_resume(query.resume.topics, grant->topics);
    if (!resumable) co_return ClientRefusal{resumable.error(), user.get()};
    if (purpose == Purpose::explain) {
        const Result<void> room = check_room(user);
        if (!room) co_return ClientRefusal{room.error(), user.get()};
        co_return ClientRefusal{
            {Errc::upgrade_required,
             "A WebSocket would be admitted here: send an upgrade, and make proxies forward Upgrade and Connection"},
            user.get()};
    }
    Result<connection::Admission> admission = take_place(user);
    if (!admission) co_return ClientRefusal{admission.error(), user.get()};
    // This comes last, because a connection token is used up only by a connect that is answered 101.
    if (grant->connection_token) {
        auth::AuthResult<void> used = co_await use_connection_token(*grant->connection_token, services_);
        if (!used) {
            client_.place().become_http();
            services_.user_connects.give_back(user.get());
            auth::Refusal refusal = used.error();
            refusal.user = user.get();
            co_return as_attempt(refuse_caller(refusal, request, services_.events), request, purpose, services_);
        }
    }
    client_.set_known();
    close_oldest(*admission);
    auto upgrade = std::make_unique<Upgrade>(std::move(head), std::move(*grant), std::move(*admission));
    upgrade->hello = demand->notifyd_v1 ? wire::Hello::on : query.hello;
    upgrade->resume = std::move(query.resume);
    upgrade->partial = query.partial;
    upgrade->subprotocol = demand->notifyd_v1;
    upgrade->correlation_id = request.correlation_id;
    upgrade->peer = {request.peer_address, displayed_text(request.user_agent, limits::user_agent_bytes_max)};
    co_return upgrade;
}

Awaitable<HttpReply> UpgradeAdmission::explain(const BeastRequest& head, const HttpRequest& request) {
    const bool asks = head.method() == http::verb::get || head.method() == http::verb::head;
    ClientRefusal refusal{{Errc::upgrade_required, "This path is for WebSocket connections"}};
    if (asks) {
        BeastRequest copy = head;
        const auto answer = co_await admit(std::move(copy), request, Purpose::explain);
        if (!answer) refusal = answer.error();
    }
    const bool is_upgrade_required = refusal.error.code == Errc::upgrade_required;
    HttpReply reply = refusal_reply(std::move(refusal), request);
    if (is_upgrade_required) {
        reply.headers.emplace_back("Upgrade", "websocket");
        reply.headers.emplace_back("Connection", "Upgrade");
    }
    co_return reply;
}

}  // namespace notifyd::gateway
