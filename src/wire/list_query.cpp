#include "list_query.hpp"

#include "query_reader.hpp"
#include "topic_fields.hpp"

#include <utility>

namespace notifyd::wire {

Result<ListQuery> read_list_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"userId", "chatId", "targetClass", "targetId", "limit", "startKey"});
    if (names.has_error()) return names.error();
    ListQuery asked;
    auto user = query.user("userId");
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

}  // namespace notifyd::wire
