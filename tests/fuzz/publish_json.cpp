// Request bodies -> typed values. The payload fields of a publish, in braces, must be valid JSON again.
#include "notifyd/core/topic_name.hpp"
#include "notifyd/wire/permissions.hpp"
#include "notifyd/wire/publish.hpp"

#include "input.hpp"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    const std::string_view body = fuzz::text_of(data, size);
    const wire::JsonLimits limits = wire::JsonLimits::with_depth(32);
    const auto request = wire::parse_publish_body(body, limits);
    if (request) {
        fuzz::require(is_valid_utf8(request->payload_fields));
        // Parsed as a body again, it may be refused for a missing field, but never for its JSON.
        const auto again = wire::parse_publish_body("{" + request->payload_fields + "}", limits);
        fuzz::require(again.has_value() || again.error().code != Errc::invalid_json);
    }
    static_cast<void>(wire::parse_batch_body(body, limits, 4096));
    static_cast<void>(wire::parse_grant_body(body, limits));
    return 0;
}
