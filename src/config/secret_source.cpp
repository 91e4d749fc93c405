// Secrets from files and the environment.
#include "secret_source.hpp"

#include "notifyd/config/units.hpp"

#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

namespace notifyd::config {

namespace {

constexpr std::string_view file_prefix = "file:";
constexpr std::string_view environment_prefix = "env:";
constexpr std::size_t secret_bytes_max = 64 * 1024;
constexpr const char* only_white_space = " holds only white space";

// Editors and `echo` end a file with a newline that is not part of the secret.
void cut_newline(std::string& text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}

Converted<Secret> from_file(const std::filesystem::path& path) {
    Converted<std::string> read = read_text_file(path, secret_bytes_max);
    if (!read.value) return {std::nullopt, "file " + in_quotes(path.string()) + " " + read.problem};
    cut_newline(*read.value);
    if (read.value->empty()) return {std::nullopt, "file " + in_quotes(path.string()) + " is empty"};
    if (is_blank(*read.value)) return {std::nullopt, "file " + in_quotes(path.string()) + only_white_space};
    return {Secret(std::move(*read.value)), ""};
}

Converted<Secret> from_environment(const std::string& name, const Environment& environment) {
    const auto found = environment.find(name);
    if (found == environment.end()) return {std::nullopt, "environment variable " + in_quotes(name) + " is not set"};
    if (found->second.empty()) return {std::nullopt, "environment variable " + in_quotes(name) + " is empty"};
    if (is_blank(found->second)) return {std::nullopt, "environment variable " + in_quotes(name) + only_white_space};
    return {Secret(found->second), ""};
}

}  // namespace

Converted<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return {std::nullopt, "cannot be read: it is a folder"};
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return {std::nullopt, "cannot be read: " + std::generic_category().message(errno)};
    std::string text(bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return {std::nullopt, "cannot be read: " + std::generic_category().message(errno)};
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > bytes_max) return {std::nullopt, "is larger than " + to_size_text(bytes_max)};
    return {std::move(text), ""};
}

Converted<Secret> resolve_secret(const std::string& written, const Surroundings& surroundings) {
    const std::string_view text = written;
    if (text.starts_with(file_prefix)) return from_file(surroundings.folder / text.substr(file_prefix.size()));
    if (text.starts_with(environment_prefix)) {
        return from_environment(std::string(text.substr(environment_prefix.size())), surroundings.environment);
    }
    if (!text.empty() && is_blank(text)) return {std::nullopt, "must not be only white space"};
    return {Secret(written), ""};
}

}  // namespace notifyd::config
