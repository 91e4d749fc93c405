#include "workloads/jetstream_publisher.hpp"

#include <optional>
#include <string_view>
#include <unistd.h>

namespace notifyd::bench {
namespace {

// All chats are subjects of one stream and share its sequence numbers.
constexpr std::size_t stream = 0;

std::string inbox_of(std::size_t index) {
    return "_INBOX.bench." + std::to_string(::getpid()) + "." + std::to_string(index) + ".";
}

std::vector<MessageTemplate> make_texts(const Options& options, const std::string& inbox) {
    std::vector<MessageTemplate> texts;
    for (const std::string& chat : options.chat_names()) {
        const std::string reply_to = inbox + std::string(stamp_digits, '0');
        texts.emplace_back(nats_publish(chat, reply_to, MessageTemplate::payload(options, chat)), inbox);
    }
    return texts;
}

}  // namespace

JetStreamPublisher::JetStreamPublisher(Setup& setup, std::size_t index)
    : inbox_(inbox_of(index)),
      client_(setup, inbox_ + "*"),
      texts_(make_texts(setup.options, inbox_)),
      messages_(texts_, index),
      request_(inbox_),
      requests_(setup.options.window),
      order_(1) {}

std::size_t JetStreamPublisher::publish(std::size_t count_max, Nanoseconds now) {
    return fill_window(requests_, messages_, client_, count_max, now);
}

void JetStreamPublisher::receive(Scratch& scratch, Nanoseconds now, Answers& answers) {
    client_.receive_messages(scratch, [&](const NatsMessage& message) { take_ack(message, now, answers); });
}

void JetStreamPublisher::take_ack(const NatsMessage& message, Nanoseconds now, Answers& answers) {
    const std::optional<std::uint32_t> number = request_.stamp(message.line);
    if (!number || !requests_.exists(*number)) {
        answers.checks().count_error(message.line);
        return;
    }
    const Request request = requests_.take(*number);
    if (request.ordinal == 0) {
        ++answers.checks().duplicates;
        return;
    }
    // If no stream stores the subject, nats-server reports this in a header, and there is no payload.
    if (message.payload.find("\"seq\":") == std::string_view::npos) {
        answers.checks().count_error(message.payload);
        return;
    }
    answers.accept(message.payload, request.sent_at, now);
    const std::uint64_t sequence = answers.take_sequence(stream, message.payload);
    answers.checks().misordered += order_.see(stream, request.ordinal, sequence) ? 0U : 1U;
}

}  // namespace notifyd::bench
