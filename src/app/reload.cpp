// SIGHUP: reads the config as at startup and applies what can change to all loops, or nothing if there is a mistake.
#include "notifyd/observability/events/server.hpp"

#include "daemon.hpp"

#include <algorithm>
#include <future>
#include <latch>

namespace notifyd::app {

namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(name);
    return all;
}

bool has(const std::vector<std::string>& names, std::string_view wanted) {
    return std::find(names.begin(), names.end(), wanted) != names.end();
}

// A file with the same name but different contents counts as a changed key.
void add_changed_files(const config::Fingerprints& before,
                       const config::Fingerprints& now,
                       config::Reloaded& reloaded) {
    for (const auto& [key, fingerprint] : now) {
        const auto known = before.find(key);
        const bool reported = has(reloaded.live, key) || has(reloaded.at_restart, key);
        if (!reported && (known == before.end() || known->second != fingerprint)) reloaded.live.emplace_back(key);
    }
}

std::vector<std::string> missing_keys(const std::string& file,
                                      const config::GivenKeys& before,
                                      const config::GivenKeys& now) {
    std::vector<std::string> messages;
    for (const std::string_view key : config::missing_restrictions(before, now)) {
        messages.push_back(file + ": " + std::string(key) +
                           ": was set and is missing now; if this is intended, set it to its default");
    }
    return messages;
}

bool concerns_tls(const std::vector<std::string>& keys) {
    return std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return key.starts_with("tls."); });
}

}  // namespace

Daemon::ReloadOutcome Daemon::read_again() {
    SettingsResult settings = read_settings(file_);
    if (!settings) return settings.error();
    if (auto missing = missing_keys(file_, settings_given_, settings->given); !missing.empty()) return missing;
    config::ReloadResult merged = config::apply_live(config_, settings->config);
    if (!merged) {
        std::vector<std::string> messages;
        for (const config::ConfigError& error : merged.error()) messages.push_back(config::to_string(error));
        return messages;
    }
    add_changed_files(settings_files_, settings->files, *merged);
    if (const Result<void> opened = logger_.reopen(); !opened) return std::vector{opened.error().message};
    if (const Result<void> keys = check_keys(merged->config.auth, settings->key_sources); !keys) {
        return std::vector{file_ + ": " + keys.error().message};
    }
    // The last step that can fail; the loops pick the new certificate up when the config is applied.
    if (concerns_tls(merged->live)) {
        const Result<void> renewed = shared_gateway_->renew_certificate(merged->config.tls, clock_.now_ms());
        if (!renewed) return std::vector{file_ + ": " + renewed.error().message};
    }
    return Renewal{std::move(*settings), std::move(*merged)};
}

void Daemon::use(Renewal renewal) {
    config_ = std::move(renewal.reloaded.config);
    settings_files_ = std::move(renewal.settings.files);
    settings_given_ = std::move(renewal.settings.given);
    logger_.set_level(config_.log.level);
    shared_gateway_->use(config_.limits);
    use(std::move(renewal.settings.key_sources));
    // Queued behind the keys in each loop's mailbox: once this is done, the new keys are in use, too.
    on_all_loops([this](LoopUnit& unit, UniqueFunction<void()> done) {
        unit.reload(config_);
        done();
    });
}

Result<void> Daemon::check_keys(const config::Auth& rules, const auth::KeySources& sources) {
    std::promise<Result<void>> verdict;
    const auto report = [&verdict](Result<void> given) { verdict.set_value(std::move(given)); };
    const Result<void> asked = key_source_->check(rules, sources, report);
    return asked ? verdict.get_future().get() : asked;
}

// The key source keeps the JWKS that it has fetched. read_settings has checked that the sources make a valid key set.
void Daemon::use(auth::KeySources sources) {
    std::latch used(1);
    const Result<void> taken = key_source_->reload(config_.auth, std::move(sources), [&used] { used.count_down(); });
    if (taken) {
        used.wait();
    } else {
        events_.emit(observability::ConfigReloadFailed{taken.error().message});
    }
}

void Daemon::reload() {
    supervisor_.reloading(clock_.steady_now());
    ReloadOutcome outcome = read_again();
    if (outcome) {
        const std::string live = joined(outcome->reloaded.live);
        const std::string at_restart = joined(outcome->reloaded.at_restart);
        const std::vector<std::string> warnings = outcome->settings.warnings;
        use(std::move(*outcome));
        events_.emit(observability::ConfigReloaded{live, at_restart});
        for (const std::string& warning : warnings) events_.emit(observability::ConfigWarning{warning});
        reminder_.restart(config_, shared_gateway_->certificate_until());
    } else {
        for (const std::string& what : outcome.error()) events_.emit(observability::ConfigReloadFailed{what});
    }
    supervisor_.ready();
}

}  // namespace notifyd::app
