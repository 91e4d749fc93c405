// Query strings of GET /messages, of /permissions and of a WebSocket upgrade.
#include "notifyd/wire/api_types.hpp"

#include "query_reader.hpp"
#include "resume_text.hpp"
#include "sequence_filter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace notifyd::wire {

namespace {

Error invalid(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

Result<std::optional<UserId>> read_user(const QueryReader& query, std::string_view name) {
    auto text = query.single(name);
    if (text.has_error()) return text.error();
    if (!*text) return std::optional<UserId>{};
    auto user = make_user_id(**text);
    if (user.has_error()) return user.error();
    return std::optional<UserId>(std::move(*user));
}

// The topic of a query that cannot do without.
Result<TopicName> read_topic(const QueryReader& query) {
    const auto fields = query.topic_fields();
    if (fields.has_error()) return fields.error();
    return make_topic(*fields, "");
}

// What the lists of permissions and of connections are asked for; nothing is required.
Result<ConnectionsQuery> read_user_and_topic(const QueryReader& query) {
    const auto names = query.check_names({"userId", "chatId", "targetClass", "targetId", "limit", "startKey"});
    if (names.has_error()) return names.error();
    ConnectionsQuery asked;
    auto user = read_user(query, "userId");
    if (user.has_error()) return user.error();
    const auto fields = query.topic_fields();
    if (fields.has_error()) return fields.error();
    if (!fields->is_empty()) {
        auto topic = make_topic(*fields, "");
        if (topic.has_error()) return topic.error();
        asked.topic = std::move(*topic);
    }
    const auto limit = query.limit();
    if (limit.has_error()) return limit.error();
    auto start_key = query.single_or_empty("startKey");
    if (start_key.has_error()) return start_key.error();
    asked.user = std::move(*user);
    asked.limit = *limit;
    asked.start_key = std::move(*start_key);
    return asked;
}

Result<SequenceFilter> read_sequence_filter(const QueryReader& query) {
    auto list = query.single("sequences");
    if (list.has_error()) return list.error();
    const auto from = query.number("fromSequence");
    if (from.has_error()) return from.error();
    const auto to = query.number("toSequence");
    if (to.has_error()) return to.error();
    return SequenceFilter{std::move(*list), *from, *to};
}

Result<PageOrder> read_order(const QueryReader& query, PageOrder fallback) {
    const auto text = query.single("order");
    if (text.has_error()) return text.error();
    if (!*text) return fallback;
    if (**text == "asc") return PageOrder::oldest_first;
    if (**text == "desc") return PageOrder::newest_first;
    return invalid("order must be asc or desc");
}

// Fills the times; an error if there is one.
std::optional<Error> read_times(const QueryReader& query, HistoryRequest& request) {
    const auto from = query.time("fromTimestamp");
    if (from.has_error()) return from.error();
    const auto to = query.time("toTimestamp");
    if (to.has_error()) return to.error();
    if (*from && *to && **from > **to) return invalid("fromTimestamp must not be after toTimestamp");
    request.from_time = *from;
    request.to_time = *to;
    return std::nullopt;
}

// Fills ranges and order; an error if there is one.
std::optional<Error> read_sequences(const QueryReader& query, HistoryRequest& request) {
    const auto filter = read_sequence_filter(query);
    if (filter.has_error()) return filter.error();
    auto ranges = make_ranges(*filter);
    if (ranges.has_error()) return ranges.error();
    request.sequences = std::move(*ranges);
    const auto order = read_order(query, filter->is_given() ? PageOrder::oldest_first : PageOrder::newest_first);
    if (order.has_error()) return order.error();
    request.order = *order;
    return std::nullopt;
}

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

Result<HistoryRequest> parse_messages_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"chatId",
                                          "targetClass",
                                          "targetId",
                                          "limit",
                                          "startKey",
                                          "fromTimestamp",
                                          "toTimestamp",
                                          "sequences",
                                          "fromSequence",
                                          "toSequence",
                                          "order"});
    if (names.has_error()) return names.error();
    auto topic = read_topic(query);
    if (topic.has_error()) return topic.error();
    // Whoever asks for numbers by name wants all of them.
    const bool by_number = !query.all("sequences").empty();
    const auto limit = query.limit(by_number ? limits::sequences_max : limits::page_messages_default);
    if (limit.has_error()) return limit.error();
    auto start_key = query.single_or_empty("startKey");
    if (start_key.has_error()) return start_key.error();

    HistoryRequest request{.topic = std::move(*topic),
                           .limit = *limit,
                           .start_key = std::move(*start_key),
                           .from_time = std::nullopt,
                           .to_time = std::nullopt,
                           .sequences = {},
                           .order = PageOrder::newest_first};
    if (auto error = read_times(query, request)) return *std::move(error);
    if (auto error = read_sequences(query, request)) return *std::move(error);
    return request;
}

Result<PermissionsQuery> parse_permissions_query(const QueryParameters& parameters) {
    auto filter = read_user_and_topic(QueryReader(parameters));
    if (filter.has_error()) return filter.error();
    if (filter->user && filter->topic) return invalid("Give either userId or a topic, not both");
    return PermissionsQuery{
        std::move(filter->user), std::move(filter->topic), filter->limit, std::move(filter->start_key)};
}

Result<ConnectionsQuery> parse_connections_query(const QueryParameters& parameters) {
    return read_user_and_topic(QueryReader(parameters));
}

Result<void> check_posted_frame(std::string_view body) {
    if (!is_valid_utf8(body)) return invalid("The body must be UTF-8 text");
    return {};
}

Result<RevokeQuery> parse_revoke_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"userId", "chatId", "targetClass", "targetId"});
    if (names.has_error()) return names.error();
    auto user = read_user(query, "userId");
    if (user.has_error()) return user.error();
    if (!*user) return invalid("Missing required parameter: userId");
    auto topic = read_topic(query);
    if (topic.has_error()) return topic.error();
    return RevokeQuery{*std::move(*user), std::move(*topic)};
}

Result<std::optional<std::string>> parse_redrive_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"queue", "limit", "startKey"});
    if (names.has_error()) return names.error();
    auto queue = query.single("queue");
    if (queue.has_value() && *queue && (*queue)->empty()) return invalid("queue must not be empty");
    return queue;
}

Result<DeadLettersQuery> parse_dead_letters_query(const QueryParameters& parameters) {
    auto queue = parse_redrive_query(parameters);
    if (queue.has_error()) return queue.error();
    const QueryReader query(parameters);
    const auto limit = query.limit();
    if (limit.has_error()) return limit.error();
    auto start_key = query.single_or_empty("startKey");
    if (start_key.has_error()) return start_key.error();
    return DeadLettersQuery{std::move(*queue), *limit, std::move(*start_key)};
}

Result<ConnectQuery> parse_connect_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names(
        {"token", "chatId", "chatIds", "orgId", "hubId", "projectId", "userId", "resume", "epoch", "hello", "partial"});
    if (names.has_error()) return names.error();
    auto token = query.single("token");
    if (token.has_error()) return token.error();
    auto topics = read_connect_topics(query);
    if (topics.has_error()) return topics.error();
    auto user = read_user(query, "userId");
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
