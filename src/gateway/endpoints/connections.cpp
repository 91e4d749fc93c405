// Every request asks all loops, and joins their answers.
#include "notifyd/gateway/endpoints/connections.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/connections.hpp"
#include "notifyd/wire/opaque_key.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "http/http_reply.hpp"
#include "http/http_request.hpp"
#include "loop_round.hpp"
#include "stream/socket.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace notifyd::gateway {

namespace {

constexpr auto list_kind = wire::ListKind::connections;

Error no_such_connection() {
    return {Errc::gone, "There is no such connection"};
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

// The answer of each loop, at its index; nullopt if it has none.
template <class Answer>
using Answers = std::vector<std::optional<Answer>>;

// Runs `ask(connections)` on each loop; its answer is optional.
template <class Answer, class Ask>
Awaitable<Answers<Answer>> ask_everywhere(const AllLoops& loops, runtime::EventLoop& home, Ask ask) {
    const auto answers = std::make_shared<Answers<Answer>>(loops.size());
    runtime::OneShot<bool> asked(home.executor());
    const auto keep = [answers, ask = std::move(ask)](const LoopConnections& there) {
        (*answers)[there.loop.index()] = ask(there);
    };
    ask_all_loops(loops, home, keep, [&asked] { asked.set(true); });
    co_await asked.wait();
    Answers<Answer> all = std::move(*answers);
    co_return all;
}

// Runs `use(connection)` on the loop of the connection with this id; nullopt if there is no such connection.
template <class Answer, class Use>
Awaitable<std::optional<Answer>> at_connection(std::string_view name,
                                               const AllLoops& loops,
                                               runtime::EventLoop& home,
                                               Use use) {
    const auto id = Uuid::parse(name);
    if (!id) co_return std::nullopt;
    const auto ask = [id = ConnectionId(*id),
                      use = std::move(use)](const LoopConnections& there) -> std::optional<Answer> {
        connection::Connection* connection = there.registry.find(id);
        if (connection == nullptr || connection->sink().is_closing()) return std::nullopt;
        return use(*connection);
    };
    Answers<Answer> answers = co_await ask_everywhere<Answer>(loops, home, ask);
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

// The first matching connections of a loop, in the order of their ids.
std::vector<ConnectionInfo> list_on(const LoopConnections& there, const ListRequest& asked) {
    std::vector<const connection::Connection*> found;
    const auto look = [&](const connection::Connection& connection) {
        if (asked.fits(connection)) found.push_back(&connection);
    };
    // Every connection subscribes to its user's own topic.
    std::optional<TopicName> topic = asked.topic;
    if (!topic && asked.user) {
        if (Result<TopicName> own = own_topic(*asked.user)) topic = std::move(*own);
    }
    if (topic) {
        for (const connection::Connection* connection : there.registry.members(*topic)) look(*connection);
    } else {
        there.registry.for_each(look);
    }
    const auto first = [](const auto* left, const auto* right) { return left->id() < right->id(); };
    const auto count = static_cast<std::ptrdiff_t>(std::min(found.size(), asked.most));
    std::ranges::partial_sort(found, found.begin() + count, first);
    found.resize(static_cast<std::size_t>(count));
    std::vector<ConnectionInfo> infos;
    infos.reserve(found.size());
    for (const connection::Connection* connection : found) infos.push_back(info_of(*connection));
    return infos;
}

// The query that a page's key belongs to.
std::string subject_of(const wire::ConnectionsQuery& query) {
    std::string subject;
    if (query.user) subject.append(query.user->get());
    subject.push_back('\0');
    if (query.topic) subject.append(query.topic->text());
    return subject;
}

Result<ListRequest> list_request(const wire::ConnectionsQuery& query) {
    ListRequest asked{.user = query.user, .topic = query.topic, .after = std::nullopt, .most = query.limit + 1};
    const auto last = wire::decode_id_list_start(list_kind, subject_of(query), query.start_key);
    if (!last) return last.error();
    if (*last) asked.after = ConnectionId(**last);
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
        next_key = wire::encode_list_key(list_kind, subject_of(query), all.back().id.get().to_string());
    }
    return json_reply(200, wire::connections_page(all, next_key));
}

}  // namespace

std::span<const ResourceRoute<ConnectionEndpoints>> ConnectionEndpoints::routes() {
    static constexpr ResourceRoute<ConnectionEndpoints> table[] = {
        {{"GET", "/@connections", Access::admin}, &ConnectionEndpoints::list},
        {{"GET", "/@connections/{id}", Access::admin}, &ConnectionEndpoints::show},
        {{"POST", "/@connections/{id}", Access::admin, BodyKind::frame, BlockedUsers::refused},
         &ConnectionEndpoints::send},
        {{"DELETE", "/@connections/{id}", Access::admin, BodyKind::unread, BlockedUsers::refused},
         &ConnectionEndpoints::close},
    };
    return table;
}

EndpointReply ConnectionEndpoints::list(const Call& call) {
    const Result<wire::ConnectionsQuery> query = wire::parse_connections_query(call.request.query);
    if (!query) co_return query.error();
    const Result<ListRequest> asked = list_request(*query);
    if (!asked) co_return asked.error();
    const auto ask = [asked = *asked](const LoopConnections& there) { return std::optional(list_on(there, asked)); };
    const auto answers = co_await ask_everywhere<std::vector<ConnectionInfo>>(loops_, home_, ask);
    co_return list_reply(answers, *query);
}

EndpointReply ConnectionEndpoints::show(const Call& call) {
    const auto look = [](const connection::Connection& connection) { return info_of(connection); };
    const std::optional<ConnectionInfo> info =
        co_await at_connection<ConnectionInfo>(call.request.path_parameter, loops_, home_, look);
    if (!info) co_return no_such_connection();
    co_return json_reply(200, wire::connection_reply(*info));
}

EndpointReply ConnectionEndpoints::send(const Call& call) {
    using ports::Verdict;
    const Result<void> sound = wire::check_posted_frame(call.request.body);
    if (!sound) co_return sound.error();
    // Pass the text, not a frame: a frame must stay on the loop that makes it.
    const auto text = std::make_shared<const std::string>(call.request.body);
    const auto pass_on = [text](const connection::Connection& connection) {
        const std::array<std::string_view, 1> pieces{*text};
        return connection.sink().send(wire::make_websocket_frame(wire::Opcode::text, pieces));
    };
    const std::optional<Verdict> verdict =
        co_await at_connection<Verdict>(call.request.path_parameter, loops_, home_, pass_on);
    if (!verdict || *verdict == Verdict::closed) co_return no_such_connection();
    if (*verdict == Verdict::full) {
        co_return Error(Errc::rate_limited, "The connection has not yet accepted what was sent before");
    }
    co_return json_reply(200, "{}");
}

EndpointReply ConnectionEndpoints::close(const Call& call) {
    const auto end = [](const connection::Connection& connection) {
        connection.sink().close(CloseCode::access_revoked);
        return true;
    };
    const std::optional<bool> closed = co_await at_connection<bool>(call.request.path_parameter, loops_, home_, end);
    if (!closed) co_return no_such_connection();
    HttpReply reply;
    reply.status = 204;
    co_return reply;
}

}  // namespace notifyd::gateway
