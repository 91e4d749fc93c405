// POST, DELETE and GET /permissions (SPEC §3.3).
#include "notifyd/wire/permissions.hpp"

#include "notifyd/history/page_key.hpp"
#include "notifyd/runtime/one_shot.hpp"

#include "endpoints.hpp"

namespace notifyd::gateway::endpoints {

Awaitable<HttpReply> post_permission(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    const Result<void> is_json = check_json_body(request);
    if (!is_json) co_return error_reply(is_json.error(), request.correlation_id);
    Result<wire::GrantBody> body = wire::parse_grant_body(request.body, json_limits(services));
    if (!body) co_return error_reply(body.error(), request.correlation_id);

    runtime::OneShot<Result<Permission>> answer(services.loop.executor());
    permissions::GrantRequest grant{std::move(body->user), std::move(body->topic), body->role};
    services.permissions.grant(
        *caller, std::move(grant), [&answer](Result<Permission> permission) { answer.set(std::move(permission)); });
    const Result<Permission> permission = co_await answer.wait();
    if (!permission) co_return error_reply(permission.error(), request.correlation_id);
    co_return json_reply(200, wire::permission_reply(*permission));
}

Awaitable<HttpReply> delete_permission(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    Result<wire::RevokeQuery> query = wire::parse_revoke_query(request.query);
    if (!query) co_return error_reply(query.error(), request.correlation_id);

    runtime::OneShot<Result<void>> answer(services.loop.executor());
    services.permissions.revoke(
        *caller, std::move(query->user), std::move(query->topic), [&answer](Result<void> revoked) {
            answer.set(std::move(revoked));
        });
    const Result<void> revoked = co_await answer.wait();
    if (!revoked) co_return error_reply(revoked.error(), request.correlation_id);
    co_return json_reply(200, wire::revoke_reply());
}

namespace {

// Where the page continues, from the client's key; nullopt: from the beginning.
Result<std::optional<std::string>> last_of_previous(history::ListKind kind,
                                                    std::string_view subject,
                                                    const std::optional<std::string>& start_key) {
    if (!start_key) return std::optional<std::string>{};
    Result<std::string> last = history::decode_list_key(kind, subject, *start_key);
    if (!last) return last.error();
    return std::optional<std::string>(std::move(*last));
}

Awaitable<HttpReply> permissions_of_user(const HttpRequest& request,
                                         LoopServices& services,
                                         const Identity& caller,
                                         const UserId& user,
                                         const wire::PermissionsQuery& query) {
    constexpr auto kind = history::ListKind::permissions_of_user;
    const Result<std::optional<std::string>> last = last_of_previous(kind, user.get(), query.start_key);
    if (!last) co_return error_reply(last.error(), request.correlation_id);
    std::optional<TopicName> after;
    if (*last) {
        Result<TopicName> topic = TopicName::parse(**last);
        if (!topic) {
            const Error error(Errc::invalid_request, "Invalid startKey format");
            co_return error_reply(error, request.correlation_id);
        }
        after = std::move(*topic);
    }
    runtime::OneShot<Result<ports::PermissionPage>> answer(services.loop.executor());
    services.permissions.list_by_user(
        caller, user, query.limit, std::move(after), [&answer](Result<ports::PermissionPage> page) {
            answer.set(std::move(page));
        });
    const Result<ports::PermissionPage> page = co_await answer.wait();
    if (!page) co_return error_reply(page.error(), request.correlation_id);
    std::optional<std::string> next_key;
    if (page->more) next_key = history::encode_list_key(kind, user.get(), page->permissions.back().topic.text());
    co_return json_reply(200, wire::permissions_page(user, page->permissions, next_key));
}

Awaitable<HttpReply> permissions_of_topic(const HttpRequest& request,
                                          LoopServices& services,
                                          const Identity& caller,
                                          const TopicName& topic,
                                          const wire::PermissionsQuery& query) {
    constexpr auto kind = history::ListKind::permissions_of_topic;
    const Result<std::optional<std::string>> last = last_of_previous(kind, topic.text(), query.start_key);
    if (!last) co_return error_reply(last.error(), request.correlation_id);
    std::optional<UserId> after;
    if (*last) after = UserId(**last);
    runtime::OneShot<Result<ports::PermissionPage>> answer(services.loop.executor());
    services.permissions.list_by_topic(
        caller, topic, query.limit, std::move(after), [&answer](Result<ports::PermissionPage> page) {
            answer.set(std::move(page));
        });
    const Result<ports::PermissionPage> page = co_await answer.wait();
    if (!page) co_return error_reply(page.error(), request.correlation_id);
    std::optional<std::string> next_key;
    if (page->more) next_key = history::encode_list_key(kind, topic.text(), page->permissions.back().user.get());
    co_return json_reply(200, wire::permissions_page(topic, page->permissions, next_key));
}

}  // namespace

Awaitable<HttpReply> get_permissions(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    const Result<wire::PermissionsQuery> query = wire::parse_permissions_query(request.query);
    if (!query) co_return error_reply(query.error(), request.correlation_id);
    if (query->topic) {
        co_return co_await permissions_of_topic(request, services, *caller, *query->topic, *query);
    }
    const UserId& user = query->user ? *query->user : caller->user;
    co_return co_await permissions_of_user(request, services, *caller, user, *query);
}

}  // namespace notifyd::gateway::endpoints
