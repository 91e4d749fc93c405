#include "workloads/redis_publisher.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace notifyd::bench {
namespace {

// Entry ids have the form `milliseconds-count` and increase within a stream.
std::optional<std::uint64_t> parse_entry_id(std::string_view text) {
    constexpr unsigned count_bits = 20;
    std::uint64_t milliseconds = 0;
    std::uint64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [dash, wrong] = std::from_chars(text.data(), end, milliseconds);
    if (wrong != std::errc{} || dash == end || *dash != '-') {
        return std::nullopt;
    }
    const auto [rest, wrong_count] = std::from_chars(dash + 1, end, count);
    if (wrong_count != std::errc{} || rest != end || count >> count_bits != 0) {
        return std::nullopt;
    }
    return milliseconds << count_bits | count;
}

}  // namespace

MessageTemplate RedisPublisher::message(const Options& options, std::string_view chat) {
    return MessageTemplate(resp_command({"XADD", chat, "*", "m", MessageTemplate::payload(options, chat)}));
}

RedisPublisher::RedisPublisher(Setup& setup, std::vector<MessageTemplate>& messages, std::size_t first_chat)
    : stream_(setup.endpoint),
      messages_(messages, first_chat),
      requests_(setup.options.window),
      order_(setup.options.chats) {
    while (!stream_.establish()) {
        stream_.wait();
    }
}

std::size_t RedisPublisher::publish(std::size_t count_max, Nanoseconds now) {
    const std::size_t count = std::min(count_max, requests_.size() - in_flight());
    for (std::size_t sent = 0; sent < count; ++sent) {
        request_of(sent_) = {.sent_at = now, .ordinal = sent_ + 1, .chat = messages_.chat()};
        stream_.outgoing().append(messages_.message().fill(static_cast<std::uint32_t>(sent_), 0));
        messages_.next();
        ++sent_;
    }
    return count;
}

void RedisPublisher::receive(Scratch& scratch, Nanoseconds now, Answers& answers) {
    stream_.receive_with(scratch, [&](std::string_view bytes) {
        if (!cutter_.add(bytes, [&](const RespReply& reply) { take_reply(reply, now, answers); })) {
            throw ConnectionError("a reply of the server is broken");
        }
        return std::string_view();  // the cutter keeps the incomplete reply
    });
}

void RedisPublisher::take_reply(const RespReply& reply, Nanoseconds now, Answers& answers) {
    if (answered_ == sent_) {
        ++answers.checks().duplicates;
        return;
    }
    const Request request = request_of(answered_++);
    const std::optional<std::uint64_t> id = reply.kind == RespKind::text ? parse_entry_id(reply.text) : std::nullopt;
    if (!id) {
        answers.checks().count_error(reply.text);
        return;
    }
    answers.accept(reply.text, request.sent_at, now);
    answers.checks().misordered += order_.see(request.chat, request.ordinal, *id) ? 0U : 1U;
}

}  // namespace notifyd::bench
