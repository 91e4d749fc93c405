// A body of POST /notifications, and a patch of preferences, which is applied twice.
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/preferences.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    const std::string_view text = fuzz::text_of(data, size);
    const auto limits = wire::JsonLimits::with_depth(32);
    if (const auto body = wire::parse_notification_body(text, limits, 100)) {
        fuzz::require(!body->users.empty() != body->topic.has_value());
        static_cast<void>(wire::notification_content(*body, "social", 1));
    }
    if (const auto patch = wire::PreferencesPatch::parse(text, limits)) {
        const Preferences once = patch->apply({}, 1);
        const Preferences twice = patch->apply(once, 1);
        fuzz::require(once.text == twice.text && once.muted_types == twice.muted_types);
        static_cast<void>(wire::preferences_reply(twice));
    }
    return 0;
}
