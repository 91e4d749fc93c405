// The header fields that are looked at in every request, read in one pass over its head. Pure.
// What few requests need, such as Expect, is looked up where it is needed.
// Owns:   nothing; a view lives as long as its line, which moves with the head, and ends when it is set anew.
// Thread: any.
// Fails:  never; what may stand once only is the reader's to decide, by `times`.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string_view>
#include <vector>

namespace notifyd::gateway {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

struct HeadField {
    std::string_view value;  // of its first line
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
    std::vector<std::string_view> forwarded_for;  // each line's
};

[[nodiscard]] HeadFields read_head_fields(const BeastRequest& head);

}  // namespace notifyd::gateway
