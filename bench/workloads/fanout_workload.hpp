// The fan-out for any dialect: publishes, receives, and checks what every connection receives.
// Errors during a run are counted in the report's checks.
#pragma once

#include "field_finder.hpp"
#include "message_template.hpp"
#include "pace.hpp"
#include "patience.hpp"
#include "poller.hpp"
#include "report.hpp"
#include "rounds.hpp"
#include "setup.hpp"
#include "workloads/fanout_connections.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::bench {

template <class Client>
class FanoutWorkload {
  public:
    explicit FanoutWorkload(const Options& options)
        : options_(options),
          setup_(options),
          in_order_(options.type == MessageType::fifo || options.protocol != Protocol::notifyd),
          answers_count_(options.in_flight_until() == InFlight::answered),
          pace_(options.rate, options.chats),
          rounds_(options),
          patience_(monotonic_now()) {}

    Report run() {
        try {
            connect();
            run_rounds();
            drain();
            count_gaps();
        } catch (const SilenceError& error) {
            checks_.count_error(error.what());
            count_gaps();
        } catch (const ConnectionError& error) {
            // Publishes in flight do not count as missing: it is unknown what became of them.
            checks_.count_error(error.what());
        }
        return finish();
    }

  private:
    using Chat = FanoutChat<Client>;
    using Subscriber = FanoutSubscriber<Client>;

    static constexpr int wait_ms_max = 20;
    // How long to wait after the last message for duplicates.
    static constexpr Nanoseconds linger = 50'000'000;
    // For servers that do not report when a subscription has taken effect.
    static constexpr Nanoseconds settling = 100'000'000;

    void connect() {
        connections_.open(setup_, poller_, options_.subscribers + (answers_count_ ? 1 : 0));
        turn_for(settling);
    }

    void run_rounds() {
        const Nanoseconds begin = monotonic_now();
        patience_.note_progress(begin);
        rounds_.begin(begin);
        pace_.begin(begin);
        if (!pace_.is_open_loop()) {
            for (Chat& chat : chats_) {
                chat.due = std::numeric_limits<std::uint64_t>::max();
                list(chat);
            }
        }
        while (!rounds_.finished()) {
            publish();
            turn(pace_.is_open_loop() ? 0 : wait_ms_max);
        }
        unsent_ = pace_.is_open_loop() ? pace_.due() - started_ : 0;
    }

    bool anything_in_flight() const {
        return completed_ != started_ || (Client::replies == Replies::checked && checks_.answered != started_);
    }

    void drain() {
        while (anything_in_flight()) {
            turn(wait_ms_max);
        }
        turn_for(linger);
    }

    void turn_for(Nanoseconds length) {
        for (const Nanoseconds until = monotonic_now() + length; monotonic_now() < until;) {
            turn(wait_ms_max);
        }
    }

    // Reads everything that has arrived. The caller then fills the room in the windows, with one write per chat.
    void turn(int wait_ms) {
        for (const epoll_event& event : poller_.wait(wait_ms)) {
            receive(event);
        }
        const Nanoseconds now = monotonic_now();
        rounds_.tick(now);
        if (patience_.is_exhausted(now) && anything_in_flight()) {
            throw SilenceError("messages or answers are missing, and nothing comes any more");
        }
    }

    void list(Chat& chat) {
        if (!chat.listed) {
            chat.listed = true;
            listed_.push_back(&chat);
        }
    }

    void publish() {
        const Nanoseconds now = monotonic_now();
        if (pace_.is_open_loop()) {
            pace_.advance(now, [this](std::size_t index) {
                ++chats_[index].due;
                list(chats_[index]);
            });
        }
        for (Chat* chat : listed_) {
            chat->listed = false;
            publish(*chat, now);
        }
        listed_.clear();
    }

    void publish(Chat& chat, Nanoseconds now) {
        const std::uint64_t started = chat.window.started();
        while (chat.window.has_room() && chat.window.started() < chat.due) {
            const Nanoseconds sent_at =
                pace_.is_open_loop() ? pace_.intended_at(chat.index, chat.window.started()) : now;
            const std::uint32_t stamp = chat.window.start(sent_at);
            chat.publisher->send(chat.message.fill(stamp, stamp));
        }
        started_ += chat.window.started() - started;
        chat.publisher->flush();
    }

    void receive(const epoll_event& event) {
        // An edge is reported only once, but a short read ends a turn: read again if the peer has closed the stream.
        const int reads = Poller::is_ending(event) ? 2 : 1;
        const auto index = static_cast<std::size_t>(event.data.u64);
        for (int read = 0; read < reads; ++read) {
            const Nanoseconds now = monotonic_now();
            if (index < subscribers_.size()) {
                Subscriber& subscriber = subscribers_[index];
                subscriber.client.receive(setup_.scratch,
                                          [&](std::string_view text) { take_text(subscriber, text, now); });
                if (subscriber.publishes) {
                    subscriber.client.flush();
                }
            } else {
                const std::size_t chat = index - subscribers_.size();
                publishers_[chat].receive(setup_.scratch,
                                          [&](std::string_view text) { take_reply(chats_[chat], text); });
                publishers_[chat].flush();
            }
            patience_.note_progress(now);
        }
    }

    void take_text(Subscriber& subscriber, std::string_view text, Nanoseconds now) {
        const std::optional<std::uint32_t> stamp = stamp_.stamp(text);
        if (stamp) [[likely]] {
            take_delivery(subscriber, *stamp, text, now);
        } else if (subscriber.publishes) {
            take_reply(*subscriber.chat, text);
        } else {
            checks_.count_error(text);
        }
    }

    void take_delivery(Subscriber& subscriber, std::uint32_t stamp, std::string_view text, Nanoseconds now) {
        Chat& chat = *subscriber.chat;
        const Arrival arrival = subscriber.check.see(stamp, chat.window.started());
        if (arrival == Arrival::duplicate || arrival == Arrival::unknown) {
            ++checks_.duplicates;
            return;
        }
        if (in_order_) {
            const bool next = options_.type == MessageType::standard || is_next_in_fifo(subscriber, text);
            checks_.misordered += next && arrival == Arrival::in_order ? 0U : 1U;
        } else {
            checks_.overtaken += arrival == Arrival::filled ? 1U : 0U;
        }
        ++checks_.delivered;
        delivered_bytes_ += text.size();
        rounds_.count_delivery();
        rounds_.record_latency(now - chat.window.sent_at(stamp));
        take_receipt(chat, stamp);
    }

    void take_receipt(Chat& chat, std::uint32_t stamp) {
        const std::size_t completed = chat.window.receive(stamp);
        if (completed != 0) {
            completed_ += completed;
            rounds_.count_publishes(completed);
            list(chat);
        }
    }

    bool is_next_in_fifo(Subscriber& subscriber, std::string_view text) {
        const std::optional<std::uint64_t> sequence = subscriber.chat->delivered_sequence.decimal(text);
        if (!sequence) {
            checks_.count_error(text);
            return false;
        }
        const bool next = subscriber.last_sequence == 0 || *sequence == subscriber.last_sequence + 1;
        subscriber.last_sequence = *sequence;
        return next;
    }

    void take_reply(Chat& chat, std::string_view text) {
        if constexpr (Client::replies == Replies::checked) {
            take_answer(chat, text);
        } else if constexpr (Client::replies == Replies::none) {
            checks_.count_error(text);
        }
    }

    void take_answer(Chat& chat, std::string_view text) {
        const std::optional<std::uint32_t> stamp = request_.stamp(text);
        if (!stamp || text.find("\"error\":") != std::string_view::npos) {
            // A rejected publish never reaches the subscribers, so the workload cannot continue.
            throw ConnectionError("a publish was refused: " + std::string(text));
        }
        if (!chat.answers.see(*stamp, chat.window.started())) {
            ++checks_.duplicates;
            return;
        }
        if (options_.type == MessageType::fifo) {
            chat.sequences.see(chat.answered_sequence.decimal(text).value_or(0));
        }
        ++checks_.answered;
        rounds_.count_answer();
        if (answers_count_) {
            take_receipt(chat, *stamp);
        }
    }

    void count_gaps() {
        for (const Subscriber& subscriber : subscribers_) {
            checks_.gaps += subscriber.chat->window.started() - subscriber.check.received();
        }
        for (const Chat& chat : chats_) {
            checks_.gaps += chat.sequences.gaps();
            checks_.gaps += Client::replies == Replies::checked ? chat.window.started() - chat.answers.received() : 0;
        }
    }

    Report finish() {
        connections_.close();
        checks_.published = started_;
        for (const Chat& chat : chats_) {
            checks_.duplicates += chat.sequences.duplicates();
        }
        Report report;
        report.rounds = rounds_.results();
        report.frame_bytes =
            static_cast<double>(delivered_bytes_) / static_cast<double>(std::max<std::uint64_t>(checks_.delivered, 1));
        report.unsent = unsent_;
        report.checks = checks_;
        return report;
    }

    const Options& options_;
    Setup setup_;
    const bool in_order_;       // the messages of one publisher must arrive in order
    const bool answers_count_;  // a publish stays in the window until its answer arrives
    Poller poller_;
    FieldFinder stamp_{std::string(MessageTemplate::stamp_needle)};
    FieldFinder request_{std::string(MessageTemplate::request_needle)};

    FanoutConnections<Client> connections_;
    std::vector<Chat>& chats_ = connections_.chats();
    std::vector<Subscriber>& subscribers_ = connections_.subscribers();
    std::vector<Client>& publishers_ = connections_.publishers();
    std::vector<Chat*> listed_;
    Pace pace_;
    Rounds rounds_;
    Patience patience_;
    Checks checks_;
    std::uint64_t started_ = 0;
    std::uint64_t completed_ = 0;
    std::uint64_t unsent_ = 0;
    std::uint64_t delivered_bytes_ = 0;
};

}  // namespace notifyd::bench
