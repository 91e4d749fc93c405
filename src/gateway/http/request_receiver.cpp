// Uses Beast's parser, but not its read operations: a request that arrives whole needs no further turn of the loop.
#include "http/request_receiver.hpp"

#include "http/body_pace.hpp"

#include <string>
#include <utility>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::string_view continue_reply = "HTTP/1.1 100 Continue\r\n\r\n";

bool expects_continue(const BeastRequest& head) {
    return head.version() >= 11 && beast::iequals(head[http::field::expect], "100-continue");
}

}  // namespace

Awaitable<bool> RequestReceiver::await_request() {
    while (!skip_empty_lines(buffer_)) {
        idle_ = true;
        const bool received = co_await receive();
        idle_ = false;
        if (!received) co_return false;
    }
    client_.expire_in(context_.config.connections.handshake_timeout);
    co_return true;
}

Awaitable<bool> RequestReceiver::receive() {
    const auto room = buffer_.prepare(limits::header_bytes_max);
    const auto [error, bytes] = co_await client_.stream().async_read_some(room, use_tuple);
    if (!error) buffer_.commit(bytes);
    co_return !error;
}

Awaitable<Result<Received>> RequestReceiver::read_head(RequestReader& reader) {
    for (;;) {
        const Result<RequestReader::Progress> progress = reader.take_head(buffer_);
        if (!progress) co_return progress.error();
        if (*progress == RequestReader::Progress::complete) co_return Received::complete;
        const bool received = co_await receive();
        if (!received && client_.is_late()) co_return timeout_error("The request did not arrive in time");
        if (!received) co_return Received::gone;
    }
}

Awaitable<Result<Received>> RequestReceiver::read_body(RequestReader& reader,
                                                       std::size_t bytes_max,
                                                       std::optional<BodyMemory::Share>& paid) {
    BodyPace pace(context_.clock.steady_now());
    client_.expire_at(pace.due());
    bool asked = false;
    for (;;) {
        const std::size_t room = reader.body_room_wanted(buffer_, bytes_max);
        if (paid && room > limits::free_body_bytes) {
            const Result<void> afforded = paid->grow_to(room);
            if (!afforded) co_return afforded.error();
        }
        reader.reserve_body(room);
        const Result<RequestReader::Progress> progress = reader.take_body(buffer_, bytes_max);
        if (!progress) co_return progress.error();
        if (*progress == RequestReader::Progress::complete) co_return Received::complete;
        if (!std::exchange(asked, true) && expects_continue(reader.request())) {
            client_.stream().send_reply(make_frame(continue_reply));
        }
        const std::size_t before = buffer_.size();
        const bool received = co_await receive();
        if (!received && client_.is_late()) {
            co_return timeout_error("The body arrived too slowly: the minimum is 16 KiB per second");
        }
        if (!received) co_return Received::gone;
        pace.came(buffer_.size() - before, context_.clock.steady_now());
        // The drain sets a deadline of its own.
        if (!context_.state.draining) client_.expire_at(pace.due());
    }
}

Error RequestReceiver::timeout_error(std::string_view what) const {
    if (context_.state.draining) return {Errc::unavailable, "The server is stopping"};
    return {Errc::request_timeout, std::string(what)};
}

}  // namespace notifyd::gateway
