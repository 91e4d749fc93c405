// Checks the whole body first, since a syntax error refuses all of it; then reads its entries.
#include "notifyd/wire/batch_reader.hpp"

#include "notifyd/core/limits.hpp"

#include "json_error.hpp"
#include "known_names.hpp"
#include "publish_parser.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace notifyd::wire {

namespace {

Error wrong_count() {
    return {Errc::invalid_request,
            "messages must be an array of 1 to " + std::to_string(limits::batch_messages_max) + " messages"};
}

}  // namespace

struct BatchReader::State {
    // How much deeper an entry is nested than the same message on its own.
    static constexpr std::size_t entry_depth = 2;

    State(std::string_view text, const JsonLimits& limits, std::size_t bytes_max)
        : body(text),
          message_bytes_max(bytes_max),
          depth_max(limits.depth_max),
          checker(text, limits.depth_max + entry_depth) {}

    std::string_view body;
    std::size_t message_bytes_max;
    std::size_t depth_max;
    json::Checker checker;
    // Set once the text has been checked.
    std::optional<json::ElementCursor> entries;
    Messages messages;
    std::optional<Error> error;

    bool checked();
    bool read_entries();
};

// Called when the whole text has been checked. Returns whether there are entries to read.
bool BatchReader::State::checked() {
    if (checker.fault() != json::Fault::none) {
        error = json_error(checker.fault(), JsonSource::body);
        return false;
    }
    json::Value list;
    const std::array<KnownMember, 1> known{{{"messages", &list}}};
    error = read_members(json::root_value(body), known);
    if (error) return false;
    if (list.kind() != json::Kind::array) {
        error = wrong_count();
        return false;
    }
    entries.emplace(list);
    return true;
}

// Reads as many entries as fit into one step. Returns whether there may be more.
bool BatchReader::State::read_entries() {
    for (std::size_t bytes = 0; bytes < step_bytes;) {
        const std::optional<json::Value> entry = entries->next();
        const bool too_many = entry && messages.size() == limits::batch_messages_max;
        if (too_many || (!entry && messages.empty())) error = wrong_count();
        if (!entry || too_many) return false;
        if (entry->text().size() > message_bytes_max) {
            messages.emplace_back(Error{
                Errc::payload_too_large,
                "The message is larger than " + std::to_string(message_bytes_max) + " bytes (limits.max_message)"});
        } else {
            messages.push_back(read_publish(json::Document(entry->text(), depth_max, payload_name)));
        }
        bytes += entry->text().size();
    }
    return true;
}

BatchReader::BatchReader(std::string_view body, const JsonLimits& limits, std::size_t message_bytes_max)
    : state_(std::make_unique<State>(body, limits, message_bytes_max)) {}
BatchReader::~BatchReader() = default;

bool BatchReader::step() {
    if (state_->error) return false;
    if (state_->entries) return state_->read_entries();
    if (state_->checker.step(step_bytes)) return true;
    return state_->checked();
}

Result<BatchReader::Messages> BatchReader::take() {
    if (state_->error) return *std::move(state_->error);
    return std::move(state_->messages);
}

}  // namespace notifyd::wire
