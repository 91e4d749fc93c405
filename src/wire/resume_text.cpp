// Reads from the right: first the position, then the topic, which may start with a class.
#include "resume_text.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/wire/connect.hpp"

#include "invalid.hpp"
#include "query_reader.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

namespace notifyd::wire {

namespace {

std::optional<ResumePoint> parse_point(std::string_view text) {
    if (const auto number = parse_digits(text)) {
        if (*number > static_cast<Sequence>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
        return ResumePoint(*number);
    }
    if (const auto id = Uuid::parse(text)) return ResumePoint(MessageId(*id));
    return std::nullopt;
}

Result<TopicName> parse_resume_topic(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && parse_topic_class(text.substr(0, colon))) return TopicName::parse(text);
    return TopicName::make(TopicClass::chat, text);
}

}  // namespace

Result<void> read_resume(std::string_view text, std::vector<ResumeTopic>& topics) {
    if (text.empty()) return {};
    for (const std::string_view item : split(text, ',')) {
        const std::size_t colon = item.rfind(':');
        const auto point = colon == std::string_view::npos ? std::nullopt : parse_point(item.substr(colon + 1));
        if (!point) return invalid("resume must be topic:number or topic:messageId, separated by commas");
        auto topic = parse_resume_topic(item.substr(0, colon));
        if (topic.has_error()) return topic.error();
        if (std::ranges::any_of(topics, [&](const ResumeTopic& other) { return other.topic == *topic; })) {
            return invalid("resume names a topic twice");
        }
        // In addition to the topics in the URL, the user's own topic may be resumed.
        if (topics.size() > limits::connect_topics_max) return invalid("resume names too many topics");
        topics.push_back({std::move(*topic), *point});
    }
    return {};
}

Result<void> check_resume(std::span<const ResumeTopic> resumed, std::span<const TopicName> subscribed) {
    for (const ResumeTopic& one : resumed) {
        if (std::ranges::find(subscribed, one.topic) != subscribed.end()) continue;
        return invalid("resume names " + one.topic.text() + ", which is not subscribed: subscribe to it, too");
    }
    return {};
}

}  // namespace notifyd::wire
