// Sends notifications, and lets their users read and delete them.
#include "notifyd/gateway/endpoints/notifications.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/opaque_key.hpp"
#include "notifyd/wire/publish.hpp"

#include "endpoints/json_body.hpp"
#include "http/http_reply.hpp"

#include <string>

namespace notifyd::gateway {

namespace {

constexpr auto list_kind = wire::ListKind::notifications;

// A key is bound to the filters of its list.
std::string subject_of(const UserId& user, const wire::NotificationsQuery& query) {
    return user.get() + '\n' + (query.unread_only ? "unread" : "all") + '\n' + query.type.value_or("");
}

// An id that is none names no notification.
Result<Uuid> id_in(const Call& call) {
    const std::optional<Uuid> id = Uuid::parse(call.request.path_parameter);
    if (id) return *id;
    return Error{Errc::not_found, "There is no such notification"};
}

}  // namespace

std::span<const ResourceRoute<NotificationEndpoints>> NotificationEndpoints::routes() {
    static constexpr ResourceRoute<NotificationEndpoints> table[] = {
        {{"POST", "/notifications", Access::service, BodyKind::message, BlockedUsers::refused},
         &NotificationEndpoints::post},
        {{"GET", "/notifications", Access::user}, &NotificationEndpoints::list},
        {{"GET", "/notifications/unread-count", Access::user}, &NotificationEndpoints::count_unread},
        {{"POST", "/notifications/read-all", Access::user}, &NotificationEndpoints::read_all},
        {{"POST", "/notifications/{id}/read", Access::user}, &NotificationEndpoints::read},
        {{"DELETE", "/notifications/{id}", Access::user}, &NotificationEndpoints::remove},
    };
    return table;
}

EndpointReply NotificationEndpoints::post(const Call& call) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    const std::size_t recipients_max = inbox_.rules().recipients_max();
    const auto body = wire::parse_notification_body(call.request.body, json_limits(limits_), recipients_max);
    if (!body) co_return body.error();
    const Result<std::optional<std::string>> key = wire::parse_idempotency_key(call.request.idempotency_key);
    if (!key) co_return key.error();

    runtime::OneShot<Result<ports::PostResult>> answer(loop_.executor());
    inbox_.post(
        call.caller, *body, *key, [&answer](Result<ports::PostResult> posted) { answer.set(std::move(posted)); });
    const Result<ports::PostResult> posted = co_await answer.wait();
    if (!posted) co_return posted.error();
    const wire::PostedReply reply{posted->ids, posted->suppressed, posted->duplicate};
    co_return json_reply(202, wire::notifications_posted_reply(reply));
}

EndpointReply NotificationEndpoints::list(const Call& call) {
    const auto query = wire::parse_notifications_query(call.request.query);
    if (!query) co_return query.error();
    const std::string subject = subject_of(call.caller.user, *query);
    const Result<std::optional<Uuid>> after = wire::decode_id_list_start(list_kind, subject, query->start_key);
    if (!after) co_return after.error();
    ports::InboxQuery wanted{.user = call.caller.user,
                             .rows_max = query->limit,
                             .after = *after,
                             .unread_only = query->unread_only,
                             .type = query->type};
    runtime::OneShot<Result<NotificationPage>> answer(loop_.executor());
    inbox_.list(std::move(wanted), [&answer](Result<NotificationPage> page) { answer.set(std::move(page)); });
    const Result<NotificationPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    std::optional<std::string> next_key;
    if (page->more) {
        next_key = wire::encode_list_key(list_kind, subject, page->notifications.back().id.to_string());
    }
    co_return json_reply(200, wire::notifications_page(*page, next_key));
}

EndpointReply NotificationEndpoints::count_unread(const Call& call) {
    runtime::OneShot<Result<std::uint64_t>> answer(loop_.executor());
    inbox_.count_unread(call.caller.user, [&answer](Result<std::uint64_t> unread) { answer.set(std::move(unread)); });
    const Result<std::uint64_t> unread = co_await answer.wait();
    if (!unread) co_return unread.error();
    co_return json_reply(200, wire::unread_count_reply(*unread));
}

EndpointReply NotificationEndpoints::read(const Call& call) {
    const Result<Uuid> id = id_in(call);
    if (!id) co_return id.error();
    runtime::OneShot<Result<std::uint64_t>> answer(loop_.executor());
    inbox_.read(call.caller.user, *id, [&answer](Result<std::uint64_t> unread) { answer.set(std::move(unread)); });
    const Result<std::uint64_t> unread = co_await answer.wait();
    if (!unread) co_return unread.error();
    co_return json_reply(200, wire::notifications_read_reply(*unread));
}

EndpointReply NotificationEndpoints::read_all(const Call& call) {
    runtime::OneShot<Result<std::uint64_t>> answer(loop_.executor());
    inbox_.read_all(call.caller.user, [&answer](Result<std::uint64_t> unread) { answer.set(std::move(unread)); });
    const Result<std::uint64_t> unread = co_await answer.wait();
    if (!unread) co_return unread.error();
    co_return json_reply(200, wire::notifications_read_reply(*unread));
}

EndpointReply NotificationEndpoints::remove(const Call& call) {
    const Result<Uuid> id = id_in(call);
    if (!id) co_return id.error();
    runtime::OneShot<Result<void>> answer(loop_.executor());
    inbox_.remove(call.caller.user, *id, [&answer](Result<void> removed) { answer.set(std::move(removed)); });
    const Result<void> removed = co_await answer.wait();
    if (!removed) co_return removed.error();
    HttpReply reply;
    reply.status = 204;
    co_return reply;
}

}  // namespace notifyd::gateway
