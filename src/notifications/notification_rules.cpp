// The built-in types (docs/protocol.md#notifications), and those of the operator.
#include "notifyd/notifications/notification_rules.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace notifyd::notifications {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> built_in{{
    {"upload_started", "uploads"},
    {"upload_complete", "uploads"},
    {"upload_failed", "uploads"},
    {"processing_complete", "uploads"},
    {"processing_failed", "uploads"},
    {"new_follower", "social"},
    {"new_like", "social"},
    {"new_comment", "social"},
    {"moc_published", "instructions"},
    {"moc_featured", "instructions"},
    {"quota_warning", "quota"},
    {"quota_exceeded", "quota"},
    {"system_announcement", "system"},
    {"maintenance_scheduled", "system"},
}};

bool contains(const NotificationRules::Channels& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

template <class Names>
std::string listed(const Names& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) text += i + 1 == names.size() ? " and " : ", ";
        text += names[i];
    }
    return text;
}

}  // namespace

NotificationRules::NotificationRules(const config::Config& config)
    : admin_channels_(config.tokens.admin_channels),
      recipients_max_(config::unless_off(config.notifications.max_recipients)),
      pending_window_(config.notifications.pending_window) {
    for (const auto& [type, channel] : built_in) channels_of_types_.emplace(type, channel);
    // The operator may move a built-in type to another channel.
    for (const auto& [type, channel] : config.notifications.types) channels_of_types_.insert_or_assign(type, channel);
    const auto add = [](Channels& names, std::string_view name) {
        if (!contains(names, name)) names.emplace_back(name);
    };
    for (const auto& [type, channel] : built_in) add(channels_, channel);
    for (const auto& [type, channel] : channels_of_types_) add(channels_, channel);
    for (const std::string& channel : admin_channels_) add(channels_, channel);
    for (const std::string& name : config.notifications.default_channels) {
        if (name != "*") add(channels_, name);
    }
    for (const std::string& name : config.notifications.default_channels) {
        if (name == "*") {
            for (const std::string& channel : channels_) add(default_channels_, channel);
        } else {
            add(default_channels_, name);
        }
    }
}

const std::string* NotificationRules::channel_of(std::string_view type) const {
    const auto found = channels_of_types_.find(type);
    return found == channels_of_types_.end() ? nullptr : &found->second;
}

bool NotificationRules::is_channel(std::string_view name) const {
    return contains(channels_, name);
}

std::string NotificationRules::type_names() const {
    std::vector<std::string_view> names;
    for (const auto& [type, channel] : channels_of_types_) names.push_back(type);
    return listed(names);
}

std::string NotificationRules::channel_names() const {
    return listed(channels_);
}

bool NotificationRules::is_subscribed(const std::optional<Channels>& chosen, std::string_view channel) const {
    return contains(chosen.has_value() ? *chosen : default_channels_, channel);
}

bool NotificationRules::is_for_admins(std::string_view channel) const {
    return contains(admin_channels_, channel);
}

}  // namespace notifyd::notifications
