// Topics come in five parameters, and as positions to resume from.
#include "notifyd/wire/connect.hpp"

#include "notifyd/core/limits.hpp"

#include "invalid.hpp"
#include "query_reader.hpp"
#include "resume_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace notifyd::wire {

namespace {

// Adds the topics that one connect parameter names.
std::optional<Error> add_topics(const QueryReader& query,
                                std::string_view name,
                                TopicClass topic_class,
                                std::vector<TopicName>& topics) {
    const auto items = query.items(name);
    if (items.has_error()) return items.error();
    for (const std::string_view id : *items) {
        auto topic = TopicName::make(topic_class, id);
        if (topic.has_error()) return topic.error();
        if (std::find(topics.begin(), topics.end(), *topic) != topics.end()) continue;
        if (topics.size() == limits::connect_topics_max) {
            return invalid("At most " + std::to_string(limits::connect_topics_max) +
                           " topics can be requested in the URL");
        }
        topics.push_back(std::move(*topic));
    }
    return std::nullopt;
}

Result<std::vector<TopicName>> read_connect_topics(const QueryReader& query) {
    constexpr std::array<std::pair<std::string_view, TopicClass>, 5> parameters{{{"chatId", TopicClass::chat},
                                                                                 {"chatIds", TopicClass::chat},
                                                                                 {"orgId", TopicClass::org},
                                                                                 {"hubId", TopicClass::hub},
                                                                                 {"projectId", TopicClass::project}}};
    std::vector<TopicName> topics;
    for (const auto& [name, topic_class] : parameters) {
        if (auto error = add_topics(query, name, topic_class, topics)) return *std::move(error);
    }
    return topics;
}

Result<ResumeRequest> read_resume_request(const QueryReader& query) {
    ResumeRequest resume;
    for (const std::string_view value : query.all("resume")) {
        const Result<void> read = read_resume(value, resume.topics);
        if (read.has_error()) return read.error();
    }
    auto epoch = query.single("epoch");
    if (epoch.has_error()) return epoch.error();
    resume.epoch = std::move(*epoch);
    return resume;
}

}  // namespace

Result<ConnectQuery> parse_connect_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names(
        {"token", "chatId", "chatIds", "orgId", "hubId", "projectId", "userId", "resume", "epoch", "hello", "partial"});
    if (names.has_error()) return names.error();
    auto token = query.single("token");
    if (token.has_error()) return token.error();
    auto topics = read_connect_topics(query);
    if (topics.has_error()) return topics.error();
    auto user = query.user("userId");
    if (user.has_error()) return user.error();
    const auto hello = query.flag("hello");
    if (hello.has_error()) return hello.error();
    const auto partial = query.flag("partial");
    if (partial.has_error()) return partial.error();
    auto resume = read_resume_request(query);
    if (resume.has_error()) return resume.error();
    return ConnectQuery{std::move(*token),
                        std::move(*topics),
                        std::move(*user),
                        *hello ? Hello::on : Hello::off,
                        *partial,
                        std::move(*resume)};
}

}  // namespace notifyd::wire
