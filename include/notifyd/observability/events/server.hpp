// Events of the server as a whole: start, stop, config, log file, unexpected exceptions.
#pragma once

#include "notifyd/observability/event.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::observability {

struct ServerStarted {
    static constexpr EventInfo info{"server_started"};

    std::string_view listen{};
    std::string_view version{};
    std::int64_t threads = 0;
    bool tls = false;

    void describe(Fields& fields) const {
        fields.text("listen", listen).text("version", version).number("threads", threads).flag("tls", tls);
    }
};

struct ServerStopping {
    static constexpr EventInfo info{"server_stopping"};

    std::string_view reason{};  // such as "SIGTERM"

    void describe(Fields& fields) const { fields.text("reason", reason); }
};

struct ServerStopped {
    static constexpr EventInfo info{"server_stopped"};

    void describe(Fields&) const {}
};

struct ServerFailed {
    static constexpr EventInfo info{"server_failed", LogLevel::error};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

struct ConfigWarning {
    static constexpr EventInfo info{"config_warning", LogLevel::warn};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

// After SIGHUP. Names of keys, separated by commas; never values.
struct ConfigReloaded {
    static constexpr EventInfo info{"config_reloaded"};

    std::string_view live{};        // changed in the running server
    std::string_view at_restart{};  // changed in the file only

    void describe(Fields& fields) const {
        const bool changed = !live.empty() || !at_restart.empty();
        if (!changed) fields.text("what", "nothing changed");
        fields.text("live", live).text("at_restart", at_restart);
    }
};

// After SIGHUP: the new config has a mistake, so the running one stays as it is.
struct ConfigReloadFailed {
    static constexpr EventInfo info{"config_reload_failed", LogLevel::error};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

struct CertificateExpires {
    static constexpr EventInfo info{"certificate_expires", LogLevel::warn};

    std::int64_t days = 0;  // negative: it has expired

    void describe(Fields& fields) const { fields.number("days", days); }
};

struct ExceptionCaught {
    static constexpr EventInfo info{"exception_caught", LogLevel::error};

    std::string_view where{};
    std::string_view what{};

    void describe(Fields& fields) const { fields.text("where", where).text("what", what); }
};

// After SIGUSR1: the log continues in the file that has its name now.
struct LogReopened {
    static constexpr EventInfo info{"log_reopened"};

    void describe(Fields&) const {}
};

// After SIGUSR1: the log continues in the file that was open.
struct LogReopenFailed {
    static constexpr EventInfo info{"log_reopen_failed", LogLevel::error};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

}  // namespace notifyd::observability
