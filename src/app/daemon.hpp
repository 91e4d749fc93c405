// The composition root of `notifyd serve`: builds every component in dependency order, owns it, and stops it.
// Owns:   the whole server.
// Thread: the main thread, which waits for signals while the loops run.
// Fails:  open with a sentence for the operator.
#pragma once

#include "notifyd/config/load_config.hpp"
#include "notifyd/history/retention.hpp"
#include "notifyd/observability/logger.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/runtime/task_group.hpp"

#include "loop_unit.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace notifyd::app {

class Daemon {
  public:
    // Opens the database and the listening sockets; nothing is served yet.
    [[nodiscard]] static Result<std::unique_ptr<Daemon>> open(config::Config config,
                                                              std::shared_ptr<const auth::KeySet> keys,
                                                              const std::vector<std::string>& warnings);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // Serves until SIGTERM or SIGINT, or until a sync to the disk fails; then drains. The process's exit code: 1 after
    // a failed sync, for its supervisor to start it again.
    [[nodiscard]] int run();

  private:
    Daemon(config::Config config, std::shared_ptr<const auth::KeySet> keys);
    [[nodiscard]] Result<void> build();
    void start_loops();
    void wait_for_stop_signal();
    template <class DrainStep>
    void on_all_loops(DrainStep step);
    void drain();
    boost::asio::awaitable<void, runtime::Executor> keep_retention();
    boost::asio::awaitable<void, runtime::Executor> redrive_marked();

    config::Config config_;
    SystemClock clock_;
    observability::Logger logger_;
    observability::Events events_;
    gateway::ServerState state_;
    std::shared_ptr<const auth::KeySet> keys_;
    permissions::PermissionDirectory directory_;
    queue::TopicFilter filter_;
    connection::ConnectionLimits connection_limits_;
    runtime::SharedRateLimit connects_;
    delivery::WorkerPool workers_;
    delivery::Redriver redriver_;
    std::unique_ptr<gateway::Front> front_;
    std::atomic<bool> sync_failed_{false};
    std::unique_ptr<storage::Storage> storage_;
    std::vector<gateway::LoopServices*> loop_services_;
    std::vector<std::unique_ptr<LoopUnit>> units_;
    std::unique_ptr<runtime::TaskGroup> tasks_;
    std::unique_ptr<history::Retention> retention_;
    std::vector<std::thread> threads_;
};

}  // namespace notifyd::app
