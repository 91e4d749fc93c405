// Building, running and stopping the server.
#include "daemon.hpp"

#include "version.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <latch>
#include <signal.h>
#include <unistd.h>

namespace notifyd::app {

namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                runtime::Executor>;
constexpr boost::asio::use_awaitable_t<runtime::Executor> use_awaitable{};

// The signals that the main thread waits for; blocked in every thread, so that none is lost or lands elsewhere.
sigset_t handled_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

std::size_t loop_count(const config::Server& server) {
    if (server.threads != 0) return server.threads;
    return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

std::vector<std::string> names_of(const std::vector<config::Channel>& channels) {
    std::vector<std::string> names;
    for (const config::Channel& channel : channels) names.push_back(channel.name);
    return names;
}

// A turn's slice fits every outbox twice, so that a subscriber that reads is never closed for one burst.
std::size_t slice_bytes(const config::Limits& limits) {
    constexpr std::size_t unbounded = 1024 * 1024;
    return limits.outbound_buffer == 0 ? unbounded : std::max<std::size_t>(limits.outbound_buffer / 4, 1);
}

delivery::PoolSettings pool_settings(const config::Config& config) {
    return {.lane_depth_max = config::unless_off(config.limits.queue_length),
            .slice_bytes = slice_bytes(config.limits),
            .outbox_bytes = config.limits.outbound_buffer,
            .retry = {static_cast<std::uint32_t>(std::max<std::size_t>(config.delivery.max_attempts, 1)),
                      config.delivery.retry_backoff},
            .log = config.storage.history ? delivery::Log::kept : delivery::Log::off};
}

storage::StorageOptions storage_options(const config::Config& config) {
    storage::StorageOptions options;
    options.path = config.storage.path.string();
    options.durability =
        config.storage.durability == config::Durability::full ? storage::Durability::full : storage::Durability::normal;
    options.history = config.storage.history ? storage::History::keep : storage::History::off;
    options.deduplication_window = config.fifo.deduplication_window;
    options.queue_length = config::unless_off(config.limits.queue_length);
    return options;
}

}  // namespace

Daemon::Daemon(config::Config config, std::shared_ptr<const auth::KeySet> keys)
    : config_(std::move(config)),
      logger_(config_.log),
      events_(logger_, clock_),
      keys_(std::move(keys)),
      filter_(names_of(config_.channels)),
      workers_(pool_settings(config_)),
      redriver_(clock_) {}

Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::open(config::Config config,
                                             std::shared_ptr<const auth::KeySet> keys,
                                             const std::vector<std::string>& warnings) {
    const sigset_t signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // OpenSSL writes with write(2): a peer that is gone must not end the process.
    signal(SIGPIPE, SIG_IGN);

    std::unique_ptr<Daemon> daemon(new Daemon(std::move(config), std::move(keys)));
    for (const std::string& warning : warnings) daemon->events_.emit(observability::ConfigWarning{warning});
    const Result<void> built = daemon->build();
    if (!built) {
        daemon->events_.emit(observability::ServerFailed{built.error().message});
        return built.error();
    }
    return daemon;
}

Result<void> Daemon::build() {
    const std::size_t loops = loop_count(config_.server);
    Result<std::unique_ptr<gateway::Front>> front = gateway::Front::open(config_, loops);
    if (!front) return front.error();
    front_ = std::move(*front);
    if (!front_->warning().empty()) events_.emit(observability::ConfigWarning{front_->warning()});

    SystemIdSource ids;
    storage::StorageOptions options = storage_options(config_);
    // The main thread waits for signals, so that is how it is woken.
    options.on_failed_sync = [this] {
        sync_failed_ = true;
        ::kill(::getpid(), SIGTERM);
    };
    auto storage = storage::Storage::open(std::move(options), clock_, ids, events_);
    if (!storage) return Error{Errc::internal, storage.error().sentence};
    storage_ = std::move(*storage);
    workers_.start_at(storage_->last_position());
    storage_->for_each_permission([this](const Permission& row) { directory_.set(row.user, row.topic, row.role); });

    const Shared shared{config_,
                        clock_,
                        events_,
                        state_,
                        *storage_,
                        directory_,
                        keys_,
                        filter_,
                        connection_limits_,
                        connects_,
                        workers_,
                        redriver_,
                        *front_,
                        loop_services_};
    for (std::size_t i = 0; i < loops; ++i) units_.push_back(std::make_unique<LoopUnit>(i, shared));
    storage::StorageClient& stored = units_.front()->storage();
    const history::RetentionTimes keep{config_.storage.message_retention, config_.storage.dead_letter_retention};
    retention_ = std::make_unique<history::Retention>(stored, stored, stored, stored, clock_, events_, keep);
    tasks_ = std::make_unique<runtime::TaskGroup>(units_.front()->loop());
    return {};
}

boost::asio::awaitable<void, runtime::Executor> Daemon::keep_retention() {
    constexpr std::chrono::milliseconds while_busy{5};
    Timer timer(units_.front()->loop().executor());
    for (;;) {
        retention_->run();
        timer.expires_at(retention_->next_run().value_or(clock_.steady_now() + while_busy));
        co_await timer.async_wait(use_awaitable);
    }
}

// What `notifyd dlq redrive` has marked in the database, which is all that it can reach.
boost::asio::awaitable<void, runtime::Executor> Daemon::redrive_marked() {
    constexpr std::chrono::seconds interval{1};
    runtime::EventLoop& loop = units_.front()->loop();
    Timer timer(loop.executor());
    for (;;) {
        timer.expires_after(interval);
        co_await timer.async_wait(use_awaitable);
        runtime::OneShot<Result<delivery::RedriveCount>> ended(loop.executor());
        redriver_.redrive_marked([&ended](Result<delivery::RedriveCount> count) { ended.set(std::move(count)); });
        // One that failed is tried again: what was not sent is marked still.
        static_cast<void>(co_await ended.wait());
    }
}

void Daemon::start_loops() {
    storage_->start(workers_);
    for (const auto& unit : units_) unit->gateway().start();
    tasks_->spawn(keep_retention());
    tasks_->spawn(redrive_marked());
    for (const auto& unit : units_) threads_.emplace_back([&loop = unit->loop()] { loop.run(); });
    state_.started = true;
    events_.emit(observability::ServerStarted{
        front_->address(), version, static_cast<std::int64_t>(units_.size()), config_.tls.enabled()});
}

void Daemon::wait_for_stop_signal() {
    const sigset_t signals = handled_signals();
    for (;;) {
        int received = 0;
        if (sigwait(&signals, &received) != 0) continue;
        if (received == SIGHUP) {
            events_.emit(observability::ConfigWarning{"SIGHUP: this version cannot reload its config; restart it"});
            continue;
        }
        const char* name = received == SIGTERM ? "SIGTERM" : "SIGINT";
        events_.emit(observability::ServerStopping{sync_failed_ ? "a sync to the disk has failed" : name});
        return;
    }
}

// Runs the step on every loop and waits until all are done with it.
template <class DrainStep>
void Daemon::on_all_loops(DrainStep step) {
    std::latch finished(static_cast<std::ptrdiff_t>(units_.size()));
    for (const auto& unit : units_) {
        const bool posted = unit->loop().post_control(
            [&gateway = unit->gateway(), &finished, step] { step(gateway, [&finished] { finished.count_down(); }); });
        if (!posted) finished.count_down();
    }
    finished.wait();
}

void Daemon::drain() {
    state_.draining = true;
    redriver_.stop();
    // No loop closes its sockets before every loop has answered its publishers: their messages go to all loops.
    on_all_loops([](gateway::LoopGateway& gateway, UniqueFunction<void()> done) { gateway.quiesce(std::move(done)); });
    on_all_loops([](gateway::LoopGateway& gateway, UniqueFunction<void()> done) { gateway.drain(std::move(done)); });
    // The loops still run, to take the last answers.
    storage_->stop();
    for (const auto& unit : units_) unit->loop().stop();
    for (std::thread& thread : threads_) thread.join();
}

int Daemon::run() {
    start_loops();
    wait_for_stop_signal();
    drain();
    events_.emit(observability::ServerStopped{});
    return sync_failed_ ? 1 : 0;
}

}  // namespace notifyd::app
