#include "workloads/idle.hpp"

#include "patience.hpp"
#include "poller.hpp"
#include "resident_memory.hpp"
#include "setup.hpp"
#include "upgrades.hpp"
#include "websocket_client.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace notifyd::bench {
namespace {

constexpr int wait_ms_max = 20;
// Memory is at rest when it has changed by at most `change_bytes_max` for `rest`. The wait for that is limited to
// `rest_awaited_max`.
constexpr std::uint64_t change_bytes_max = 64 * 1024;
constexpr Nanoseconds rest = 1'500'000'000;
constexpr Nanoseconds rest_awaited_max = 30'000'000'000;

class Idling {
  public:
    explicit Idling(const Options& options)
        : options_(options), setup_(options), upgrades_(options), patience_(monotonic_now()) {
        clients_.reserve(options.connections);
    }

    Report run();

  private:
    void open_all();
    void turn();
    std::uint64_t resident_bytes_at_rest();
    void ping_all();

    const Options& options_;
    Setup setup_;
    Upgrades upgrades_;
    Poller poller_;
    std::vector<WebSocketClient> clients_;
    Patience patience_;
    Checks checks_;
};

Report Idling::run() {
    IdleMemory memory;
    try {
        memory.before_bytes = resident_bytes_at_rest();
        open_all();
        memory.after_bytes = resident_bytes_at_rest();
        ping_all();
    } catch (const SilenceError& error) {
        checks_.count_error(error.what());
    } catch (const ConnectionError& error) {
        checks_.count_error(error.what());
    }
    checks_.gaps += checks_.published - checks_.answered;
    for (WebSocketClient& client : clients_) {
        client.close();
    }
    Report report;
    report.memory = memory;
    report.checks = checks_;
    return report;
}

void Idling::open_all() {
    for (std::size_t index = 0; index < options_.connections; ++index) {
        clients_.emplace_back(setup_.endpoint, upgrades_.next(), setup_.scratch);
        poller_.watch(clients_.back().descriptor(), index);
    }
}

// Keeps answering pings and reading greetings, so that the server does not close the connections.
void Idling::turn() {
    for (const epoll_event& event : poller_.wait(wait_ms_max)) {
        WebSocketClient& client = clients_[static_cast<std::size_t>(event.data.u64)];
        const std::uint64_t pongs = client.pongs();
        client.receive_pieces(setup_.scratch, [](std::string_view) {});
        client.flush();
        checks_.answered += client.pongs() - pongs;
        patience_.note_progress(monotonic_now());
    }
}

std::uint64_t Idling::resident_bytes_at_rest() {
    const Nanoseconds begin = monotonic_now();
    std::uint64_t bytes = resident_bytes_of(options_.server_process);
    Nanoseconds changed_at = begin;
    for (Nanoseconds now = begin; now < changed_at + rest && now < begin + rest_awaited_max; now = monotonic_now()) {
        turn();
        const std::uint64_t bytes_now = resident_bytes_of(options_.server_process);
        if (std::max(bytes, bytes_now) - std::min(bytes, bytes_now) > change_bytes_max) {
            bytes = bytes_now;
            changed_at = monotonic_now();
        }
    }
    return resident_bytes_of(options_.server_process);
}

void Idling::ping_all() {
    for (WebSocketClient& client : clients_) {
        client.send_ping();
        client.flush();
        ++checks_.published;
    }
    patience_.note_progress(monotonic_now());
    while (checks_.answered < checks_.published) {
        turn();
        if (patience_.is_exhausted(monotonic_now())) {
            throw SilenceError("pings are not answered, and nothing comes any more");
        }
    }
}

}  // namespace

Report run_idle(const Options& options) {
    return Idling(options).run();
}

}  // namespace notifyd::bench
