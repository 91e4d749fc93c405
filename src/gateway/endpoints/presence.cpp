#include "notifyd/gateway/endpoints/presence.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/presence.hpp"

#include "http/http_reply.hpp"
#include "http/http_request.hpp"
#include "presence_off.hpp"

namespace notifyd::gateway {

std::span<const ResourceRoute<PresenceEndpoints>> PresenceEndpoints::routes() {
    static constexpr ResourceRoute<PresenceEndpoints> table[] = {
        {{"GET", "/presence", Access::user}, &PresenceEndpoints::list},
    };
    return table;
}

EndpointReply PresenceEndpoints::list(const Call& call) {
    if (board_ == nullptr) co_return presence_off();
    const Result<TopicName> topic = wire::parse_presence_query(call.request.query);
    if (!topic) co_return topic.error();
    const Result<void> permitted = permissions_.may_receive(call.caller, *topic);
    if (!permitted) co_return permitted.error();

    runtime::OneShot<PresenceList> answer(loop_.executor());
    board_->list(*topic, [&answer](const PresenceList& members) { answer.set(members); });
    const PresenceList members = co_await answer.wait();
    // The permission may have been revoked in the meantime.
    const Result<void> still_permitted = permissions_.may_receive(call.caller, *topic);
    if (!still_permitted) co_return still_permitted.error();
    co_return json_reply(200, wire::presence_reply(*topic, members));
}

}  // namespace notifyd::gateway
