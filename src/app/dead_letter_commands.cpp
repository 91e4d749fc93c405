// The dead letter commands.
#include "dead_letter_commands.hpp"

#include "notifyd/core/clock.hpp"
#include "notifyd/core/iso8601.hpp"
#include "notifyd/storage_sqlite/dead_letter_file.hpp"
#include "notifyd/wire/dead_letters.hpp"

#include "exit_codes.hpp"

#include <chrono>
#include <iostream>
#include <thread>

namespace notifyd::app {

namespace {

using storage::sqlite::DeadLetterFile;
using storage::sqlite::LetterChoice;

int failed(const storage::StartupError& error) {
    std::cerr << "notifyd: " << error.message << '\n';
    return exit_failed;
}

// nullopt: the options are wrong, and stderr says why.
std::optional<LetterChoice> choice_of(const LetterOptions& options) {
    LetterChoice choice;
    if (!options.queue.empty()) choice.queue = options.queue;
    if (!options.id.empty()) {
        choice.id = Uuid::parse(options.id);
        if (!choice.id.has_value()) {
            std::cerr << "notifyd: --id must be the id of a dead letter, as shown by `notifyd dlq list`\n";
            return std::nullopt;
        }
    }
    return choice;
}

void print(const DeadLetter& letter, LetterFormat format) {
    if (format == LetterFormat::json) {
        std::cout << wire::dead_letter(letter) << '\n';
        return;
    }
    std::cout << letter.id.to_string() << "  " << to_iso8601(letter.last_failed_at) << "  " << letter.queue << "  "
              << letter.topic.text() << "  " << letter.user.get() << "  " << letter.reason << " (" << letter.attempts
              << ")\n";
}

}  // namespace

int list_dead_letters(const std::string& database, const LetterOptions& options) {
    const auto choice = choice_of(options);
    if (!choice.has_value()) return exit_usage;
    auto file = DeadLetterFile::open(database, DeadLetterFile::Access::read);
    if (!file.has_value()) return failed(file.error());
    const auto more =
        file->visit(*choice, options.limit, [&](const DeadLetter& letter) { print(letter, options.format); });
    if (!more.has_value()) return failed(more.error());
    if (*more) std::cerr << "notifyd: there are more; raise --limit to list them\n";
    return 0;
}

int purge_dead_letters(const std::string& database, const LetterOptions& options) {
    const auto choice = choice_of(options);
    if (!choice.has_value()) return exit_usage;
    auto file = DeadLetterFile::open(database, DeadLetterFile::Access::change);
    if (!file.has_value()) return failed(file.error());
    if (options.purge == Purge::count_only) {
        const auto count = file->count(*choice);
        if (!count.has_value()) return failed(count.error());
        std::cerr << "notifyd: this would delete " << *count << " dead letters permanently; confirm with --yes\n";
        return exit_usage;
    }
    const auto purged = file->purge(*choice);
    if (!purged.has_value()) return failed(purged.error());
    std::cout << "purged " << *purged << '\n';
    return 0;
}

int redrive_dead_letters(const std::string& database, const LetterOptions& options) {
    // How often to look at the marks, and how long to wait for the server to process another letter.
    constexpr std::chrono::milliseconds pause{100};
    constexpr std::chrono::seconds patience{30};
    const auto choice = choice_of(options);
    if (!choice.has_value()) return exit_usage;
    const auto served = storage::sqlite::is_served(database);
    if (!served.has_value()) return failed(served.error());
    if (!*served) {
        return failed({"no server is running on " + database + ", and only a server can send: start it, then redrive"});
    }
    auto file = DeadLetterFile::open(database, DeadLetterFile::Access::change);
    if (!file.has_value()) return failed(file.error());
    auto marked = file->mark(*choice);
    if (!marked.has_value()) return failed(marked.error());
    if (marked->empty() && choice->id.has_value()) return failed({"there is no such dead letter"});

    const SystemClock clock;
    DeadLetterFile::Taken total;
    SteadyTime give_up = clock.steady_now() + patience;
    while (!marked->empty() && clock.steady_now() < give_up) {
        std::this_thread::sleep_for(pause);
        const auto taken = file->take_done(*marked);
        if (!taken.has_value()) return failed(taken.error());
        total.redriven += taken->redriven;
        total.failed += taken->failed;
        if (taken->redriven + taken->failed > 0) give_up = clock.steady_now() + patience;
    }
    std::cout << "redriven " << total.redriven << ", failed " << total.failed << '\n';
    if (marked->empty()) return 0;
    return failed({"the server has not processed " + std::to_string(marked->size()) +
                   " of them yet; they stay marked, and it will send them when it can"});
}

}  // namespace notifyd::app
