#include "notifyd/wire/subscriptions.hpp"

#include "notifyd/core/limits.hpp"

#include "envelope_payload.hpp"
#include "invalid.hpp"
#include "name_list.hpp"
#include "resume_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace notifyd::wire {

namespace {

struct Members {
    json::Value topics;
    json::Value channels;
    json::Value resume;
    json::Value epoch;

    [[nodiscard]] std::optional<Error> read(std::string_view payload) {
        const std::array<KnownMember, 4> known{
            {{"topics", &topics}, {"channels", &channels}, {"resume", &resume}, {"epoch", &epoch}}};
        return read_payload(payload, known);
    }
};

Result<std::vector<std::string>> read_channels(json::Value value) {
    if (!value.exists()) return std::vector<std::string>{};
    auto names = read_names(value, limits::connect_topics_max);
    if (!names) return invalid("channels must be an array of at most 100 strings");
    if (!std::all_of(names->begin(), names->end(), is_valid_id)) {
        return invalid("A channel must have 1 to 256 bytes of UTF-8 without control characters and commas");
    }
    return *std::move(names);
}

Result<ResumeRequest> read_resume_request(const Members& members) {
    ResumeRequest resume;
    if (members.resume.exists()) {
        const auto text = members.resume.as_string();
        if (!text) return invalid("resume must be a string");
        const Result<void> read = read_resume(*text, resume.topics);
        if (read.has_error()) return read.error();
    }
    if (members.epoch.exists()) {
        resume.epoch = members.epoch.as_string();
        if (!resume.epoch) return invalid("epoch must be a string");
    }
    return resume;
}

// What subscribe and unsubscribe have in common.
Result<Unsubscribe> read_names_of(const Members& members) {
    auto topics = read_topics(members.topics);
    if (topics.has_error()) return topics.error();
    auto channels = read_channels(members.channels);
    if (channels.has_error()) return channels.error();
    return Unsubscribe{std::move(*topics), std::move(*channels)};
}

}  // namespace

Result<Subscribe> parse_subscribe(std::string_view payload) {
    Members members;
    if (auto error = members.read(payload)) return *std::move(error);
    auto names = read_names_of(members);
    if (names.has_error()) return names.error();
    auto resume = read_resume_request(members);
    if (resume.has_error()) return resume.error();
    return Subscribe{std::move(names->topics), std::move(names->channels), std::move(*resume)};
}

Result<Unsubscribe> parse_unsubscribe(std::string_view payload) {
    Members members;
    if (auto error = members.read(payload)) return *std::move(error);
    return read_names_of(members);
}

}  // namespace notifyd::wire
