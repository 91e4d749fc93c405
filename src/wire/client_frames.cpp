// Determines the kind of a frame first, then reads its content; the payload of an envelope is left to others.
#include "notifyd/wire/client_frames.hpp"

#include "invalid.hpp"
#include "json_error.hpp"
#include "known_names.hpp"
#include "publish_parser.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace notifyd::wire {

namespace {

// The outermost members of any frame; absent ones have kind none.
struct FrameMembers {
    PublishMembers publish;
    std::span<const json::Member> payload;  // the members of publish.payload
    json::Value action;
    json::Value type;
    json::Value id;
    json::Value request_id;
    json::Value request_ack;
    json::Value ack_id;
    json::Value echo;
    json::Value reply;

    // Reads all known members; returns an error for a near miss of a name.
    [[nodiscard]] std::optional<Error> read(const json::Document& document) {
        payload = document.inner_members();
        const std::array<KnownMember, 9> own{{{"action", &action},
                                              {"type", &type},
                                              {"id", &id},
                                              {"timestamp"},
                                              {"requestId", &request_id},
                                              {"requestAck", &request_ack},
                                              {"ackId", &ack_id},
                                              {"echo", &echo},
                                              {"reply", &reply}}};
        const auto published = publish.known();
        std::array<KnownMember, own.size() + published.size()> known;
        std::ranges::copy(published, std::ranges::copy(own, known.begin()).out);
        return read_members(document.members(), known);
    }
};

// An id to be echoed: a string or a number of limited length; nullopt for anything else.
std::optional<RawJson> echoed_id(json::Value value) {
    constexpr std::size_t bytes_max = 256;
    const bool right_kind = value.kind() == json::Kind::string || value.kind() == json::Kind::number;
    if (!right_kind || value.text().size() > bytes_max) return std::nullopt;
    return RawJson{std::string(value.text())};
}

Error bad_id(std::string_view name) {
    return invalid(std::string(name) + " must be a string or a number of at most 256 bytes");
}

// A switch; `fallback` if it is absent, nullopt if it is neither true nor false.
std::optional<bool> read_switch(json::Value value, bool fallback) {
    if (!value.exists()) return fallback;
    return value.as_boolean();
}

// What a send contains besides its message.
struct SendOptions {
    std::optional<RawJson> request_id;
    std::optional<RawJson> ack_id;
    Echo echo = Echo::on;
    Reply reply = Reply::on;
    // The first fault; ids that follow it are still read.
    std::optional<Error> error;

    void fail(Error what) {
        if (!error) error = std::move(what);
    }
};

SendOptions read_send_options(const FrameMembers& members) {
    SendOptions options;
    options.request_id = echoed_id(members.request_id);
    if (members.request_id.exists() && !options.request_id) options.fail(bad_id("requestId"));

    const auto wants_ack = read_switch(members.request_ack, false);
    if (!wants_ack) options.fail(invalid("requestAck must be true or false"));
    if (wants_ack.value_or(false)) {
        options.ack_id = echoed_id(members.ack_id);
        if (!members.ack_id.exists()) options.fail(invalid("requestAck needs an ackId"));
        if (!options.ack_id) options.fail(bad_id("ackId"));
    }

    const auto echo = read_switch(members.echo, true);
    if (!echo) options.fail(invalid("echo must be true or false"));
    options.echo = echo.value_or(true) ? Echo::on : Echo::off;
    const auto reply = read_switch(members.reply, true);
    if (!reply) options.fail(invalid("reply must be true or false"));
    options.reply = reply.value_or(true) ? Reply::on : Reply::off;
    return options;
}

ClientFrame malformed(SendOptions options, Error error) {
    return MalformedSend{std::move(error), std::move(options.request_id), std::move(options.ack_id)};
}

ClientFrame read_send(const FrameMembers& members) {
    SendOptions options = read_send_options(members);
    if (options.error) {
        Error error = std::move(*options.error);
        return malformed(std::move(options), std::move(error));
    }
    auto request = make_publish_request(members.publish, members.payload);
    if (request.has_error()) return malformed(std::move(options), request.error());
    return SendMessage{
        std::move(*request), std::move(options.request_id), std::move(options.ack_id), options.echo, options.reply};
}

// Neither a send nor an envelope.
ClientFrame read_stranger(const FrameMembers& members, std::string message) {
    return malformed(read_send_options(members), invalid(std::move(message)));
}

ClientFrame read_envelope(const FrameMembers& members) {
    auto id = echoed_id(members.id);
    if (members.id.exists() && !id) return MalformedEnvelope{bad_id("id"), std::nullopt};
    auto type = members.type.as_string();
    if (!type) return MalformedEnvelope{invalid("type must be a string"), std::move(id)};
    return Envelope{std::move(id), *std::move(type), members.publish.payload.text()};
}

// The error takes the form that belongs to the kind of frame.
ClientFrame misnamed(const FrameMembers& members, Error error) {
    const bool is_envelope = members.type.exists() && !members.action.exists();
    if (is_envelope) return MalformedEnvelope{std::move(error), echoed_id(members.id)};
    return malformed(read_send_options(members), std::move(error));
}

}  // namespace

ClientFrame parse_client_frame(std::string_view text, const JsonLimits& limits) {
    const json::Document document(text, limits.depth_max, payload_name);
    if (document.fault() != json::Fault::none) {
        return MalformedSend{json_error(document.fault(), JsonSource::frame), {}, {}};
    }
    if (document.root().kind() != json::Kind::object) {
        return MalformedSend{invalid("A message must be a JSON object"), {}, {}};
    }

    FrameMembers members;
    if (auto wrong = members.read(document)) return misnamed(members, *std::move(wrong));
    if (members.action.exists()) {
        if (members.action.as_string() == "sendMessage") return read_send(members);
        return read_stranger(members, "Unknown action. Must be \"sendMessage\"");
    }
    if (members.type.exists()) return read_envelope(members);
    if (members.publish.target_channel.exists()) return read_send(members);
    return read_stranger(members, "A message needs an action such as \"sendMessage\", or a type such as \"subscribe\"");
}

}  // namespace notifyd::wire
