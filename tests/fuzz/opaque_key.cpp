// Page keys as clients send them; one that is accepted is encoded to the same text again.
#include "notifyd/wire/opaque_key.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    const std::string_view text = fuzz::text_of(data, size);
    static const PageQuery query{.topic = *TopicName::parse("chat:c"),
                                 .messages_max = 50,
                                 .bytes_max = 1'000,
                                 .from_time = std::nullopt,
                                 .to_time = std::nullopt,
                                 .sequences = {},
                                 .after = std::nullopt};
    if (const auto cursor = wire::decode_page_key(text, query)) {
        fuzz::require(wire::encode_page_key(*cursor, query) == text);
    }
    for (const auto kind : {wire::ListKind::permissions_of_user, wire::ListKind::dead_letters}) {
        if (const auto last = wire::decode_list_key(kind, "user:u1", text)) {
            fuzz::require(wire::encode_list_key(kind, "user:u1", *last) == text);
        }
    }
    return 0;
}
