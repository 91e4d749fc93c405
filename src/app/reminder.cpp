// Emits the reminders as events.
#include "reminder.hpp"

#include "notifyd/config/load_config.hpp"
#include "notifyd/observability/events/server.hpp"

namespace notifyd::app {

void Reminder::remind(const config::Config& config, std::optional<EpochMs> certificate_until) {
    for (const std::string& doubt : config::doubtful_settings(config)) {
        events_.emit(observability::ConfigWarning{doubt});
    }
    if (!certificate_until) return;
    const Milliseconds left(*certificate_until - clock_.now_ms());
    if (left > certificate_notice) return;
    events_.emit(observability::CertificateExpires{std::chrono::floor<std::chrono::days>(left).count()});
}

}  // namespace notifyd::app
