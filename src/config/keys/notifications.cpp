// [notifications], [notifications.types] and [[channels]].
#include "common_readers.hpp"
#include "sections.hpp"

namespace notifyd::config {

namespace {

Key notification_types_key(std::string_view pattern) {
    const Reader<std::string> reader = text("the name of a channel", is_name);
    auto apply = [reader](Config& config, const Setting& setting, const Surroundings& surroundings) -> std::string {
        const std::string type = setting.key.substr(setting.key.rfind('.') + 1);
        if (!is_name(type)) return "a notification type is named with letters, digits, _ and -";
        return convert(reader, setting, surroundings, [&](std::string channel) {
            config.notifications.types[type] = std::move(channel);
        });
    };
    Key row = key_at(
        pattern, std::move(apply), [](auto& config) -> auto& { return config.notifications.types; });
    row.values = values_of(reader);
    return row;
}

template <auto member, class T>
Key channel_key(std::string_view name, Reader<T> reader) {
    auto apply = [reader](Config& config, const Setting& setting, const Surroundings& surroundings) {
        return convert(reader, setting, surroundings, [&](T value) {
            if (config.channels.size() <= setting.element) config.channels.resize(setting.element + 1);
            (config.channels[setting.element].*member) = std::move(value);
        });
    };
    // The list is compared and copied as a whole.
    Key row = key_at(
        name, std::move(apply), [](auto& config) -> auto& { return config.channels; });
    row.values = values_of(reader);
    row.is_secret = std::same_as<T, Secret>;
    return row;
}

bool is_channel_name(std::string_view name) {
    return is_name(name) && name != "WebSocket";
}

}  // namespace

Section notifications_section() {
    constexpr auto section = &Config::notifications;
    return {
        "notifications",
        "",
        {
            key<section, &Notifications::default_channels>(
                "notifications.default_channels",
                texts("\"*\" or channel names", [](std::string_view name) { return name == "*" || is_name(name); }))
                .live()
                .doc(R"(Channels of a user who has never chosen any; `"*"` = all.)"),
            key<section, &Notifications::pending_window>("notifications.pending_window", time_limit())
                .live()
                .doc("How old unacknowledged notifications may be to be sent on connect."),
            key<section, &Notifications::max_recipients>("notifications.max_recipients", limit())
                .live()
                .doc("Users that one notification may be sent to."),
        },
    };
}

Section notification_types_section() {
    return {
        "notifications.types",
        "Your own notification types, in addition to the built-in ones: type = channel.",
        {
            notification_types_key("notifications.types.*")
                .example(R"(invoice_ready = "billing")")
                .live()
                .doc("The channel that notifications of this type are sent to."),
        },
    };
}

Section channels_section() {
    return {
        channels_list,
        R"(Other target channels, one [[channels]] table each: a message published to one is posted to its URL. Until
        this has an effect, a publish to a channel is refused.)",
        {
            channel_key<&Channel::name>("channels.name", text("a name that is not \"WebSocket\"", is_channel_name))
                .without_effect()
                .example(R"(name = "Email")")
                .doc("The `targetChannel` of a publish."),
            channel_key<&Channel::url>("channels.url", text("a URL such as \"https://host/hook\"", is_http_url))
                .without_effect()
                .example(R"(url = "https://mailer.internal/hook")")
                .doc("Where messages are posted."),
            channel_key<&Channel::secret>("channels.secret", secret())
                .without_effect()
                .example(R"(secret = "file:/etc/notifyd/email.secret")")
                .doc("Signs what is posted."),
        },
    };
}

}  // namespace notifyd::config
