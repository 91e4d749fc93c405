// Grants, revokes and lists permissions.
#include "notifyd/gateway/endpoints/permissions.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/opaque_key.hpp"
#include "notifyd/wire/permissions.hpp"

#include "endpoints/json_body.hpp"
#include "http/http_reply.hpp"

namespace notifyd::gateway {

std::span<const ResourceRoute<PermissionEndpoints>> PermissionEndpoints::routes() {
    static constexpr ResourceRoute<PermissionEndpoints> table[] = {
        {{"POST", "/permissions", Access::user, BodyKind::fields}, &PermissionEndpoints::grant},
        {{"DELETE", "/permissions", Access::user}, &PermissionEndpoints::revoke},
        {{"GET", "/permissions", Access::user}, &PermissionEndpoints::list},
    };
    return table;
}

EndpointReply PermissionEndpoints::grant(const Call& call) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    Result<wire::GrantBody> body = wire::parse_grant_body(call.request.body, json_limits(limits_));
    if (!body) co_return body.error();

    runtime::OneShot<Result<Permission>> answer(loop_.executor());
    permissions::GrantRequest request{std::move(body->user), std::move(body->topic), body->role};
    permissions_.grant(call.caller, std::move(request), [&answer](Result<Permission> permission) {
        answer.set(std::move(permission));
    });
    const Result<Permission> permission = co_await answer.wait();
    if (!permission) co_return permission.error();
    co_return json_reply(200, wire::permission_reply(*permission));
}

EndpointReply PermissionEndpoints::revoke(const Call& call) {
    Result<wire::RevokeQuery> query = wire::parse_revoke_query(call.request.query);
    if (!query) co_return query.error();

    runtime::OneShot<Result<void>> answer(loop_.executor());
    permissions_.revoke(call.caller, std::move(query->user), std::move(query->topic), [&answer](Result<void> revoked) {
        answer.set(std::move(revoked));
    });
    const Result<void> revoked = co_await answer.wait();
    if (!revoked) co_return revoked.error();
    co_return json_reply(200, wire::revoke_reply());
}

EndpointReply PermissionEndpoints::list_of_user(const Identity& caller,
                                                const UserId& user,
                                                const wire::PermissionsQuery& query) {
    constexpr auto kind = wire::ListKind::permissions_of_user;
    const Result<std::optional<std::string>> last = wire::decode_list_start(kind, user.get(), query.start_key);
    if (!last) co_return last.error();
    std::optional<TopicName> after;
    if (*last) {
        Result<TopicName> topic = TopicName::parse(**last);
        if (!topic) co_return wire::bad_start_key();
        after = std::move(*topic);
    }
    runtime::OneShot<Result<ports::PermissionPage>> answer(loop_.executor());
    permissions_.list_by_user(
        caller, user, query.limit, std::move(after), [&answer](Result<ports::PermissionPage> page) {
            answer.set(std::move(page));
        });
    const Result<ports::PermissionPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    std::optional<std::string> next_key;
    if (page->more) next_key = wire::encode_list_key(kind, user.get(), page->permissions.back().topic.text());
    co_return json_reply(200, wire::permissions_page(user, page->permissions, next_key));
}

EndpointReply PermissionEndpoints::list_of_topic(const Identity& caller,
                                                 const TopicName& topic,
                                                 const wire::PermissionsQuery& query) {
    constexpr auto kind = wire::ListKind::permissions_of_topic;
    const Result<std::optional<std::string>> last = wire::decode_list_start(kind, topic.text(), query.start_key);
    if (!last) co_return last.error();
    std::optional<UserId> after;
    if (*last) after = UserId(**last);
    runtime::OneShot<Result<ports::PermissionPage>> answer(loop_.executor());
    permissions_.list_by_topic(
        caller, topic, query.limit, std::move(after), [&answer](Result<ports::PermissionPage> page) {
            answer.set(std::move(page));
        });
    const Result<ports::PermissionPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    std::optional<std::string> next_key;
    if (page->more) next_key = wire::encode_list_key(kind, topic.text(), page->permissions.back().user.get());
    co_return json_reply(200, wire::permissions_page(topic, page->permissions, next_key));
}

EndpointReply PermissionEndpoints::list(const Call& call) {
    const Result<wire::PermissionsQuery> query = wire::parse_permissions_query(call.request.query);
    if (!query) co_return query.error();
    if (query->topic) {
        co_return co_await list_of_topic(call.caller, *query->topic, *query);
    }
    const UserId& user = query->user ? *query->user : call.caller.user;
    co_return co_await list_of_user(call.caller, user, *query);
}

}  // namespace notifyd::gateway
