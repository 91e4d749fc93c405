// GET, POST and DELETE /@connections/{id}, and GET /@connections (SPEC §3.6); for the admin grant.
// A connection is its loop's own, so each loop is asked for what it has.
#include "notifyd/wire/connections.hpp"

#include "notifyd/history/page_key.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "../loop_round.hpp"
#include "endpoints.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace notifyd::gateway::endpoints {

namespace {

constexpr std::string_view resource = "Connections";
constexpr auto list_kind = history::ListKind::connections;

HttpReply gone_reply(const HttpRequest& request) {
    return error_reply(Error(Errc::gone, "There is no such connection"), request.correlation_id);
}

ConnectionInfo info_of(const connection::Connection& connection) {
    return {.id = connection.id(),
            .user = connection.identity().user,
            .connected_at = connection.connected_at,
            .last_active_at = connection.last_active_at,
            .address = connection.peer.address,
            .user_agent = connection.peer.user_agent,
            .topics = connection.topics()};
}

// What each loop answers, at its index; a loop without an answer leaves nullopt.
template <class Answer>
using Answers = std::vector<std::optional<Answer>>;

// `ask(services)` gives an optional answer on each loop.
template <class Answer, class Ask>
Awaitable<Answers<Answer>> ask_everywhere(LoopServices& services, Ask ask) {
    const auto answers = std::make_shared<Answers<Answer>>(services.loops.size());
    runtime::OneShot<bool> asked(services.loop.executor());
    const auto keep = [answers, ask = std::move(ask)](LoopServices& there) {
        (*answers)[there.loop.index()] = ask(there);
    };
    ask_all_loops(services.loops, services.loop, keep, [&asked] { asked.set(true); });
    co_await asked.wait();
    Answers<Answer> all = std::move(*answers);
    co_return all;
}

// `use(connection)` on the connection's loop; nullopt: there is no such connection.
template <class Answer, class Use>
Awaitable<std::optional<Answer>> at_connection(const HttpRequest& request, LoopServices& services, Use use) {
    const auto id = Uuid::parse(request.path_parameter);
    if (!id) co_return std::nullopt;
    const auto ask = [id = ConnectionId(*id), use = std::move(use)](LoopServices& there) -> std::optional<Answer> {
        connection::Connection* connection = there.registry.find(id);
        if (connection == nullptr || connection->sink().is_closing()) return std::nullopt;
        return use(*connection);
    };
    Answers<Answer> answers = co_await ask_everywhere<Answer>(services, ask);
    for (std::optional<Answer>& answer : answers) {
        if (answer) co_return std::move(answer);
    }
    co_return std::nullopt;
}

struct ListRequest {
    std::optional<UserId> user;
    std::optional<TopicName> topic;
    std::optional<ConnectionId> after;
    std::size_t most = 0;

    [[nodiscard]] bool fits(const connection::Connection& connection) const {
        return !connection.sink().is_closing() && (!after || connection.id() > *after) &&
               (!user || connection.identity().user == *user) &&
               (!topic || connection::ConnectionRegistry::is_subscribed(connection, *topic));
    }
};

// The first ones of a loop, in the order of their ids.
std::vector<ConnectionInfo> list_on(const LoopServices& services, const ListRequest& asked) {
    std::vector<const connection::Connection*> found;
    const auto look = [&](const connection::Connection& connection) {
        if (asked.fits(connection)) found.push_back(&connection);
    };
    // Every connection of a user is in the user's own topic.
    std::optional<TopicName> topic = asked.topic;
    if (!topic && asked.user) {
        if (Result<TopicName> own = own_topic(*asked.user)) topic = std::move(*own);
    }
    if (topic) {
        for (const connection::Connection* connection : services.registry.members(*topic)) look(*connection);
    } else {
        services.registry.for_each(look);
    }
    const auto first = [](const auto* left, const auto* right) { return left->id() < right->id(); };
    const auto count = static_cast<std::ptrdiff_t>(std::min(found.size(), asked.most));
    std::ranges::partial_sort(found, found.begin() + count, first);
    found.resize(static_cast<std::size_t>(count));
    std::vector<ConnectionInfo> infos;
    for (const connection::Connection* connection : found) infos.push_back(info_of(*connection));
    return infos;
}

// What a page's key belongs to.
std::string subject_of(const wire::ConnectionsQuery& query) {
    std::string subject;
    if (query.user) subject.append(query.user->get());
    subject.push_back('\0');
    if (query.topic) subject.append(query.topic->text());
    return subject;
}

Result<ListRequest> list_request(const wire::ConnectionsQuery& query) {
    ListRequest asked{.user = query.user, .topic = query.topic, .after = std::nullopt, .most = query.limit + 1};
    if (!query.start_key) return asked;
    const Result<std::string> text = history::decode_list_key(list_kind, subject_of(query), *query.start_key);
    if (!text) return text.error();
    const auto id = Uuid::parse(*text);
    if (!id) return Error{Errc::invalid_request, "Invalid startKey format"};
    asked.after = ConnectionId(*id);
    return asked;
}

HttpReply list_reply(const Answers<std::vector<ConnectionInfo>>& answers, const wire::ConnectionsQuery& query) {
    std::vector<ConnectionInfo> all;
    for (const auto& answer : answers) {
        if (answer) all.insert(all.end(), answer->begin(), answer->end());
    }
    std::ranges::sort(all, {}, &ConnectionInfo::id);
    std::optional<std::string> next_key;
    if (all.size() > query.limit) {
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(query.limit), all.end());
        next_key = history::encode_list_key(list_kind, subject_of(query), all.back().id.get().to_string());
    }
    return json_reply(200, wire::connections_page(all, next_key));
}

}  // namespace

Awaitable<HttpReply> get_connections(const HttpRequest& request, LoopServices& services) {
    const Result<void> admin = check_admin(caller_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    const Result<wire::ConnectionsQuery> query = wire::parse_connections_query(request.query);
    if (!query) co_return error_reply(query.error(), request.correlation_id);
    const Result<ListRequest> asked = list_request(*query);
    if (!asked) co_return error_reply(asked.error(), request.correlation_id);
    const auto ask = [asked = *asked](const LoopServices& there) { return std::optional(list_on(there, asked)); };
    const auto answers = co_await ask_everywhere<std::vector<ConnectionInfo>>(services, ask);
    co_return list_reply(answers, *query);
}

Awaitable<HttpReply> get_connection(const HttpRequest& request, LoopServices& services) {
    const Result<void> admin = check_admin(caller_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    const auto look = [](const connection::Connection& connection) { return info_of(connection); };
    const std::optional<ConnectionInfo> info = co_await at_connection<ConnectionInfo>(request, services, look);
    if (!info) co_return gone_reply(request);
    co_return json_reply(200, wire::connection_reply(*info));
}

Awaitable<HttpReply> post_to_connection(const HttpRequest& request, LoopServices& services) {
    using ports::Verdict;
    const Result<void> admin = check_admin(writer_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    const Result<void> sound = wire::check_posted_frame(request.body);
    if (!sound) co_return error_reply(sound.error(), request.correlation_id);
    // The text crosses over: a frame stays on the loop that makes it.
    const auto text = std::make_shared<const std::string>(request.body);
    const auto send = [text](const connection::Connection& connection) {
        const std::array<std::string_view, 1> pieces{*text};
        return connection.sink().send(wire::make_websocket_frame(wire::Opcode::text, pieces));
    };
    const std::optional<Verdict> verdict = co_await at_connection<Verdict>(request, services, send);
    if (!verdict || *verdict == Verdict::closed) co_return gone_reply(request);
    if (*verdict == Verdict::full) {
        const Error full(Errc::rate_limited, "The connection has not yet taken what was sent before");
        co_return error_reply(full, request.correlation_id);
    }
    co_return json_reply(200, "{}");
}

Awaitable<HttpReply> delete_connection(const HttpRequest& request, LoopServices& services) {
    const Result<void> admin = check_admin(writer_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    const auto close = [](const connection::Connection& connection) {
        connection.sink().close(CloseCode::access_revoked);
        return true;
    };
    const std::optional<bool> closed = co_await at_connection<bool>(request, services, close);
    if (!closed) co_return gone_reply(request);
    HttpReply reply;
    reply.status = 204;
    co_return reply;
}

}  // namespace notifyd::gateway::endpoints
