#include "works/publisher.hpp"

#include <string>

namespace notifyd::bench {

WebSocketPublisher::WebSocketPublisher(const Options& options)
    : client_(options.host, options.port, "", options.publisher_token),
      template_(MessageTemplate::websocket_text(options)),
      requests_(options.window) {
    for (std::size_t index = 0; index < options.window; ++index) {
        free_.push_back(static_cast<std::uint32_t>(index));
    }
}

std::size_t WebSocketPublisher::publish(Nanoseconds now) {
    const std::size_t count = free_.size();
    while (!free_.empty()) {
        const std::uint32_t index = free_.back();
        free_.pop_back();
        requests_[index] = {.sent_at = now, .ordinal = ++sent_};
        client_.send_text(template_.fill(static_cast<std::uint32_t>(sent_), index));
    }
    return count;
}

void WebSocketPublisher::receive(Scratch& scratch, Nanoseconds now, Answers& answers) {
    client_.receive(scratch, [&](std::string_view text) { take_answer(text, now, answers); });
}

void WebSocketPublisher::take_answer(std::string_view text, Nanoseconds now, Answers& answers) {
    const std::optional<std::uint32_t> index = request_.hexadecimal(text);
    if (!index || *index >= requests_.size()) {
        answers.checks().count_error(text);
        return;
    }
    Request& request = requests_[*index];
    if (request.ordinal == 0) {
        ++answers.checks().duplicates;
        return;
    }
    if (text.find("\"error\":") != std::string_view::npos) {
        answers.checks().count_error(text);
    } else {
        const std::uint64_t sequence = answers.accept(text, request.sent_at, now);
        answers.checks().misordered += keeps_order(request.ordinal, sequence) ? 0U : 1U;
    }
    request.ordinal = 0;
    free_.push_back(*index);
}

bool WebSocketPublisher::keeps_order(std::uint64_t ordinal, std::uint64_t sequence) {
    if (sequence == 0) {
        return true;
    }
    const bool keeps = (ordinal > latest_ordinal_) == (sequence > latest_sequence_);
    if (ordinal > latest_ordinal_) {
        latest_ordinal_ = ordinal;
        latest_sequence_ = sequence;
    }
    return keeps;
}

HttpPublisher::HttpPublisher(const Options& options)
    : client_(options.host, options.port), template_(MessageTemplate::http_request(options)) {}

std::size_t HttpPublisher::publish(Nanoseconds now) {
    if (waiting_) {
        return 0;
    }
    waiting_ = true;
    sent_at_ = now;
    client_.send(template_.fill(sent_++, 0));
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
    if (response.status == 200) {
        answers.accept(response.body, sent_at_, now);
    } else {
        answers.checks().count_error(std::to_string(response.status) + " " + std::string(response.body));
    }
}

}  // namespace notifyd::bench
