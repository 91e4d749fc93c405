#include "workloads/presence.hpp"

#include "field_finder.hpp"
#include "patience.hpp"
#include "poller.hpp"
#include "rounds.hpp"
#include "setup.hpp"
#include "upgrades.hpp"
#include "websocket_client.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::bench {
namespace {

constexpr int wait_ms_max = 20;
// Connections that are opened before what has arrived is read.
constexpr std::size_t opened_per_turn = 16;

// A connection, and what it has been told.
struct Member {
    WebSocketClient client;
    Nanoseconds asked_at = 0;  // 0: the list has arrived
    std::uint64_t known = 0;   // members, as far as the client can tell
};

class Joining {
  public:
    explicit Joining(const Options& options)
        : options_(options), setup_(options), upgrades_(options), rounds_(options), patience_(monotonic_now()) {
        members_.reserve(options.connections);
    }

    Report run();

  private:
    void join();
    void turn(int wait_ms);
    void take(Member& member, std::string_view text);
    void note_count(Member& member, std::uint64_t count);

    const Options& options_;
    Setup setup_;
    Upgrades upgrades_;
    Poller poller_;
    std::vector<Member> members_;
    Rounds rounds_;
    Patience patience_;
    Checks checks_;
    std::size_t informed_ = 0;  // members that know of all
    std::uint64_t bytes_ = 0;
    FieldFinder count_{"\"count\":"};
};

Report Joining::run() {
    try {
        rounds_.begin_open_ended(monotonic_now());
        while (members_.size() < options_.connections) {
            join();
            if (members_.size() % opened_per_turn == 0) {
                turn(0);
            }
        }
        while (informed_ < members_.size()) {
            turn(wait_ms_max);
            if (patience_.is_exhausted(monotonic_now())) {
                throw SilenceError("connections do not learn of all members");
            }
        }
        rounds_.end(monotonic_now());
    } catch (const SilenceError& error) {
        checks_.count_error(error.what());
    } catch (const ConnectionError& error) {
        checks_.count_error(error.what());
    }
    checks_.gaps = options_.connections - informed_;
    for (Member& member : members_) {
        member.client.close();
    }
    Report report;
    report.rounds = rounds_.results();
    report.frame_bytes =
        checks_.delivered == 0 ? 0 : static_cast<double>(bytes_) / static_cast<double>(checks_.delivered);
    report.checks = checks_;
    return report;
}

void Joining::join() {
    Member& member = members_.emplace_back(WebSocketClient(setup_.endpoint, upgrades_.next(), setup_.scratch));
    poller_.watch(member.client.descriptor(), members_.size() - 1);
    member.client.send_text(R"({"id":1,"type":"presence:subscribe","payload":{"topics":["chat:)" + options_.chat +
                            R"("]}})");
    member.client.flush();
    member.asked_at = monotonic_now();
    rounds_.count_connect();
    ++checks_.published;
}

void Joining::turn(int wait_ms) {
    for (const epoll_event& event : poller_.wait(wait_ms)) {
        Member& member = members_[static_cast<std::size_t>(event.data.u64)];
        member.client.receive(setup_.scratch, [&](std::string_view text) { take(member, text); });
        member.client.flush();
        patience_.note_progress(monotonic_now());
    }
}

void Joining::take(Member& member, std::string_view text) {
    rounds_.count_delivery();
    ++checks_.delivered;
    bytes_ += text.size();
    // Everybody only joins, so an update without a count is one more member.
    const auto count = count_.decimal(text);
    note_count(member, count ? *count : member.known + 1);
    if (!count || member.asked_at == 0) {
        return;
    }
    rounds_.record_latency(monotonic_now() - member.asked_at);
    member.asked_at = 0;
    ++checks_.answered;
}

void Joining::note_count(Member& member, std::uint64_t count) {
    if (member.known < options_.connections && count == options_.connections) {
        ++informed_;
    }
    if (count > options_.connections) {
        checks_.count_error("more members than have joined");
    }
    member.known = count;
}

}  // namespace

Report run_presence(const Options& options) {
    return Joining(options).run();
}

}  // namespace notifyd::bench
