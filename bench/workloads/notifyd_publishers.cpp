#include "workloads/notifyd_publishers.hpp"

#include <optional>

namespace notifyd::bench {

WebSocketPublisher::WebSocketPublisher(Setup& setup, std::vector<MessageTemplate>& messages, std::size_t first_chat)
    : client_(setup, {.role = Role::publisher, .chat = ""}),
      messages_(messages, first_chat),
      requests_(setup.options.window),
      order_(setup.options.type == MessageType::fifo ? setup.options.chats : 0) {}

std::size_t WebSocketPublisher::publish(std::size_t count_max, Nanoseconds now) {
    return fill_window(requests_, messages_, client_, count_max, now);
}

void WebSocketPublisher::receive(Scratch& scratch, Nanoseconds now, Answers& answers) {
    client_.receive(scratch, [&](std::string_view text) { take_answer(text, now, answers); });
}

void WebSocketPublisher::take_answer(std::string_view text, Nanoseconds now, Answers& answers) {
    const std::optional<std::uint32_t> number = request_.stamp(text);
    if (!number || !requests_.exists(*number)) {
        answers.checks().count_error(text);
        return;
    }
    const Request request = requests_.take(*number);
    if (request.ordinal == 0) {
        ++answers.checks().duplicates;
        return;
    }
    if (text.find(R"("type":"receipt")") == std::string_view::npos) {
        answers.checks().count_error(text);
        return;
    }
    answers.accept(text, request.sent_at, now);
    if (answers.are_numbered()) {
        const std::uint64_t sequence = answers.take_sequence(request.chat, text);
        answers.checks().misordered += order_.see(request.chat, request.ordinal, sequence) ? 0U : 1U;
    }
}

HttpPublisher::HttpPublisher(Setup& setup, std::vector<MessageTemplate>& messages, std::size_t first_chat)
    : client_(setup.endpoint), messages_(messages, first_chat) {}

std::size_t HttpPublisher::publish(std::size_t count_max, Nanoseconds now) {
    if (waiting_ || count_max == 0) {
        return 0;
    }
    waiting_ = true;
    sent_at_ = now;
    chat_ = messages_.chat();
    client_.send(messages_.message().fill(sent_++, 0));
    messages_.next();
    return 1;
}

void HttpPublisher::receive(Scratch& scratch, Nanoseconds now, Answers& answers) {
    client_.receive(scratch, [&](const HttpResponse& response) { take_response(response, now, answers); });
}

void HttpPublisher::take_response(const HttpResponse& response, Nanoseconds now, Answers& answers) {
    if (!waiting_) {
        ++answers.checks().duplicates;
        return;
    }
    waiting_ = false;
    if (response.status != 200) {
        answers.checks().count_error(std::to_string(response.status) + " " + std::string(response.body));
        return;
    }
    answers.accept(response.body, sent_at_, now);
    if (answers.are_numbered()) {
        answers.take_sequence(chat_, response.body);
    }
}

}  // namespace notifyd::bench
