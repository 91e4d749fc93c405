// One loop's services, joined.
#include "loop_unit.hpp"

#include "notifyd/observability/events/server.hpp"

#include "version.hpp"

namespace notifyd::app {

namespace {

permissions::PermissionSettings permission_settings(const config::Config& config) {
    using permissions::DirectMessages;
    using permissions::SelfClaim;
    permissions::PermissionSettings settings;
    settings.direct_messages = config.permissions.direct_messages ? DirectMessages::allowed : DirectMessages::refused;
    settings.self_claim = config.permissions.self_claim ? SelfClaim::on : SelfClaim::off;
    for (const auto& [topic_class, claim] : config.auth.claims) settings.classes_of_claims.insert(topic_class);
    settings.writes_per_minute = config.limits.permission_writes_per_minute;
    settings.bounds = {config.limits.permissions_per_topic, config.limits.permissions_per_user};
    return settings;
}

publish::ContentDeduplication content_deduplication_of(const config::Fifo& fifo) {
    using publish::ContentDeduplication;
    return fifo.content_based_deduplication ? ContentDeduplication::on : ContentDeduplication::off;
}

}  // namespace

LoopUnit::LoopUnit(std::size_t index, const Shared& shared)
    : config_(shared.config),
      events_(shared.event_log),
      loop_(index, config::unless_off(config_.limits.queue_length)),
      storage_(shared.storage.client(loop_)),
      connections_(registry_, *storage_),
      worker_(shared.workers.add_worker({.loop = loop_,
                                         .registry = registry_,
                                         .reader = *storage_,
                                         .planner = *storage_,
                                         .dead_letters = *storage_,
                                         .clock = shared.clock,
                                         .continuous_clock = shared.storage.continuous_clock(),
                                         .ids = ids_,
                                         .events = events_})),
      permission_changes_(loop_, shared.loops),
      permissions_(permission_settings(config_),
                   shared.directory,
                   shared.blocks,
                   shared.permission_writes,
                   *storage_,
                   permission_changes_,
                   events_,
                   shared.clock),
      user_blocks_(*storage_, permission_changes_, events_, shared.block_clock),
      verifier_(shared.keys, config_.auth),
      authorizer_(verifier_, permissions_, shared.clock),
      tickets_(config_, *storage_, shared.clock, shared.storage.continuous_clock(), ids_),
      publisher_(shared.filter,
                 permissions_,
                 worker_,
                 *storage_,
                 shared.clock,
                 ids_,
                 events_,
                 content_deduplication_of(config_.fifo)),
      large_batches_(loop_.executor()),
      retrieval_(
          permissions_, *storage_, config_.storage.history ? history::HistoryMode::on : history::HistoryMode::off),
      services_{.loop = loop_,
                .config = config_,
                .clock = shared.clock,
                .ids = ids_,
                .events = events_,
                .state = shared.state,
                .authorizer = authorizer_,
                .tickets = tickets_,
                .keys = shared.key_source,
                .permissions = permissions_,
                .user_blocks = user_blocks_,
                .publisher = publisher_,
                .large_batches = large_batches_,
                .retrieval = retrieval_,
                .delivery = worker_,
                .redriver = shared.redriver,
                .dead_letters = *storage_,
                .registry = registry_,
                .connections = connections_,
                .connection_limits = shared.connection_limits,
                .refused_connects = shared.refused_connects,
                .user_connects = shared.user_connects,
                .http_publishes = shared.http_publishes,
                .loops = shared.loops,
                .storage_writable = [&storage = shared.storage] { return storage.writable(); },
                .version = version},
      gateway_(services_, shared.front) {
    loop_.on_exception([this](const char* what) {
        events_.emit(observability::ExceptionCaught{"event loop", what});
    });
    // The order of a turn's end: hand over what subscribers wait for, so that the disk works while the lanes are
    // emptied into the outboxes and, the gateway's hook, these are flushed.
    loop_.add_turn_hook(*storage_);
    loop_.add_turn_hook(worker_);
    shared.loops.push_back(&services_);
    shared.redriver.add_site({.loop = loop_,
                              .registry = registry_,
                              .letters = *storage_,
                              .may_receive = [this](const Identity& identity, const TopicName& topic) {
                                  return permissions_.may_receive(identity, topic).has_value();
                              }});
}

void LoopUnit::reload(const config::Config& config) {
    config_ = config;
    permissions_.use(permission_settings(config_));
    publisher_.use(content_deduplication_of(config_.fifo));
    gateway_.take_over();
}

}  // namespace notifyd::app
