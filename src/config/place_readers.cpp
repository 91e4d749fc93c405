// Readers for files, secrets, addresses, networks and origins.
#include "endpoint.hpp"
#include "origin.hpp"
#include "readers.hpp"
#include "secret_source.hpp"
#include "setting_text.hpp"
#include "toml_text.hpp"

#include <cerrno>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace notifyd::config {

namespace {

// Empty when the file can be read.
std::string why_unreadable(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return "is a folder";
    if (::access(path.c_str(), R_OK) == 0) return "";
    return std::generic_category().message(errno);
}

}  // namespace

Reader<std::filesystem::path> readable_file() {
    using Value = Converted<std::filesystem::path>;
    return {"the path of a file",
            [](const Setting& setting, const Surroundings& surroundings) {
                const auto held = as_text(setting);
                if (!held || held->find('\0') != std::string::npos) return Value{};
                if (held->empty()) return Value{std::filesystem::path(), ""};
                std::filesystem::path path = surroundings.folder / *held;
                if (const std::string why = why_unreadable(path); !why.empty()) {
                    return Value{std::nullopt, "file " + in_quotes(path.string()) + " cannot be read: " + why};
                }
                return Value{std::move(path), ""};
            },
            [](const std::filesystem::path& value) { return toml_text(value); },
            "",
            true};
}

Reader<std::filesystem::path> file_to_write(TextCheck accepts) {
    using Value = Converted<std::filesystem::path>;
    return {"the path of a file",
            [accepts](const Setting& setting, const Surroundings& surroundings) {
                const auto held = as_text(setting);
                if (!held || held->find('\0') != std::string::npos || !accepts(*held)) return Value{};
                if (held->empty()) return Value{std::filesystem::path(), ""};
                return Value{surroundings.folder / *held, ""};
            },
            [](const std::filesystem::path& value) { return toml_text(value); }};
}

Reader<Secret> secret() {
    return {"a string, \"file:PATH\" or \"env:NAME\"",
            [](const Setting& setting, const Surroundings& surroundings) {
                const auto held = as_text(setting);
                if (!held) return Converted<Secret>{};
                return resolve_secret(*held, surroundings);
            },
            [](const Secret& value) { return toml_text(value); }};
}

Reader<Endpoint> endpoint() {
    return {"an address such as \"0.0.0.0:8443\", \"[::]:8443\" or \"unix:/run/notifyd.sock\"",
            [](const Setting& setting, const Surroundings&) {
                const auto held = as_text(setting);
                return Converted<Endpoint>{held ? parse_endpoint(*held) : std::nullopt, ""};
            },
            [](const Endpoint& value) { return toml_text(value); }};
}

Reader<std::optional<Endpoint>> optional_endpoint() {
    using Value = Converted<std::optional<Endpoint>>;
    return {"\"\" or an address such as \"127.0.0.1:9464\"",
            [](const Setting& setting, const Surroundings&) {
                const auto held = as_text(setting);
                if (!held) return Value{};
                if (held->empty()) return Value{std::optional<Endpoint>(), ""};
                const auto parsed = parse_endpoint(*held);
                return parsed ? Value{parsed, ""} : Value{};
            },
            [](const std::optional<Endpoint>& value) { return toml_text(value); }};
}

Reader<std::vector<Network>> networks() {
    using Value = Converted<std::vector<Network>>;
    return {"a list of networks such as \"10.0.0.0/8\"",
            [](const Setting& setting, const Surroundings&) {
                const auto held = as_texts(setting);
                if (!held) return Value{};
                std::vector<Network> parsed;
                for (const std::string& each : *held) {
                    auto network = parse_network(each);
                    if (!network)
                        return Value{std::nullopt, in_quotes(each) + " is not a network such as \"10.0.0.0/8\""};
                    parsed.push_back(std::move(*network));
                }
                return Value{std::move(parsed), ""};
            },
            [](const std::vector<Network>& value) { return toml_text(value); }};
}

Reader<unsigned> file_mode() {
    return {"file permissions in octal digits such as \"0660\"",
            [](const Setting& setting, const Surroundings&) {
                const auto held = as_text(setting);
                // No set-user-id and the like.
                const bool has_form = held && (held->size() == 3 || (held->size() == 4 && held->front() == '0'));
                const bool is_octal = has_form && held->find_first_not_of("01234567") == std::string::npos;
                if (!is_octal) return Converted<unsigned>{};
                unsigned mode = 0;
                for (const char digit : *held) mode = mode * 8 + static_cast<unsigned>(digit - '0');
                return Converted<unsigned>{mode, ""};
            },
            toml_file_mode};
}

Reader<std::vector<std::string>> origins() {
    using Value = Converted<std::vector<std::string>>;
    return {"a list of \"*\" or origins such as \"https://app.example.com\"",
            [](const Setting& setting, const Surroundings&) {
                auto held = as_texts(setting);
                if (!held) return Value{};
                for (const std::string& each : *held) {
                    const std::string problem = problem_with_origin(each);
                    if (!problem.empty()) return Value{std::nullopt, in_quotes(each) + ' ' + problem};
                }
                return Value{std::move(held), ""};
            },
            [](const std::vector<std::string>& value) { return toml_text(value); }};
}

}  // namespace notifyd::config
