// Everything notable that can happen, one struct each; emit() is the one place that logs it (and will count it).
// Owns:   the samplers. Events hold references and views: build one in the call of emit, never keep it.
// Thread: any.
// Fails:  never. No event carries a token, a key or a body.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/observability/first_few.hpp"
#include "notifyd/observability/log.hpp"
#include "notifyd/observability/refusals.hpp"
#include "notifyd/observability/sampler.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace notifyd::observability {

// --- the server as a whole ---

struct ServerStarted {
    std::string_view listen{};
    std::string_view version{};
    std::int64_t threads = 0;
    bool tls = false;
};

struct ServerStopping {
    std::string_view reason{};  // such as "SIGTERM"
};

struct ServerStopped {};

struct ServerFailed {
    std::string_view what{};
};

struct ConfigWarning {
    std::string_view what{};
};

// SIGHUP: names of keys, with commas; the running config has those of `live` now, and never a value of a secret here.
struct ConfigReloaded {
    std::string_view live{};
    std::string_view at_restart{};  // changed in the file, not in the server
};

// SIGHUP, and the new config has a mistake: the running one is kept whole.
struct ConfigReloadFailed {
    std::string_view what{};
};

struct CertificateExpires {
    std::int64_t days = 0;  // below 0: it has
};

struct ExceptionCaught {
    std::string_view where{};
    std::string_view what{};
};

// --- connections ---

struct ConnectionOpened {
    ConnectionId connection{};
    const UserId& user;
    std::int64_t topics = 0;
    std::string_view address{};
    std::string_view correlation_id{};  // of the upgrade request
};

struct ConnectionClosed {
    ConnectionId connection{};
    const UserId& user;
    std::uint16_t code = 0;  // ours or the peer's; 1006 when the connection just ended
    double seconds = 0;      // how long it was open
};

struct ConnectionRefused {
    std::int64_t status = 0;
    std::string_view reason{};  // a short name from a closed set, or the config key of a limit
    std::string_view address{};
    std::string_view correlation_id{};
    std::string_view what{};    // the sentence that the client got
    std::string_view user{};    // where known
    std::string_view topic{};   // "chat:abc", where the refusal is about one
    std::string_view origin{};  // the page's, where there is one
    // What an attempt was refused for that is answered as one too many of its address.
    std::string_view attempt_reason{};
};

// No connection could be taken, most likely for want of file descriptors.
struct AcceptFailed {
    std::string_view what{};
};

// A socket was closed as soon as it was accepted: there are too many already.
struct AcceptRefused {
    std::string_view reason{};  // "server_full" or "address_full"
    std::string_view address{};
};

// It took not one byte for delivery.stalled_after.
struct DeliveryClosedSlow {
    ConnectionId connection{};
    const UserId& user;
};

// Its outbox is full: it gets the topic's fifo messages from the log until it has caught up. Debug level, both.
struct DeliveryFellBehind {
    ConnectionId connection{};
    const UserId& user;
    const TopicName& topic;
};
// What it was owed cannot be read, and so not be made dead letters either.
struct DeliveryFailed {
    ConnectionId connection{};
    const UserId& user;
    const TopicName& topic;
};
struct DeliveryCaughtUp {
    ConnectionId connection{};
    const UserId& user;
    const TopicName& topic;
};

// --- HTTP ---

// `route` is the route's pattern, not the requested path. Debug level; a 5xx is a RequestFailed instead.
struct RequestServed {
    std::string_view correlation_id{};
    std::string_view method{};
    std::string_view route{};
    std::int64_t status = 0;
    double latency_ms = 0;
    const UserId* user = nullptr;
};

// Anybody can cause them at any rate (while there are no keys, for example), so they are bounded.
struct RequestFailed {
    std::string_view correlation_id{};
    std::string_view method{};
    std::string_view route{};
    std::int64_t status = 0;
    double latency_ms = 0;
    std::string_view reason{};
    std::string_view what{};
    std::string_view address{};
    std::string_view user{};  // where known
};

// --- who may do what ---

struct AuthFailed {
    std::string_view reason{};  // a short name from a closed set, such as "expired": it becomes a metric's label
    std::string_view address{};
    std::string_view correlation_id{};
    std::string_view user{};   // where the token was good enough to tell
    std::string_view topic{};  // "chat:abc", where the refusal is about one
    std::string_view key{};    // the `kid` that no key of ours has
};

// A JWKS was fetched. Debug level where it is the one that was known.
struct KeysRefreshed {
    std::int64_t count = 0;  // of all keys that verify tokens now
    bool changed = false;
};

// The keys that were fetched before go on serving; if none were, nobody of the provider's gets in.
struct KeysNotRefreshed {
    std::string_view url{};
    std::string_view what{};
};

// An entry of the JWKS that was fetched cannot be used; the others are.
struct KeySkipped {
    std::string_view url{};
    std::int64_t number = 0;  // its place in the set, from 1
    std::string_view kid{};
    std::string_view reason{};
};

// They did for too long: tokens that need them are refused until a fetch succeeds.
struct KeysExpired {};

struct PermissionGranted {
    const UserId& user;
    const TopicName& topic;
    Role role = Role::member;
    const UserId& by;
};

struct PermissionRevoked {
    const UserId& user;
    const TopicName& topic;
    const UserId& by;
};

struct UserBlocked {
    const UserId& user;
    const UserId& by;
    std::string_view reason;
};

struct UserUnblocked {
    const UserId& user;
    const UserId& by;
};

// --- messages: sampled at info (the first of each second), all of them at debug ---

struct MessagePublished {
    MessageId message{};
    const TopicName& topic;
    MessageType type = MessageType::standard;
    Sequence sequence = 0;
    const UserId& user;
    std::string_view correlation_id{};
};

struct MessageDelivered {
    MessageId message{};
    const TopicName& topic;
    Sequence sequence = 0;
    std::int64_t recipients = 0;
    double latency_ms = 0;  // from the publish to the hand-over to the sockets
};

// Debug level.
struct MessageUndelivered {
    MessageId message{};
    const TopicName& topic;
    std::string_view reason = "no_recipient";
};

struct MessageDeadLettered {
    MessageId message{};
    const TopicName& topic;
    Sequence sequence = 0;
    ConnectionId connection{};
    const UserId& user;
    std::string_view queue{};
    std::string_view reason{};  // a short name from a closed set
};

// --- storage ---

struct CommitFailed {
    std::string_view what{};
    std::int64_t rows = 0;
};

// The end of all writing; the process follows.
struct SyncFailed {
    std::string_view what{};
};

// After a commit that failed: commits work again.
struct StorageRecovered {};

struct StorageError {
    std::string_view what{};
};

// The database's files are not in their places any more: nothing is acknowledged until they are.
struct DatabaseLost {
    std::string_view what{};
};

// SIGUSR1: the log goes to the file that has its name now, or goes on to the one that was open.
struct LogReopened {};
struct LogReopenFailed {
    std::string_view what{};
};

struct CheckpointFailed {
    std::string_view what{};
};

struct RetentionDeleted {
    std::int64_t rows = 0;
    std::string_view what = "messages";  // or "dead_letters", "connection_tokens"
};

// The wall clock is a day or more away from what time must be: nothing is deleted until an hour has confirmed it.
struct ClockLeapt {
    std::int64_t ahead_ms = 0;  // negative: behind
};

// The wall clock is back, or has run in step with the steady clock for an hour: retention goes on.
struct ClockTrusted {};

// What was deleted is given back to the disk.
struct PagesReclaimed {
    std::int64_t pages = 0;
};

// Their messages are in the history, if there is one.
struct DeadLettersDropped {
    std::int64_t letters = 0;
    std::string_view reason{};
};

// There was no room for all of one recipient's, so the oldest of them were deleted.
struct DeadLettersGaveWay {
    const UserId& user;  // empty: letters of a queue, which belong to no user
    std::string_view queue{};
    std::int64_t letters = 0;
    std::string_view reason{};  // "recipient_full" or "table_full"
};

struct MigrationApplied {
    std::string_view name{};
    std::int64_t version = 0;
};

// An event that an unknown peer can cause: so many a second are told, the others counted.
struct Bounded {
    static constexpr std::uint16_t per_second = 20;

    Sampler sampler{per_second};
    std::atomic<std::int64_t> left_out{0};
};

class Events {
  public:
    Events(LogSink& sink, const Clock& clock) : sink_(sink), clock_(clock) {}
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    void emit(const ServerStarted& event);
    void emit(const ServerStopping& event);
    void emit(const ServerStopped& event);
    void emit(const ServerFailed& event);
    void emit(const ConfigWarning& event);
    void emit(const ConfigReloaded& event);
    void emit(const ConfigReloadFailed& event);
    void emit(const CertificateExpires& event);
    void emit(const ExceptionCaught& event);
    void emit(const ConnectionOpened& event);
    void emit(const ConnectionClosed& event);
    void emit(const ConnectionRefused& event);
    void emit(const AcceptFailed& event);
    void emit(const AcceptRefused& event);
    void emit(const DeliveryClosedSlow& event);
    void emit(const DeliveryFellBehind& event);
    void emit(const DeliveryCaughtUp& event);
    void emit(const DeliveryFailed& event);
    void emit(const RequestServed& event);
    void emit(const RequestFailed& event);
    void emit(const RequestRefused& event);
    void emit(const FrameRefused& event);
    void emit(const ForwardedForIgnored& event);
    void emit(const AuthFailed& event);
    void emit(const KeysRefreshed& event);
    void emit(const KeysNotRefreshed& event);
    void emit(const KeySkipped& event);
    void emit(const KeysExpired& event);
    void emit(const PermissionGranted& event);
    void emit(const PermissionRevoked& event);
    void emit(const UserBlocked& event);
    void emit(const UserUnblocked& event);
    void emit(const MessagePublished& event);
    void emit(const MessageDelivered& event);
    void emit(const MessageUndelivered& event);
    void emit(const MessageDeadLettered& event);
    void emit(const CommitFailed& event);
    void emit(const SyncFailed& event);
    void emit(const StorageRecovered& event);
    void emit(const StorageError& event);
    void emit(const DatabaseLost& event);
    void emit(const LogReopened& event);
    void emit(const LogReopenFailed& event);
    void emit(const CheckpointFailed& event);
    void emit(const RetentionDeleted& event);
    void emit(const ClockLeapt& event);
    void emit(const ClockTrusted& event);
    void emit(const PagesReclaimed& event);
    void emit(const DeadLettersDropped& event);
    void emit(const DeadLettersGaveWay& event);
    void emit(const MigrationApplied& event);

  private:
    LogSink& sink_;
    const Clock& clock_;
    Sampler published_sampler_;
    Sampler delivered_sampler_;
    Sampler dead_letter_sampler_;
    Bounded auth_failed_;
    Bounded connection_refused_;
    Bounded accept_refused_;
    Bounded request_refused_;
    Bounded request_failed_;
    Bounded frame_refused_;
    FirstFew forwarded_for_ignored_{16, std::chrono::hours(1)};
    Bounded letters_dropped_;
    Bounded letters_gave_way_;
};

}  // namespace notifyd::observability
