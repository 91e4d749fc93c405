#include "workloads/connect.hpp"

#include "patience.hpp"
#include "poller.hpp"
#include "rounds.hpp"
#include "setup.hpp"
#include "upgrades.hpp"
#include "websocket_client.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace notifyd::bench {
namespace {

constexpr int wait_ms_max = 20;

// One connection from its first packet to its last: it is opened, and then closed with the closing handshake of RFC
// 6455, after which the server closes TCP.
class Visit {
  public:
    Visit(Setup& setup, const Upgrade& upgrade, Nanoseconds now)
        : started_at_(now), opening_(std::in_place, setup.endpoint, upgrade) {}

    int descriptor() const { return opening_->descriptor(); }
    Nanoseconds started_at() const { return started_at_; }

    // Returns true when the connection has just opened; its closing handshake has then begun.
    bool open(Scratch& scratch) {
        if (!opening_ || !opening_->advance(scratch)) {
            return false;
        }
        client_.emplace(opening_->take_stream());
        opening_.reset();
        client_->close();
        return true;
    }

    // Returns true once the server has closed the connection.
    bool end(Scratch& scratch) { return client_ && client_->receive_end(scratch); }

  private:
    Nanoseconds started_at_;
    std::optional<WebSocketOpening> opening_;
    std::optional<WebSocketClient> client_;
};

class Connecting {
  public:
    explicit Connecting(const Options& options)
        : setup_(options), upgrades_(options), visits_(options.window), rounds_(options), patience_(monotonic_now()) {}

    Report run();

  private:
    void start(std::size_t index);
    void turn();
    void advance(std::size_t index);

    Setup setup_;
    Upgrades upgrades_;
    Poller poller_;
    std::vector<std::optional<Visit>> visits_;
    Rounds rounds_;
    Patience patience_;
    Checks checks_;
    std::size_t under_way_ = 0;
};

Report Connecting::run() {
    try {
        rounds_.begin(monotonic_now());
        for (std::size_t index = 0; index < visits_.size(); ++index) {
            start(index);
        }
        while (under_way_ > 0) {
            turn();
        }
    } catch (const SilenceError& error) {
        checks_.count_error(error.what());
        checks_.gaps += under_way_;
    } catch (const ConnectionError& error) {
        checks_.count_error(error.what());
    }
    Report report;
    report.rounds = rounds_.results();
    report.checks = checks_;
    report.resumed = setup_.endpoint.tls == nullptr ? 0 : setup_.endpoint.tls->resumed();
    return report;
}

void Connecting::start(std::size_t index) {
    Visit& visit = visits_[index].emplace(setup_, upgrades_.next(), monotonic_now());
    poller_.watch(visit.descriptor(), index);
    ++under_way_;
    ++checks_.published;
}

void Connecting::turn() {
    for (const epoll_event& event : poller_.wait(wait_ms_max)) {
        advance(static_cast<std::size_t>(event.data.u64));
    }
    const Nanoseconds now = monotonic_now();
    rounds_.tick(now);
    if (patience_.is_exhausted(now)) {
        throw SilenceError("connections neither open nor end");
    }
}

void Connecting::advance(std::size_t index) {
    Visit& visit = *visits_[index];
    if (visit.open(setup_.scratch)) {
        const Nanoseconds now = monotonic_now();
        patience_.note_progress(now);
        rounds_.count_connect();
        rounds_.record_latency(now - visit.started_at());
        ++checks_.answered;
    }
    if (visit.end(setup_.scratch)) {
        visits_[index].reset();
        --under_way_;
        if (!rounds_.finished()) {
            start(index);
        }
    }
}

}  // namespace

Report run_connect(const Options& options) {
    return Connecting(options).run();
}

}  // namespace notifyd::bench
