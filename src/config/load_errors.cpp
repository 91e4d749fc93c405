// Errors of the config as values and as lines.
#include "load_errors.hpp"

#include <utility>

namespace notifyd::config {

ConfigError make_error(const Origin& origin, std::string key, std::string message) {
    if (!origin.variable.empty()) return {"", 0, origin.variable, std::move(message)};
    return {origin.file, origin.line, std::move(key), std::move(message)};
}

std::string to_string(const ConfigError& error) {
    std::string out = error.file;
    if (error.line > 0) out += ':' + std::to_string(error.line);
    if (!out.empty() && !error.key.empty()) out += ": ";
    out += error.key;
    out += ": ";
    out += error.message;
    return out;
}

}  // namespace notifyd::config
