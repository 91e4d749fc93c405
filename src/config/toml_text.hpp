// Values of the config as TOML text. A secret is never shown.
#pragma once

#include "notifyd/config/config.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::config {

[[nodiscard]] std::string toml_text(bool value);
[[nodiscard]] std::string toml_text(double value);
[[nodiscard]] std::string toml_text(std::size_t value);
[[nodiscard]] std::string toml_text(std::chrono::milliseconds value);
[[nodiscard]] std::string toml_text(const std::string& value);
[[nodiscard]] std::string toml_text(const std::vector<std::string>& values);
[[nodiscard]] std::string toml_text(const std::filesystem::path& value);
[[nodiscard]] std::string toml_text(const Secret& value);
[[nodiscard]] std::string toml_text(const Endpoint& value);
[[nodiscard]] std::string toml_text(const std::optional<Endpoint>& value);
[[nodiscard]] std::string toml_text(const std::vector<Network>& values);

[[nodiscard]] std::string toml_size(std::size_t bytes);
[[nodiscard]] std::string toml_file_mode(unsigned mode);

}  // namespace notifyd::config
