// The filters of a history query, and stored messages as they were delivered.
#include "notifyd/wire/messages.hpp"

#include "notifyd/core/limits.hpp"

#include "invalid.hpp"
#include "json_writer.hpp"
#include "query_reader.hpp"
#include "sequence_filter.hpp"

#include <cstddef>
#include <utility>

namespace notifyd::wire {

namespace {

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

// Fills in the times; returns an error if one is invalid.
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

// Fills in ranges and order; returns an error if one is invalid.
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

// The head is the delivered text, without its closing braces; only history's own fields are added.
void append_stored(std::string& out, const StoredMessage& message, Milliseconds retention) {
    out += message.head;
    if (message.sequence != 0) append_number_member(out, ",\"sequenceNumber\":", message.sequence);
    append_time_member(out, ",\"timestamp\":", message.published_at);
    if (retention.count() > 0) {
        append_number_member(out, ",\"ttl\":", (message.published_at + retention.count()) / 1000);
    }
    if (message.target_channel != websocket_channel) {
        append_string_member(out, ",\"channel\":", message.target_channel);
    }
    out += '}';
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
    auto topic = query.topic();
    if (topic.has_error()) return topic.error();
    // A client that asks for specific numbers wants all of them.
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

std::string messages_page(const TopicName& topic,
                          const Page& page,
                          const std::optional<std::string>& next_key,
                          std::string_view epoch,
                          Milliseconds retention) {
    constexpr std::size_t own_fields_bytes = 160;
    std::size_t bytes = 512;
    for (const StoredMessage& message : page.messages) bytes += message.head.size() + own_fields_bytes;

    std::string text;
    text.reserve(bytes);
    append_topic(text += '{', topic);
    text += ",\"messages\":[";
    for (const StoredMessage& message : page.messages) {
        if (&message != page.messages.data()) text += ',';
        append_stored(text, message, retention);
    }
    text += ']';
    append_counts(text, page.messages.size());
    append_string_member(text, ",\"epoch\":", epoch);
    if (next_key) {
        append_string_member(text, ",\"nextStartKey\":", *next_key);
        append_string_member(text, ",\"nextToken\":", *next_key);
    }
    return text += '}';
}

}  // namespace notifyd::wire
