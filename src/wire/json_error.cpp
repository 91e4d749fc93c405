#include "json_error.hpp"

#include <string>
#include <utility>

namespace notifyd::wire {

Error json_error(json::Fault fault, JsonSource source) {
    const bool is_body = source == JsonSource::body;
    std::string message = is_body ? "Request body is not valid JSON" : "Message is not valid JSON";
    switch (fault) {
        case json::Fault::none:
        case json::Fault::syntax:
            break;
        case json::Fault::too_deep:
            message += ": it is nested too deeply";
            break;
        case json::Fault::duplicate_key:
            message += ": an object has a duplicate key";
            break;
        case json::Fault::half_surrogate_pair:
            // RFC 8259 §8.2 allows it, but UTF-8 cannot carry it to the receivers.
            message = is_body ? "A string in the request body" : "A string in the message";
            message += " contains half of a surrogate pair (\\uD800 to \\uDFFF): send both halves, or U+FFFD instead";
            break;
    }
    return {Errc::invalid_json, std::move(message)};
}

}  // namespace notifyd::wire
