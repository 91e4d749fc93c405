// Reads the config as the server does, then fetches the JWKS once.
#include "check_config.hpp"

#include "notifyd/auth/key_source.hpp"
#include "notifyd/config/load_config.hpp"
#include "notifyd/http_client/http_client.hpp"

#include "exit_codes.hpp"
#include "places.hpp"
#include "settings.hpp"

#include <exception>
#include <future>
#include <iostream>
#include <utility>
#include <vector>

namespace notifyd::app {

namespace {

http_client::Awaitable<void> fetch_into(http_client::HttpClient& client,
                                        const std::string& url,
                                        std::promise<Result<std::string>>& answer) {
    try {
        http_client::GetRequest request{url, auth::KeySource::set_bytes_max, auth::KeySource::fetch_deadline};
        Result<std::string> text = co_await client.get(std::move(request));
        answer.set_value(std::move(text));
    } catch (const std::exception& error) {
        answer.set_value(Error(Errc::internal, error.what()));
    }
}

Result<std::string> fetch(const std::string& url) {
    const SystemClock clock;
    std::promise<Result<std::string>> answer;
    http_client::HttpClient client(clock);
    runtime::Spawner tasks(client.loop());
    tasks.spawn(fetch_into(client, url, answer));
    client.start();
    Result<std::string> text = answer.get_future().get();
    client.stop();
    return text;
}

void warn(const std::vector<std::string>& messages) {
    for (const std::string& message : messages) std::cerr << "warning: " << message << '\n';
}

// Checks that the URL serves usable keys. Returns the exit code.
int check_jwks(const std::string& file, const Settings& settings) {
    const std::string& url = settings.config.auth.jwks_url;
    Result<std::string> text = fetch(url);
    if (!text) {
        std::cerr << file << ": auth.jwks: cannot fetch " << url << ": " << text.error().message
                  << " (--offline skips this check)\n";
        return exit_failed;
    }
    auth::KeySources sources = settings.key_sources;
    sources.jwks_json = std::move(*text);
    const Result<std::shared_ptr<const auth::KeySet>> keys = auth::make_key_set(sources);
    if (!keys || (*keys)->awaits_jwks()) {
        std::cerr << file << ": " << (keys ? "auth.jwks: the answer is empty" : keys.error().message) << " (from "
                  << url << ")\n";
        return exit_config;
    }
    warn(doubts_about(**keys));
    return 0;
}

}  // namespace

int check_config(const std::string& file, Network network) {
    const SettingsResult settings = read_settings(file);
    if (!settings) {
        for (const std::string& message : settings.error()) std::cerr << message << '\n';
        return exit_config;
    }
    if (report_problems(file, problems_with_places(settings->config))) return exit_config;
    warn(config::doubtful_settings(settings->config));
    warn(settings->warnings);
    if (network == Network::used && settings->key_sources.jwks_by_url) {
        if (const int failed = check_jwks(file, *settings); failed != 0) return failed;
    }
    std::cout << file << " is valid\n";
    return 0;
}

}  // namespace notifyd::app
