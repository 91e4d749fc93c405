// The composition root of `notifyd serve`: builds every component in dependency order, owns them, and stops them.
// It runs on the main thread, which waits for signals while the loops run.
#pragma once

#include "notifyd/core/doubted_clock.hpp"
#include "notifyd/history/retention.hpp"
#include "notifyd/http_client/http_client.hpp"
#include "notifyd/observability/event_log.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/logger.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/runtime/spawner.hpp"

#include "loop_unit.hpp"
#include "periodic_timer.hpp"
#include "pulse.hpp"
#include "reminder.hpp"
#include "settings.hpp"
#include "supervisor.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace notifyd::app {

class Daemon {
  public:
    // Opens the database and the listening sockets; nothing is served yet. `file` is the config file, which SIGHUP
    // reads again. An error is a message for the operator.
    [[nodiscard]] static Result<std::unique_ptr<Daemon>> open(std::string file, Settings settings);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // Serves until SIGTERM, SIGINT or SIGQUIT, or until a sync to the disk fails; then drains. SIGHUP reloads the
    // config, SIGUSR1 reopens the log file. Returns the exit code of the process: 1 after a failed sync, so that the
    // supervisor restarts it.
    [[nodiscard]] int run();

  private:
    Daemon(std::string file, Settings settings);
    [[nodiscard]] Result<void> build();
    // Opens the engine, fills the memory that mirrors its rows, and hands it to the storage.
    [[nodiscard]] Result<void> open_storage();
    void use_keys(const std::shared_ptr<const auth::KeySet>& keys, const config::Auth& rules);
    void start_loops();
    // Runs the step on every loop and waits until all loops have finished it.
    void on_all_loops(const std::function<void(LoopUnit& unit, UniqueFunction<void()> done)>& step);
    void drain();

    // --- while serving: signals and recurring tasks
    void serve_until_stopped();
    // Runs the tasks that are due. Returns when to call it again.
    SteadyTime do_chores();
    void reopen_log();

    // --- reload.cpp
    struct Renewal {
        Settings settings;
        config::Reloaded reloaded;
    };
    using ReloadOutcome = boost::system::result<Renewal, std::vector<std::string>>;
    void reload();
    // Reads and checks everything that can be wrong, without touching the running config.
    [[nodiscard]] ReloadOutcome read_again();
    [[nodiscard]] Result<void> check_keys(const config::Auth& rules, const auth::KeySources& sources);
    void use(Renewal renewal);
    void use(auth::KeySources sources);

    boost::asio::awaitable<void, runtime::Executor> keep_retention();
    boost::asio::awaitable<void, runtime::Executor> redrive_marked();

    std::string file_;
    // The config in effect. A reload takes over from the file only what can change at run time.
    config::Config config_;
    config::Fingerprints settings_files_;
    config::GivenKeys settings_given_;
    SystemClock clock_;
    observability::Logger logger_;
    observability::EventLog event_log_;
    observability::Events events_;  // of all threads other than the loops'
    gateway::ServerState state_;
    // Used at the start; the key source takes them over.
    auth::KeySources key_sources_;
    std::shared_ptr<const auth::KeySet> keys_;
    std::unique_ptr<http_client::HttpClient> http_client_;
    std::unique_ptr<auth::KeySource> key_source_;
    permissions::PermissionDirectory directory_;
    std::optional<DoubtedClock> expiry_clock_;  // over the storage's clock
    std::optional<permissions::BlockList> blocks_;
    runtime::SharedRateLimit permission_writes_;
    queue::TopicFilter filter_;
    connection::ConnectionLimits connection_limits_;
    runtime::SharedRateLimit refused_connects_;
    runtime::SharedRateLimit user_connects_;
    runtime::SharedTokenBuckets http_publishes_;
    delivery::WorkerPool workers_;
    std::optional<delivery::Redriver> redriver_;  // set once the storage is open
    std::unique_ptr<gateway::SharedGateway> shared_gateway_;
    std::atomic<bool> sync_failed_{false};
    std::unique_ptr<storage::Storage> storage_;
    gateway::AllLoops all_loops_;
    presence::LocalBoards presence_boards_;
    std::vector<std::unique_ptr<LoopUnit>> units_;
    std::unique_ptr<runtime::Spawner> tasks_;
    std::unique_ptr<history::Retention> retention_;
    Supervisor supervisor_;
    Reminder reminder_;
    PeriodicTimer tls_session_keys_;
    PeriodicTimer watchdog_;
    Pulse pulse_;
    std::vector<std::thread> threads_;
};

}  // namespace notifyd::app
