#include "works/fanout.hpp"

#include "connection_check.hpp"
#include "field_finder.hpp"
#include "message_template.hpp"
#include "patience.hpp"
#include "rounds.hpp"
#include "stream.hpp"
#include "websocket_client.hpp"
#include "window.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::bench {
namespace {

constexpr int wait_ms_max = 20;
// After the last message, for one that would come twice.
constexpr Nanoseconds linger = 50'000'000;

struct Subscriber {
    WebSocketClient client;
    ConnectionCheck check;
    std::uint64_t last_sequence = 0;
};

class Fanout {
  public:
    explicit Fanout(const Options& options);

    Report run();

  private:
    void run_rounds();
    void drain();
    void turn();
    void publish();
    void receive(const epoll_event& event);
    void take_delivery(Subscriber& subscriber, std::string_view text, Nanoseconds now);
    bool is_next_in_fifo(Subscriber& subscriber, std::string_view text);
    void take_answer(std::string_view text, Nanoseconds now);
    void count_gaps();
    Report finish();

    const Options& options_;
    Poller poller_;
    Scratch scratch_;
    MessageTemplate template_;
    FieldFinder stamp_{std::string(MessageTemplate::stamp_needle)};
    FieldFinder request_{std::string(MessageTemplate::request_needle)};
    FieldFinder delivered_sequence_{"\"sequenceNumber\":"};
    FieldFinder answered_sequence_{"\"sequenceNumber\":"};

    std::optional<WebSocketClient> publisher_;
    std::vector<Subscriber> subscribers_;
    Window window_;
    SequenceCheck sequences_;
    Rounds rounds_;
    Patience patience_;
    Checks checks_;
    std::uint64_t delivered_bytes_ = 0;
};

Fanout::Fanout(const Options& options)
    : options_(options),
      template_(MessageTemplate::websocket_text(options)),
      window_(options.window, options.subscribers + 1),  // the answer ends a publish, too
      rounds_(options),
      patience_(monotonic_now()) {
    subscribers_.reserve(options.subscribers);
}

Report Fanout::run() {
    try {
        for (std::size_t index = 0; index < options_.subscribers; ++index) {
            subscribers_.push_back({
                .client = WebSocketClient(
                    options_.host, options_.port, "&chatId=" + options_.chat, options_.subscriber_token),
                .check = ConnectionCheck(options_.window),
            });
            poller_.watch(subscribers_.back().client.descriptor(), index);
        }
        publisher_.emplace(options_.host, options_.port, "", options_.publisher_token);
        poller_.watch(publisher_->descriptor(), options_.subscribers);
        run_rounds();
        drain();
        count_gaps();
    } catch (const SilenceError& error) {
        checks_.count_error(error.what());
        count_gaps();
    } catch (const ConnectionError& error) {
        // What was in flight is not missing: nobody can tell.
        checks_.count_error(error.what());
    }
    return finish();
}

void Fanout::run_rounds() {
    const Nanoseconds begin = monotonic_now();
    patience_.note_progress(begin);
    rounds_.begin(begin);
    while (!rounds_.finished()) {
        publish();
        turn();
    }
}

void Fanout::drain() {
    while (!window_.is_empty()) {
        turn();
    }
    for (const Nanoseconds until = monotonic_now() + linger; monotonic_now() < until;) {
        turn();
    }
}

// Reads everything that has come; what it makes room for is published afterwards, in one write.
void Fanout::turn() {
    for (const epoll_event& event : poller_.wait(wait_ms_max)) {
        receive(event);
    }
    const Nanoseconds now = monotonic_now();
    rounds_.tick(now);
    if (!window_.is_empty() && patience_.is_exhausted(now)) {
        throw SilenceError("messages or answers are missing, and nothing comes any more");
    }
}

void Fanout::publish() {
    if (!window_.has_room()) {
        return;
    }
    const Nanoseconds now = monotonic_now();
    while (window_.has_room()) {
        const std::uint32_t stamp = window_.start(now);
        publisher_->send_text(template_.fill(stamp, stamp));
    }
    publisher_->flush();
}

void Fanout::receive(const epoll_event& event) {
    constexpr std::uint32_t ending = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    // A short read ends a turn's reading, and an edge is told once: so the end of the stream is read for here.
    const int reads = (event.events & ending) != 0 ? 2 : 1;
    const auto index = static_cast<std::size_t>(event.data.u64);
    for (int read = 0; read < reads; ++read) {
        Nanoseconds now = monotonic_now();
        if (index < subscribers_.size()) {
            Subscriber& subscriber = subscribers_[index];
            subscriber.client.receive(scratch_, [&](std::string_view text) { take_delivery(subscriber, text, now); });
        } else {
            publisher_->receive(scratch_, [&](std::string_view text) { take_answer(text, now); });
            publisher_->flush();
        }
        patience_.note_progress(now);
    }
}

void Fanout::take_delivery(Subscriber& subscriber, std::string_view text, Nanoseconds now) {
    const std::optional<std::uint32_t> stamp = stamp_.hexadecimal(text);
    if (!stamp) {
        checks_.count_error(text);
        return;
    }
    const Arrival arrival = subscriber.check.see(*stamp, window_.started());
    if (arrival == Arrival::duplicate || arrival == Arrival::unknown) {
        ++checks_.duplicates;
        return;
    }
    if (options_.type == MessageType::fifo) {
        const bool next = is_next_in_fifo(subscriber, text);
        checks_.misordered += next && arrival == Arrival::in_order ? 0U : 1U;
    } else {
        checks_.overtaken += arrival == Arrival::filled ? 1U : 0U;
    }
    ++checks_.delivered;
    delivered_bytes_ += text.size();
    rounds_.count_delivery();
    rounds_.record_latency(now - window_.sent_at(*stamp));
    window_.receive(*stamp);
}

bool Fanout::is_next_in_fifo(Subscriber& subscriber, std::string_view text) {
    const std::optional<std::uint64_t> sequence = delivered_sequence_.decimal(text);
    if (!sequence) {
        checks_.count_error(text);
        return false;
    }
    const bool next = subscriber.last_sequence == 0 || *sequence == subscriber.last_sequence + 1;
    subscriber.last_sequence = *sequence;
    return next;
}

void Fanout::take_answer(std::string_view text, Nanoseconds now) {
    const std::optional<std::uint32_t> stamp = request_.hexadecimal(text);
    if (!stamp || text.find("\"error\":") != std::string_view::npos) {
        // A refused publish never reaches the subscribers: the work cannot go on.
        throw ConnectionError("a publish was refused: " + std::string(text));
    }
    if (!window_.contains(*stamp)) {
        ++checks_.duplicates;
        return;
    }
    if (options_.type == MessageType::fifo) {
        sequences_.see(answered_sequence_.decimal(text).value_or(0));
    }
    ++checks_.answered;
    patience_.note_progress(now);
    rounds_.count_publish();
    window_.receive(*stamp);
}

void Fanout::count_gaps() {
    for (const Subscriber& subscriber : subscribers_) {
        checks_.gaps += window_.started() - subscriber.check.received();
    }
    checks_.gaps += sequences_.gaps();
}

Report Fanout::finish() {
    for (Subscriber& subscriber : subscribers_) {
        subscriber.client.close();
    }
    if (publisher_) {
        publisher_->close();
    }
    checks_.published = window_.started();
    checks_.duplicates += sequences_.duplicates();
    Report report;
    report.rounds = rounds_.results();
    report.frame_bytes =
        static_cast<double>(delivered_bytes_) / static_cast<double>(std::max<std::uint64_t>(checks_.delivered, 1));
    report.checks = checks_;
    return report;
}

}  // namespace

Report run_fanout(const Options& options) {
    return Fanout(options).run();
}

}  // namespace notifyd::bench
