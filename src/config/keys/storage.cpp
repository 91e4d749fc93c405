// [storage], [fifo] and [delivery].
#include "common_readers.hpp"
#include "sections.hpp"

namespace notifyd::config {

namespace {

using namespace std::chrono_literals;

// SQLite would take these for an in-memory database or a URI.
bool is_database_path(std::string_view path) {
    return !path.empty() && !path.starts_with(':') && !path.starts_with("file:");
}

// A URL would otherwise become the name of a folder, and its password part of an error message.
Reader<std::filesystem::path> database_file() {
    Reader<std::filesystem::path> file = file_to_write(is_database_path);
    file.convert = [convert_path = std::move(file.convert)](const Setting& setting, const Surroundings& surroundings) {
        const auto held = as_text(setting);
        if (held && held->find("://") != std::string::npos) {
            return Converted<std::filesystem::path>{
                std::nullopt, "must be the path of a file: this version knows no database behind a URL"};
        }
        return convert_path(setting, surroundings);
    };
    return file;
}

}  // namespace

Section storage_section() {
    constexpr auto section = &Config::storage;
    return {
        "storage",
        "",
        {
            key<section, &Storage::path>("storage.path", database_file()).at_restart().doc("The SQLite database."),
            key<section, &Storage::durability>(
                "storage.durability", one_of<Durability>({{"full", Durability::full}, {"normal", Durability::normal}}))
                .at_restart()
                .doc(R"("full" survives a power loss, "normal" only a crash of the process.)"),
            key<section, &Storage::message_retention>("storage.message_retention", time_limit())
                .at_restart()
                .doc("How long messages are kept; 0 = forever."),
            key<section, &Storage::notification_retention>("storage.notification_retention", time_limit())
                .at_restart()
                .doc("How long notifications are kept; 0 = forever."),
            key<section, &Storage::dead_letter_retention>("storage.dead_letter_retention", time_limit())
                .at_restart()
                .doc("How long dead letters are kept; 0 = forever."),
            key<section, &Storage::history>("storage.history", flag()).at_restart().doc("Answers GET /messages."),
        },
    };
}

Section fifo_section() {
    constexpr auto section = &Config::fifo;
    return {
        "fifo",
        "",
        {
            key<section, &Fifo::deduplication_window>("fifo.deduplication_window", duration(0ms, 24h))
                .at_restart()
                .doc("How long a deduplication id is remembered."),
            key<section, &Fifo::content_based_deduplication>("fifo.content_based_deduplication", flag())
                .live()
                .doc("Uses the SHA-256 of the payload if no deduplication id is given."),
        },
    };
}

Section delivery_section() {
    constexpr auto section = &Config::delivery;
    return {
        "delivery",
        "",
        {
            key<section, &Delivery::max_attempts>("delivery.max_attempts", count(0, 100))
                .at_restart()
                .doc("Attempts before a message becomes a dead letter."),
            key<section, &Delivery::retry_backoff>("delivery.retry_backoff", duration(1ms, 1h))
                .at_restart()
                .doc("The wait before the second attempt; it doubles with each further one."),
            key<section, &Delivery::stalled_after>("delivery.stalled_after", time_limit())
                .live()
                .doc("Closes a connection that accepts not a single byte for this long."),
        },
    };
}

}  // namespace notifyd::config
