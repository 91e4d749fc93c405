// Builds, runs and stops the server.
#include "daemon.hpp"

#include "notifyd/history/retention_duties.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/storage_sqlite/sqlite_engine.hpp"

#include "signals.hpp"
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

std::size_t loop_count(const config::Server& server) {
    if (server.threads != 0) return server.threads;
    return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

// Several per watchdog interval, so that one beat that finds a loop busy does not get the process killed.
constexpr int beats_per_watchdog = 4;
constexpr Milliseconds never = std::chrono::days(1);

// At exit, the log waits for a reader that has stalled: as long as is left of the drain timeout, within these limits.
constexpr Milliseconds log_patience_min{200};
constexpr Milliseconds log_patience_max{2'000};

// A turn's slice fits into an outbox more than twice, so that one burst never closes the connection of a subscriber
// that keeps reading.
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

storage::sqlite::SqliteOptions sqlite_options(const config::Config& config) {
    storage::sqlite::SqliteOptions options;
    options.path = config.storage.path.string();
    options.durability =
        config.storage.durability == config::Durability::full ? storage::Durability::full : storage::Durability::normal;
    options.history = config.storage.history ? storage::History::keep : storage::History::off;
    options.deduplication_window = config.fifo.deduplication_window;
    options.dead_letters_per_user = config.limits.dead_letters_per_user;
    return options;
}

}  // namespace

Daemon::Daemon(std::string file, Settings settings)
    : file_(std::move(file)),
      config_(std::move(settings.config)),
      settings_files_(std::move(settings.files)),
      settings_given_(std::move(settings.given)),
      logger_(config_.log),
      event_log_(logger_, clock_),
      events_(event_log_),
      key_sources_(std::move(settings.key_sources)),
      keys_(std::move(settings.keys)),
      // This version serves none of the channels in the config, so it accepts no messages for them.
      filter_({}),
      workers_(pool_settings(config_)),
      supervisor_(config::process_environment()),
      reminder_(events_, clock_),
      tls_session_keys_(gateway::tls_session_key_interval, clock_.steady_now() + gateway::tls_session_key_interval),
      watchdog_(supervisor_.watchdog().value_or(never) / beats_per_watchdog, clock_.steady_now()) {}

Daemon::~Daemon() {
    // Its tasks use the key source, which is destroyed first.
    if (http_client_) http_client_->stop();
}

Result<std::unique_ptr<Daemon>> Daemon::open(std::string file, Settings settings) {
    hold_signals();
    const std::vector<std::string> warnings = std::move(settings.warnings);
    std::unique_ptr<Daemon> daemon(new Daemon(std::move(file), std::move(settings)));
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
    Result<std::unique_ptr<gateway::SharedGateway>> shared_gateway = gateway::SharedGateway::open(config_, loops);
    if (!shared_gateway) return shared_gateway.error();
    shared_gateway_ = std::move(*shared_gateway);
    reminder_.poll(config_, shared_gateway_->certificate_until());
    if (!shared_gateway_->warning().empty()) events_.emit(observability::ConfigWarning{shared_gateway_->warning()});

    if (auto opened = open_storage(); !opened) return opened.error();

    http_client_ = std::make_unique<http_client::HttpClient>(clock_);
    http_client_->loop().on_exception([this](const char* what) {
        events_.emit(observability::ExceptionCaught{"http client", what});
    });
    const auto fetch = [&http = *http_client_](const std::string& url) {
        return http.get({url, auth::KeySource::set_bytes_max, auth::KeySource::fetch_deadline});
    };
    const auto use = [this](const auto& keys, const config::Auth& rules) { use_keys(keys, rules); };
    key_source_ = std::make_unique<auth::KeySource>(http_client_->loop(), fetch, clock_, events_, use);
    key_source_->start(config_.auth, std::move(key_sources_));

    const Shared shared{config_,
                        clock_,
                        event_log_,
                        state_,
                        *storage_,
                        directory_,
                        *blocks_,
                        *expiry_clock_,
                        permission_writes_,
                        keys_,
                        *key_source_,
                        filter_,
                        connection_limits_,
                        refused_connects_,
                        user_connects_,
                        http_publishes_,
                        workers_,
                        *redriver_,
                        *shared_gateway_,
                        all_loops_,
                        presence_boards_};
    for (std::size_t i = 0; i < loops; ++i) {
        units_.push_back(std::make_unique<LoopUnit>(i, shared));
        pulse_.add(units_.back()->loop());
    }
    storage::StorageClient& stored = units_.front()->storage();
    const storage::Engine& engine = storage_->engine();
    std::vector<history::RetentionDuty> duties{
        history::expired_messages(stored.messages(), config_.storage.message_retention),
        history::expired_letters(stored.letters(), config_.storage.dead_letter_retention),
        history::expired_notifications(stored.inboxes(), config_.storage.notification_retention),
        history::expired_tickets(stored.tickets(), engine.continuous_clock()),
        history::freed_space(stored.disk())};
    retention_ = std::make_unique<history::Retention>(std::move(duties), clock_, engine.last_known_time(), events_);
    tasks_ = std::make_unique<runtime::Spawner>(units_.front()->loop());
    return {};
}

Result<void> Daemon::open_storage() {
    SystemIdSource ids;
    storage::sqlite::SqliteOptions engine_options = sqlite_options(config_);
    // The main thread waits for signals, so a signal is what wakes it.
    engine_options.on_failed_sync = [this] {
        sync_failed_ = true;
        ::kill(::getpid(), SIGTERM);
    };
    auto opened = storage::sqlite::SqliteEngine::open(engine_options, clock_, ids, events_);
    if (!opened) return Error{Errc::internal, opened.error().message};
    std::unique_ptr<storage::Engine> engine = std::move(*opened);
    workers_.start_at(engine->last_position());
    redriver_.emplace(clock_, engine->continuous_clock());
    expiry_clock_.emplace(engine->continuous_clock(), engine->last_known_time());
    blocks_.emplace(*expiry_clock_);
    engine->for_each_block([this](const UserBlock& block) { blocks_->set(block.user, block.until); });
    engine->for_each_permission([this](const Permission& row) { directory_.set(row.user, row.topic, row.role); });

    storage::StorageOptions options;
    options.queue_length = config::unless_off(config_.limits.queue_length);
    options.on_permission_changed = [this](const UserId& user, const TopicName& topic, std::optional<Role> role) {
        if (role.has_value()) {
            directory_.set(user, topic, *role);
        } else {
            directory_.remove(user, topic);
        }
    };
    options.on_block_changed = [this](const UserId& user, const std::optional<UserBlock>& block) {
        if (block.has_value()) {
            blocks_->set(user, block->until);
        } else {
            blocks_->remove(user);
        }
    };
    storage_ = std::make_unique<storage::Storage>(std::move(engine), std::move(options), clock_, events_);
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
        redriver_->redrive_marked([&ended](Result<delivery::RedriveCount> count) { ended.set(std::move(count)); });
        // One that failed is tried again: what was not sent is marked still.
        static_cast<void>(co_await ended.wait());
    }
}

void Daemon::use_keys(const std::shared_ptr<const auth::KeySet>& keys, const config::Auth& rules) {
    for (const auto& unit : units_) {
        // A loop that has stopped needs no keys.
        static_cast<void>(unit->loop().post_control([&to = *unit, keys, rules] { to.use_keys(keys, rules); }));
    }
}

void Daemon::start_loops() {
    storage_->start(workers_);
    units_.front()->resume_work();
    for (const auto& unit : units_) unit->gateway().start();
    tasks_->spawn(keep_retention());
    tasks_->spawn(redrive_marked());
    http_client_->start();
    for (const auto& unit : units_) threads_.emplace_back([&loop = unit->loop()] { loop.run(); });
    state_.started = true;
    events_.emit(observability::ServerStarted{
        shared_gateway_->address(), version, static_cast<std::int64_t>(units_.size()), config_.tls.enabled()});
}

SteadyTime Daemon::do_chores() {
    const SteadyTime now = clock_.steady_now();
    reminder_.poll(config_, shared_gateway_->certificate_until());
    // Poll every timer, even where its task is disabled: one left due would make this loop spin.
    const bool session_keys_due = tls_session_keys_.is_due(now);
    const bool watchdog_due = watchdog_.is_due(now);
    if (shared_gateway_->certificate_until() && session_keys_due) {
        shared_gateway_->renew_tls_session_key();
        on_all_loops([](LoopUnit& unit, UniqueFunction<void()> done) {
            unit.gateway().take_over();
            done();
        });
    }
    if (supervisor_.watchdog() && watchdog_due && pulse_.beat()) supervisor_.alive();
    return std::min({reminder_.next(), tls_session_keys_.next(), watchdog_.next()});
}

void Daemon::serve_until_stopped() {
    for (;;) {
        const SteadyTime next = do_chores();
        const auto wait = std::max(next - clock_.steady_now(), SteadyTime::duration::zero());
        const int received = wait_for_signal(wait);
        if (received == SIGHUP) reload();
        if (received == SIGUSR1) reopen_log();
        const char* name = name_if_stopping(received);
        if (name == nullptr) continue;
        events_.emit(observability::ServerStopping{sync_failed_ ? "a sync to the disk has failed" : name});
        return;
    }
}

void Daemon::reopen_log() {
    if (config_.log.file.empty()) return;  // stderr cannot be reopened
    if (const Result<void> opened = logger_.reopen(); opened) {
        events_.emit(observability::LogReopened{});
    } else {
        events_.emit(observability::LogReopenFailed{opened.error().message});
    }
}

void Daemon::on_all_loops(const std::function<void(LoopUnit& unit, UniqueFunction<void()> done)>& step) {
    std::latch finished(static_cast<std::ptrdiff_t>(units_.size()));
    for (const auto& unit : units_) {
        const bool posted = unit->loop().post_control(
            [&unit = *unit, &finished, &step] { step(unit, [&finished] { finished.count_down(); }); });
        if (!posted) finished.count_down();
    }
    finished.wait();
}

void Daemon::drain() {
    state_.draining = true;
    redriver_->stop();
    key_source_->close();
    // No loop closes its sockets before every loop has answered its publishers, whose messages go to all loops.
    on_all_loops([](LoopUnit& unit, UniqueFunction<void()> done) { unit.gateway().quiesce(std::move(done)); });
    on_all_loops([](LoopUnit& unit, UniqueFunction<void()> done) { unit.gateway().drain(std::move(done)); });
    // The loops keep running until they have received the last answers.
    storage_->stop();
    for (const auto& unit : units_) unit->loop().stop();
    for (std::thread& thread : threads_) thread.join();
    http_client_->stop();
}

int Daemon::run() {
    start_loops();
    supervisor_.ready();
    serve_until_stopped();
    const SteadyTime drained_by = clock_.steady_now() + config_.server.drain_timeout;
    supervisor_.stopping();
    drain();
    if (is_pending(SIGUSR1)) reopen_log();
    // A reload requested too late is reported, not silently ignored.
    if (is_pending(SIGHUP)) events_.emit(observability::ConfigReloadFailed{"SIGHUP: the server is stopping"});
    events_.emit(observability::ServerStopped{});
    // The reader of the log may have stopped reading.
    const auto left = std::chrono::duration_cast<Milliseconds>(drained_by - clock_.steady_now());
    logger_.set_patience(std::clamp(left, log_patience_min, log_patience_max));
    return sync_failed_ ? 1 : 0;
}

}  // namespace notifyd::app
