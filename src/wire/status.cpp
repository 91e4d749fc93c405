#include "notifyd/wire/status.hpp"

#include "object_writer.hpp"

namespace notifyd::wire {

std::string error_body(const Error& error, std::string_view correlation_id) {
    JsonReply reply;
    reply.text("error", error.message).text("code", to_string(error.code)).text("correlationId", correlation_id);
    return reply.take();
}

std::string health_body() {
    JsonReply reply;
    reply.text("status", "ok");
    return reply.take();
}

std::string ready_body() {
    JsonReply reply;
    reply.text("status", "ready");
    return reply.take();
}

std::string version_body(std::string_view version) {
    JsonReply reply;
    reply.text("name", "notifyd").text("version", version);
    return reply.take();
}

}  // namespace notifyd::wire
