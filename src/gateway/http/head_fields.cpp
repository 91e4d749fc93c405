// Compares names known to Beast by number, and the others by their letters.
#include "http/head_fields.hpp"

#include <boost/beast/core/string.hpp>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

HeadField* field_of(HeadFields& fields, http::field name) {
    switch (name) {
        case http::field::authorization:
            return &fields.authorization;
        case http::field::connection:
            return &fields.connection;
        case http::field::content_encoding:
            return &fields.content_encoding;
        case http::field::content_length:
            return &fields.content_length;
        case http::field::content_type:
            return &fields.content_type;
        case http::field::host:
            return &fields.host;
        case http::field::origin:
            return &fields.origin;
        case http::field::transfer_encoding:
            return &fields.transfer_encoding;
        case http::field::upgrade:
            return &fields.upgrade;
        case http::field::user_agent:
            return &fields.user_agent;
        default:
            return nullptr;
    }
}

// Names for which Beast has no number.
HeadField* field_of(HeadFields& fields, beast::string_view name) {
    if (beast::iequals(name, "Idempotency-Key")) return &fields.idempotency_key;
    if (beast::iequals(name, "X-Request-Id")) return &fields.request_id;
    if (beast::iequals(name, "X-Correlation-Id")) return &fields.correlation_id;
    if (beast::iequals(name, "traceparent")) return &fields.traceparent;
    return nullptr;
}

}  // namespace

HeadFields read_head_fields(const BeastRequest& head) {
    HeadFields fields;
    for (const auto& line : head) {
        const std::string_view value(line.value().data(), line.value().size());
        const bool is_known = line.name() != http::field::unknown;
        HeadField* field = is_known ? field_of(fields, line.name()) : field_of(fields, line.name_string());
        if (field != nullptr && field->times++ == 0) field->value = value;
        if (!is_known && beast::iequals(line.name_string(), "X-Forwarded-For")) fields.forwarded_for.push_back(value);
    }
    return fields;
}

}  // namespace notifyd::gateway
