// Connects the services of one loop.
#include "loop_unit.hpp"

#include "notifyd/core/limits.hpp"
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

history::ReadPositionMode read_position_mode(const config::Presence& presence) {
    return presence.enabled ? history::ReadPositionMode::on : history::ReadPositionMode::off;
}

history::ReadReceipts read_receipts(const config::Presence& presence) {
    return presence.read_receipts ? history::ReadReceipts::on : history::ReadReceipts::off;
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
      connections_(registry_, storage_->connections()),
      notification_rules_(std::make_shared<const notifications::NotificationRules>(config_)),
      pending_(registry_, storage_->inboxes(), notification_rules_, shared.clock, shared.expiry_clock, events_),
      presence_(make_presence(shared)),
      worker_(shared.workers.add_worker({.loop = loop_,
                                         .registry = registry_,
                                         .reader = storage_->history(),
                                         .planner = storage_->resume(),
                                         .dead_letters = storage_->letter_sink(),
                                         .notices = pending_,
                                         .clock = shared.clock,
                                         .continuous_clock = shared.storage.engine().continuous_clock(),
                                         .ids = ids_,
                                         .events = events_})),
      permission_changes_(loop_, shared.loops),
      permissions_(permission_settings(config_),
                   shared.directory,
                   shared.blocks,
                   shared.permission_writes,
                   storage_->permissions(),
                   permission_changes_,
                   events_,
                   shared.clock),
      user_blocks_(storage_->blocks(), permission_changes_, events_, shared.expiry_clock),
      verifier_(shared.keys, config_.auth),
      authorizer_(verifier_, permissions_, shared.clock),
      tickets_(config_, storage_->tickets(), shared.clock, shared.storage.engine().continuous_clock(), ids_),
      publisher_(shared.filter,
                 permissions_,
                 worker_,
                 storage_->messages(),
                 shared.clock,
                 ids_,
                 events_,
                 content_deduplication_of(config_.fifo)),
      large_batches_(loop_.executor()),
      retrieval_(permissions_,
                 storage_->history(),
                 config_.storage.history ? history::HistoryMode::on : history::HistoryMode::off),
      topic_postings_(storage_->inboxes(), worker_, notification_rules_, shared.clock, shared.expiry_clock),
      inbox_(storage_->inboxes(),
             worker_,
             topic_postings_,
             notification_rules_,
             config_.fifo.deduplication_window,
             {shared.clock, shared.expiry_clock, shared.storage.engine().continuous_clock()},
             ids_),
      read_positions_(read_position_mode(config_.presence),
                      read_receipts(config_.presence),
                      permissions_,
                      storage_->read_positions(),
                      worker_,
                      shared.clock,
                      ids_),
      services_(session_services(shared)),
      gateway_(services_, make_resources(shared), make_frame_resources(), shared.shared_gateway),
      ticker_(loop_, limits::room_interval, [this, &clock = shared.clock] {
          publisher_.poll_room();
          const SteadyTime now = clock.steady_now();
          worker_.tick(now);
          pending_.tick(now);
          topic_postings_.tick(now);
          if (presence_) presence_->tick();
      }) {
    loop_.on_exception([this](const char* what) { events_.emit(observability::ExceptionCaught{"event loop", what}); });
    // At the end of a turn, hand new messages to the storage first, so that the disk works while the lanes are emptied
    // into the outboxes and the outboxes are flushed (the gateway's hook).
    loop_.add_turn_hook(*storage_);
    loop_.add_turn_hook(worker_);
    shared.loops.push_back(&services_);
    shared.redriver.add_site({.loop = loop_,
                              .registry = registry_,
                              .letters = storage_->letters(),
                              .may_receive = [this](const Identity& identity, const TopicName& topic) {
                                  return permissions_.may_receive(identity, topic).has_value();
                              }});
}

std::unique_ptr<presence::LoopPresence> LoopUnit::make_presence(const Shared& shared) {
    if (!config_.presence.enabled) return nullptr;
    auto presence = std::make_unique<presence::LoopPresence>(
        loop_, shared.presence_boards, shared.clock, ids_, config_.presence.leave_after);
    connections_.set_observer(presence->watchers);
    return presence;
}

gateway::SessionServices LoopUnit::session_services(const Shared& shared) {
    const gateway::LoopContext context{loop_, config_, shared.clock, ids_, events_, shared.state};
    const gateway::LoopConnections open{context, permissions_, registry_, connections_};
    const gateway::FrameServices frames{open, publisher_, worker_, authorizer_, shared.key_source, inbox_};
    return {frames,
            tickets_,
            shared.connection_limits,
            shared.refused_connects,
            shared.user_connects,
            retrieval_.epoch(),
            shared.loops,
            pending_};
}

gateway::Resources LoopUnit::make_resources(const Shared& shared) {
    using namespace gateway;
    const config::Limits& limits = config_.limits;
    return {PublishEndpoints(publisher_, shared.http_publishes, large_batches_, loop_, limits, shared.clock, events_),
            ConnectionTokenEndpoints(tickets_, inbox_, loop_, limits),
            MessageEndpoints(retrieval_, loop_, config_.storage),
            NotificationEndpoints(inbox_, loop_, limits),
            PreferenceEndpoints(inbox_, loop_, limits),
            ChatEndpoints(read_positions_, loop_),
            PermissionEndpoints(permissions_, loop_, limits),
            UserEndpoints(user_blocks_, loop_, limits),
            PresenceEndpoints(permissions_, presence_ ? &presence_->board : nullptr, loop_),
            DeadLetterEndpoints(storage_->letters(), shared.redriver, loop_),
            ConnectionEndpoints(shared.loops, loop_),
            OperationsEndpoints(
                shared.state, authorizer_, [&storage = shared.storage] { return storage.writable(); }, version)};
}

gateway::FrameResources LoopUnit::make_frame_resources() {
    using namespace gateway;
    PresenceFrames::Services presence;
    if (presence_) presence = {&presence_->board, &presence_->watchers};
    return {PingFrames(services_),
            SubscriptionFrames(services_),
            TokenRefreshFrames(services_),
            NotificationFrames(services_),
            ReadPositionFrames(services_, read_positions_),
            PresenceFrames(services_, presence)};
}

void LoopUnit::reload(const config::Config& config) {
    config_ = config;
    permissions_.use(permission_settings(config_));
    notification_rules_ = std::make_shared<const notifications::NotificationRules>(config_);
    pending_.use(notification_rules_);
    topic_postings_.use(notification_rules_);
    inbox_.use(notification_rules_);
    publisher_.use(content_deduplication_of(config_.fifo));
    read_positions_.use(read_receipts(config_.presence));
    gateway_.take_over();
}

}  // namespace notifyd::app
