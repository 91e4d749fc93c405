// The header fields that every request is checked for, read in one pass over its head. Pure. Fields that few requests
// need, such as Expect, are looked up where they are needed.
// Owns:   nothing; a view is valid as long as its line, which moves with the head and ends when the field is set again.
// Fails:  never; the caller decides by `times` about fields that may occur only once.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string_view>
#include <vector>

namespace notifyd::gateway {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

struct HeadField {
    std::string_view value;  // of the first line
    unsigned times = 0;
};

struct HeadFields {
    HeadField authorization;
    HeadField connection;
    HeadField content_encoding;
    HeadField content_length;
    HeadField content_type;
    HeadField correlation_id;
    HeadField host;
    HeadField idempotency_key;
    HeadField origin;
    HeadField request_id;
    HeadField traceparent;
    HeadField transfer_encoding;
    HeadField upgrade;
    HeadField user_agent;
    std::vector<std::string_view> forwarded_for;  // of each line
};

[[nodiscard]] HeadFields read_head_fields(const BeastRequest& head);

}  // namespace notifyd::gateway
