// Everything that one event loop owns, in dependency order: destroyed bottom-up, so that nothing outlives what it
// borrows.
// Thread: built by the composition root, then used on the loop only.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/auth/ticket_office.hpp"
#include "notifyd/delivery/redrive.hpp"
#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/gateway/change_broadcast.hpp"
#include "notifyd/gateway/gateway.hpp"
#include "notifyd/history/read_positions.hpp"
#include "notifyd/notifications/inbox.hpp"
#include "notifyd/notifications/pending_replay.hpp"
#include "notifyd/notifications/topic_postings.hpp"
#include "notifyd/observability/event_log.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/user_blocks.hpp"
#include "notifyd/presence/loop_presence.hpp"
#include "notifyd/runtime/shared_token_buckets.hpp"
#include "notifyd/runtime/ticker.hpp"
#include "notifyd/runtime/turnstile.hpp"
#include "notifyd/storage/storage.hpp"

#include <memory>
#include <vector>

namespace notifyd::app {

// What all loops share.
struct Shared {
    const config::Config& config;
    const Clock& clock;
    observability::EventLog& event_log;
    gateway::ServerState& state;
    storage::Storage& storage;
    permissions::PermissionDirectory& directory;
    const permissions::BlockList& blocks;
    const Clock& expiry_clock;  // distrusts a leap across a restart
    runtime::SharedRateLimit& permission_writes;
    const std::shared_ptr<const auth::KeySet>& keys;
    auth::KeySource& key_source;
    const queue::TopicFilter& filter;
    connection::ConnectionLimits& connection_limits;
    runtime::SharedRateLimit& refused_connects;
    runtime::SharedRateLimit& user_connects;
    runtime::SharedTokenBuckets& http_publishes;
    delivery::WorkerPool& workers;
    delivery::Redriver& redriver;
    gateway::SharedGateway& shared_gateway;
    gateway::AllLoops& loops;
    presence::LocalBoards& presence_boards;
};

class LoopUnit {
  public:
    LoopUnit(std::size_t index, const Shared& shared);
    LoopUnit(const LoopUnit&) = delete;
    LoopUnit& operator=(const LoopUnit&) = delete;

    // Applies this config, except for its keys. On the loop, in one step, so that nothing sees a mix.
    void reload(const config::Config& config);

    [[nodiscard]] runtime::EventLoop& loop() { return loop_; }
    [[nodiscard]] gateway::LoopGateway& gateway() { return gateway_; }
    [[nodiscard]] storage::StorageClient& storage() { return *storage_; }
    // Continues what the previous run has left unfinished. Call for one loop, before it runs.
    void resume_work() { topic_postings_.resume(); }
    // On the loop.
    void use_keys(std::shared_ptr<const auth::KeySet> keys, const config::Auth& rules) {
        verifier_.use(std::move(keys), rules);
    }

  private:
    [[nodiscard]] std::unique_ptr<presence::LoopPresence> make_presence(const Shared& shared);
    [[nodiscard]] gateway::SessionServices session_services(const Shared& shared);
    // Each resource of the HTTP API, with exactly what it uses.
    [[nodiscard]] gateway::Resources make_resources(const Shared& shared);
    [[nodiscard]] gateway::FrameResources make_frame_resources();

    // A copy, so that it can change on this loop without a lock.
    config::Config config_;
    observability::Events events_;  // of this thread, so that its counters are not shared
    runtime::EventLoop loop_;
    SystemIdSource ids_;
    std::unique_ptr<storage::StorageClient> storage_;
    connection::ConnectionRegistry registry_;
    connection::ConnectionHandler connections_;
    std::shared_ptr<const notifications::NotificationRules> notification_rules_;
    notifications::PendingReplay pending_;
    std::unique_ptr<presence::LoopPresence> presence_;  // nullptr: disabled
    delivery::DeliveryWorker& worker_;
    gateway::ChangeBroadcast permission_changes_;
    permissions::PermissionManager permissions_;
    permissions::UserBlocks user_blocks_;
    auth::JwtVerifier verifier_;
    auth::Authorizer authorizer_;
    auth::TicketOffice tickets_;
    publish::Publisher publisher_;
    runtime::Turnstile large_batches_;
    history::RetrievalHandler retrieval_;
    notifications::TopicPostings topic_postings_;
    notifications::Inbox inbox_;
    history::ReadPositions read_positions_;
    gateway::SessionServices services_;
    gateway::LoopGateway gateway_;
    // For what the publisher, the deliveries and presence do with time.
    runtime::Ticker ticker_;
};

}  // namespace notifyd::app
