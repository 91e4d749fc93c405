// Turns refusals of tokens into what the client and the log learn.
#include "http/client_refusal.hpp"

#include "http/bearer.hpp"
#include "http/refusal_events.hpp"

#include <utility>

namespace notifyd::gateway {

ClientRefusal refuse_caller(const auth::Refusal& refusal, const HttpRequest& request, observability::Events& events) {
    events.emit(auth_failed(refusal, request.peer_address, request.correlation_id));
    const bool has_other_form = refusal.reason == auth::AuthFailure::missing && !request.authorization.empty();
    return {caused_by(auth::reason_of(refusal), has_other_form ? wrong_scheme() : refusal.error), refusal.user};
}

HttpReply refusal_reply(ClientRefusal refusal, const HttpRequest& request) {
    HttpReply reply = error_reply(refusal.error, request.correlation_id);
    reply.refused_user = std::move(refusal.user);
    return reply;
}

}  // namespace notifyd::gateway
