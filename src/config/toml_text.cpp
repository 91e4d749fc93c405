// Values of the config as TOML text.
#include "toml_text.hpp"

#include "notifyd/config/units.hpp"

#include "setting_text.hpp"

namespace notifyd::config {

std::string toml_text(bool value) {
    return value ? "true" : "false";
}
std::string toml_text(double value) {
    return shown(value);
}
std::string toml_text(std::size_t value) {
    return std::to_string(value);
}
std::string toml_text(std::chrono::milliseconds value) {
    return in_quotes(to_text(value));
}
std::string toml_text(const std::string& value) {
    return in_quotes(value);
}

std::string toml_text(const std::vector<std::string>& values) {
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + in_quotes(value);
    return '[' + list + ']';
}

std::string toml_text(const std::filesystem::path& value) {
    return in_quotes(value.string());
}
std::string toml_text(const Secret& value) {
    return in_quotes(value.empty() ? "" : "(secret)");
}
std::string toml_text(const Endpoint& value) {
    return in_quotes(to_string(value));
}
std::string toml_text(const std::optional<Endpoint>& value) {
    return value ? toml_text(*value) : in_quotes("");
}

std::string toml_text(const std::vector<Network>& values) {
    std::vector<std::string> texts;
    for (const Network& value : values) texts.push_back(value.address + '/' + std::to_string(value.prefix_bits));
    return toml_text(texts);
}

std::string toml_size(std::size_t bytes) {
    return in_quotes(to_size_text(bytes));
}

std::string toml_file_mode(unsigned mode) {
    std::string digits;
    for (; mode > 0; mode /= 8) digits.insert(digits.begin(), static_cast<char>('0' + mode % 8));
    return in_quotes('0' + digits);
}

}  // namespace notifyd::config
