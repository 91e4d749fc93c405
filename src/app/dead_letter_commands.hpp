// notifyd dlq list | redrive | purge.
// Each command returns its exit code; a failure is one line on stderr.
#pragma once

#include <cstddef>
#include <string>

namespace notifyd::app {

enum class LetterFormat : std::uint8_t { text, json };
enum class Purge : std::uint8_t { count_only, confirmed };

// An empty string is an option that was not given.
struct LetterOptions {
    std::string queue;
    std::string id;
    std::size_t limit = 100;
    LetterFormat format = LetterFormat::text;
    Purge purge = Purge::count_only;
};

// `database` is storage.path.
[[nodiscard]] int list_dead_letters(const std::string& database, const LetterOptions& options);
[[nodiscard]] int redrive_dead_letters(const std::string& database, const LetterOptions& options);
[[nodiscard]] int purge_dead_letters(const std::string& database, const LetterOptions& options);

}  // namespace notifyd::app
