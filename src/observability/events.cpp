// What each event writes into the log.
#include "notifyd/observability/events.hpp"

#include "event_line.hpp"

namespace notifyd::observability {

void Events::emit(const ServerStarted& event) {
    log(sink_, clock_, LogLevel::info, "server_started", [&](Fields& fields) {
        fields.text("listen", event.listen).text("version", event.version);
        fields.number("threads", event.threads).flag("tls", event.tls);
    });
}

void Events::emit(const ServerStopping& event) {
    log(sink_, clock_, LogLevel::info, "server_stopping", [&](Fields& fields) { fields.text("reason", event.reason); });
}

void Events::emit(const ServerStopped&) {
    log(sink_, clock_, LogLevel::info, "server_stopped", [](Fields&) {});
}

void Events::emit(const ServerFailed& event) {
    log(sink_, clock_, LogLevel::error, "server_failed", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const ConfigWarning& event) {
    log(sink_, clock_, LogLevel::warn, "config_warning", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const ConfigReloaded& event) {
    log(sink_, clock_, LogLevel::info, "config_reloaded", [&](Fields& fields) {
        const bool changed = !event.live.empty() || !event.at_restart.empty();
        if (!changed) fields.text("what", "nothing changed");
        fields.text("live", event.live).text("at_restart", event.at_restart);
    });
}

void Events::emit(const ConfigReloadFailed& event) {
    log(sink_, clock_, LogLevel::error, "config_reload_failed", [&](Fields& fields) {
        fields.text("what", event.what);
    });
}

void Events::emit(const CertificateExpires& event) {
    log(sink_, clock_, LogLevel::warn, "certificate_expires", [&](Fields& fields) {
        fields.number("days", event.days);
    });
}

void Events::emit(const ExceptionCaught& event) {
    log(sink_, clock_, LogLevel::error, "exception_caught", [&](Fields& fields) {
        fields.text("where", event.where).text("what", event.what);
    });
}

void Events::emit(const ConnectionOpened& event) {
    log(sink_, clock_, LogLevel::info, "connection_opened", [&](Fields& fields) {
        fields.text("correlation_id", event.correlation_id).connection(event.connection).user(event.user);
        fields.number("topics", event.topics).text("address", event.address);
    });
}

void Events::emit(const ConnectionClosed& event) {
    log(sink_, clock_, LogLevel::info, "connection_closed", [&](Fields& fields) {
        fields.connection(event.connection).user(event.user);
        fields.number("code", event.code).real("seconds", event.seconds);
    });
}

void Events::emit(const ConnectionRefused& event) {
    log_bounded(sink_, clock_, connection_refused_, "connection_refused", [&](Fields& fields) {
        fields.text("correlation_id", event.correlation_id).text("user_id", event.user).number("status", event.status);
        fields.text("reason", event.reason).text("attempt_reason", event.attempt_reason).topic_text(event.topic);
        fields.text("origin", event.origin).text("address", event.address).text("what", event.what);
    });
}

void Events::emit(const DeliveryClosedSlow& event) {
    log(sink_, clock_, LogLevel::warn, "delivery_closed_slow", [&](Fields& fields) {
        fields.connection(event.connection).user(event.user);
    });
}

void Events::emit(const DeliveryFellBehind& event) {
    log(sink_, clock_, LogLevel::debug, "delivery_fell_behind", [&](Fields& fields) {
        fields.connection(event.connection).user(event.user).topic(event.topic);
    });
}

void Events::emit(const DeliveryFailed& event) {
    log(sink_, clock_, LogLevel::error, "delivery_failed", [&](Fields& fields) {
        fields.connection(event.connection).user(event.user).topic(event.topic);
    });
}

void Events::emit(const DeliveryCaughtUp& event) {
    log(sink_, clock_, LogLevel::debug, "delivery_caught_up", [&](Fields& fields) {
        fields.connection(event.connection).user(event.user).topic(event.topic);
    });
}

void Events::emit(const RequestServed& event) {
    log(sink_, clock_, LogLevel::debug, "request_served", [&](Fields& fields) {
        fields.text("correlation_id", event.correlation_id).user(event.user).real("latency_ms", event.latency_ms);
        fields.text("method", event.method).text("route", event.route).number("status", event.status);
    });
}

void Events::emit(const RequestFailed& event) {
    const auto fill = [&](Fields& fields) {
        fields.text("correlation_id", event.correlation_id).text("user_id", event.user);
        fields.real("latency_ms", event.latency_ms).text("method", event.method).text("route", event.route);
        fields.number("status", event.status).text("reason", event.reason).text("address", event.address);
        fields.text("what", event.what);
    };
    log_bounded(sink_, clock_, request_failed_, "request_failed", fill, LogLevel::warn);
}

void Events::emit(const AuthFailed& event) {
    log_bounded(sink_, clock_, auth_failed_, "auth_failed", [&](Fields& fields) {
        fields.text("correlation_id", event.correlation_id).text("user_id", event.user);
        fields.text("reason", event.reason).topic_text(event.topic).text("key", event.key);
        fields.text("address", event.address);
    });
}

void Events::emit(const KeysRefreshed& event) {
    const LogLevel level = event.changed ? LogLevel::info : LogLevel::debug;
    log(sink_, clock_, level, "keys_refreshed", [&](Fields& fields) {
        fields.number("count", event.count).flag("changed", event.changed);
    });
}

void Events::emit(const KeysNotRefreshed& event) {
    log(sink_, clock_, LogLevel::warn, "keys_refresh_failed", [&](Fields& fields) {
        fields.text("url", event.url).text("reason", event.what);
    });
}

void Events::emit(const KeySkipped& event) {
    log(sink_, clock_, LogLevel::warn, "key_skipped", [&](Fields& fields) {
        fields.text("url", event.url).number("key", event.number).text("kid", event.kid).text("reason", event.reason);
    });
}

void Events::emit(const KeysExpired&) {
    log(sink_, clock_, LogLevel::error, "keys_expired", [](Fields&) {});
}

void Events::emit(const PermissionGranted& event) {
    log(sink_, clock_, LogLevel::info, "permission_granted", [&](Fields& fields) {
        fields.user(event.user).topic(event.topic).text("role", to_string(event.role)).text("by", event.by.get());
    });
}

void Events::emit(const PermissionRevoked& event) {
    log(sink_, clock_, LogLevel::info, "permission_revoked", [&](Fields& fields) {
        fields.user(event.user).topic(event.topic).text("by", event.by.get());
    });
}

void Events::emit(const UserBlocked& event) {
    log(sink_, clock_, LogLevel::info, "user_blocked", [&](Fields& fields) {
        fields.user(event.user).text("by", event.by.get()).text("reason", event.reason);
    });
}

void Events::emit(const UserUnblocked& event) {
    log(sink_, clock_, LogLevel::info, "user_unblocked", [&](Fields& fields) {
        fields.user(event.user).text("by", event.by.get());
    });
}

void Events::emit(const MessagePublished& event) {
    log_sampled(sink_, clock_, published_sampler_, "message_published", [&](Fields& fields) {
        fields.text("correlation_id", event.correlation_id).user(event.user).message(event.message);
        fields.topic(event.topic).sequence(event.sequence).text("message_type", to_string(event.type));
    });
}

void Events::emit(const MessageDelivered& event) {
    log_sampled(sink_, clock_, delivered_sampler_, "message_delivered", [&](Fields& fields) {
        fields.message(event.message).topic(event.topic).sequence(event.sequence);
        fields.real("latency_ms", event.latency_ms).number("recipients", event.recipients);
    });
}

void Events::emit(const MessageUndelivered& event) {
    log(sink_, clock_, LogLevel::debug, "message_undelivered", [&](Fields& fields) {
        fields.message(event.message).topic(event.topic).text("reason", event.reason);
    });
}

void Events::emit(const MessageDeadLettered& event) {
    log_sampled(sink_, clock_, dead_letter_sampler_, "message_dead_lettered", [&](Fields& fields) {
        fields.message(event.message).topic(event.topic).sequence(event.sequence);
        fields.connection(event.connection).user(event.user);
        fields.text("queue", event.queue).text("reason", event.reason);
    });
}

void Events::emit(const CommitFailed& event) {
    log(sink_, clock_, LogLevel::error, "commit_failed", [&](Fields& fields) {
        fields.number("rows", event.rows).text("what", event.what);
    });
}

void Events::emit(const SyncFailed& event) {
    log(sink_, clock_, LogLevel::error, "sync_failed", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const StorageRecovered&) {
    log(sink_, clock_, LogLevel::info, "storage_recovered", [](Fields&) {});
}

void Events::emit(const StorageError& event) {
    log(sink_, clock_, LogLevel::error, "storage_error", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const DatabaseLost& event) {
    log(sink_, clock_, LogLevel::error, "database_lost", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const LogReopened&) {
    log(sink_, clock_, LogLevel::info, "log_reopened", [](Fields&) {});
}

void Events::emit(const LogReopenFailed& event) {
    log(sink_, clock_, LogLevel::error, "log_reopen_failed", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const AcceptFailed& event) {
    log(sink_, clock_, LogLevel::warn, "accept_failed", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const AcceptRefused& event) {
    log_bounded(sink_, clock_, accept_refused_, "accept_refused", [&](Fields& fields) {
        fields.text("reason", event.reason).text("address", event.address);
    });
}

void Events::emit(const CheckpointFailed& event) {
    log(sink_, clock_, LogLevel::warn, "checkpoint_failed", [&](Fields& fields) { fields.text("what", event.what); });
}

void Events::emit(const RetentionDeleted& event) {
    log(sink_, clock_, LogLevel::info, "retention_deleted", [&](Fields& fields) {
        fields.number("rows", event.rows).text("what", event.what);
    });
}

void Events::emit(const ClockLeapt& event) {
    log(sink_, clock_, LogLevel::warn, "clock_leapt", [&](Fields& fields) {
        fields.number("ahead_ms", event.ahead_ms)
            .text(
                "what",
                "the wall clock is a day or more away from the time by which messages were stored: nothing is deleted "
                "until it has run steadily for an hour");
    });
}

void Events::emit(const ClockTrusted&) {
    log(sink_, clock_, LogLevel::info, "clock_trusted", [](Fields& fields) {
        fields.text("what", "the wall clock is trusted again, and what has expired is deleted");
    });
}

void Events::emit(const PagesReclaimed& event) {
    log(sink_, clock_, LogLevel::info, "pages_reclaimed", [&](Fields& fields) { fields.number("pages", event.pages); });
}

void Events::emit(const DeadLettersDropped& event) {
    const auto fill = [&](Fields& fields) { fields.number("letters", event.letters).text("reason", event.reason); };
    log_bounded(sink_, clock_, letters_dropped_, "dead_letters_dropped", fill, LogLevel::error);
}

void Events::emit(const DeadLettersGaveWay& event) {
    const auto fill = [&](Fields& fields) {
        fields.user(event.user).text("queue", event.queue);
        fields.number("letters", event.letters).text("reason", event.reason);
    };
    log_bounded(sink_, clock_, letters_gave_way_, "dead_letters_gave_way", fill, LogLevel::warn);
}

void Events::emit(const MigrationApplied& event) {
    log(sink_, clock_, LogLevel::info, "migration_applied", [&](Fields& fields) {
        fields.text("name", event.name).number("version", event.version);
    });
}

}  // namespace notifyd::observability
