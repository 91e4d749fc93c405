// Where a secret comes from: the setting itself, a file, or the environment. Problems name the place, never the secret.
#pragma once

#include "readers.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace notifyd::config {

// A file's text, or why it cannot be read. Rejects files larger than `bytes_max`.
[[nodiscard]] Converted<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max);

[[nodiscard]] Converted<Secret> resolve_secret(const std::string& written, const Surroundings& surroundings);

}  // namespace notifyd::config
