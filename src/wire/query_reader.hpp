// Reads the parameters of a URL's query by name, as texts, lists, numbers, times, users and topics. The query must
// outlive the reader.
// Fails:  invalid_request, naming the parameter.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"

#include "topic_fields.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

class QueryReader {
  public:
    explicit QueryReader(const QueryParameters& query) : query_(query) {}

    // Fails if the query contains a near miss of one of these (known_names.hpp).
    [[nodiscard]] Result<void> check_names(std::initializer_list<std::string_view> known) const;

    // nullopt if it is absent; an error if it is given twice.
    [[nodiscard]] Result<std::optional<std::string>> single(std::string_view name) const;
    // The same, but an empty value counts as absent.
    [[nodiscard]] Result<std::optional<std::string>> single_or_empty(std::string_view name) const;
    // All values of a parameter that may repeat and contain commas. An empty value is an empty list; an empty item in a
    // longer list is an error.
    [[nodiscard]] Result<std::vector<std::string_view>> items(std::string_view name) const;

    // All values of a parameter that may repeat, unchanged.
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;

    // chatId, or targetClass and targetId. If nothing is given, no field is set.
    [[nodiscard]] Result<TopicFields> topic_fields() const;
    // The topic of a query that requires one.
    [[nodiscard]] Result<TopicName> topic() const;
    [[nodiscard]] Result<std::optional<UserId>> user(std::string_view name) const;
    // `limit`: 1 to 100.
    [[nodiscard]] Result<std::size_t> limit(std::size_t fallback = limits::page_messages_default) const;
    // 1 or 0 (also true or false); false if absent.
    [[nodiscard]] Result<bool> flag(std::string_view name) const;
    [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name) const;
    // ISO 8601 or epoch milliseconds; a number that can only be seconds is an error.
    [[nodiscard]] Result<std::optional<EpochMs>> time(std::string_view name) const;

  private:
    const QueryParameters& query_;
};

// Digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_digits(std::string_view text);
// Splits at every `separator`; "" gives one empty item.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace notifyd::wire
