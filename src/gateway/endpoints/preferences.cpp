// The caller's notification preferences.
#include "notifyd/gateway/endpoints/preferences.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/preferences.hpp"

#include "endpoints/json_body.hpp"
#include "http/http_reply.hpp"

namespace notifyd::gateway {

std::span<const ResourceRoute<PreferenceEndpoints>> PreferenceEndpoints::routes() {
    static constexpr ResourceRoute<PreferenceEndpoints> table[] = {
        {{"GET", "/notifications/preferences", Access::user}, &PreferenceEndpoints::show},
        {{"PATCH", "/notifications/preferences", Access::user, BodyKind::fields}, &PreferenceEndpoints::change},
    };
    return table;
}

EndpointReply PreferenceEndpoints::show(const Call& call) {
    runtime::OneShot<Result<Preferences>> answer(loop_.executor());
    inbox_.preferences(call.caller.user, [&answer](Result<Preferences> found) { answer.set(std::move(found)); });
    const Result<Preferences> found = co_await answer.wait();
    if (!found) co_return found.error();
    co_return json_reply(200, wire::preferences_reply(*found));
}

EndpointReply PreferenceEndpoints::change(const Call& call) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    Result<wire::PreferencesPatch> patch = wire::PreferencesPatch::parse(call.request.body, json_limits(limits_));
    if (!patch) co_return patch.error();
    runtime::OneShot<Result<Preferences>> answer(loop_.executor());
    inbox_.change_preferences(
        call.caller.user, std::move(*patch), [&answer](Result<Preferences> now) { answer.set(std::move(now)); });
    const Result<Preferences> now = co_await answer.wait();
    if (!now) co_return now.error();
    co_return json_reply(200, wire::preferences_reply(*now));
}

}  // namespace notifyd::gateway
