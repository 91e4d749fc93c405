#include "upgrades.hpp"

#include <fstream>
#include <string>
#include <string_view>

namespace notifyd::bench {
namespace {

Upgrade notifyd_upgrade(std::string_view token, std::string_view query) {
    query.remove_prefix(query.starts_with('&') ? 1 : 0);
    return {.target = "/ws?" + std::string(query), .headers = bearer(token)};
}

std::vector<Upgrade> read_clients(const std::string& file) {
    std::ifstream lines(file);
    std::vector<Upgrade> upgrades;
    for (std::string line; std::getline(lines, line);) {
        const std::string_view text = line;
        const std::size_t tab = text.find('\t');
        if (tab == std::string_view::npos) {
            throw UsageError("--clients: a line without a tab in " + file);
        }
        upgrades.push_back(notifyd_upgrade(text.substr(0, tab), text.substr(tab + 1)));
    }
    if (upgrades.empty()) {
        throw UsageError("--clients: nothing to read in " + file);
    }
    return upgrades;
}

std::vector<Upgrade> upgrades_of(const Options& options) {
    if (options.protocol == Protocol::plain) {
        return {{.target = options.path, .headers = ""}};
    }
    if (!options.clients.empty()) {
        return read_clients(options.clients);
    }
    std::vector<Upgrade> upgrades;
    for (const std::string& chat : options.chat_names()) {
        upgrades.push_back(notifyd_upgrade(options.subscriber_token, "chatId=" + chat));
    }
    return upgrades;
}

}  // namespace

Upgrades::Upgrades(const Options& options) : upgrades_(upgrades_of(options)) {}

}  // namespace notifyd::bench
