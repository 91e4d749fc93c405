// What the config says about notifications: their types, the channel of each, and who receives a channel.
// Immutable, so that all threads can share it; a reload makes a new one.
#pragma once

#include "notifyd/config/config.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::notifications {

class NotificationRules {
  public:
    using Channels = std::vector<std::string>;

    explicit NotificationRules(const config::Config& config);

    // nullptr for an unknown type.
    [[nodiscard]] const std::string* channel_of(std::string_view type) const;
    [[nodiscard]] bool is_channel(std::string_view name) const;
    // "a, b and c", for error messages.
    [[nodiscard]] std::string type_names() const;
    [[nodiscard]] std::string channel_names() const;
    // What a user who has never chosen is subscribed to.
    [[nodiscard]] const Channels& default_channels() const { return default_channels_; }
    // `chosen`: nullopt if the user has never chosen.
    [[nodiscard]] bool is_subscribed(const std::optional<Channels>& chosen, std::string_view channel) const;
    [[nodiscard]] bool is_for_admins(std::string_view channel) const;
    [[nodiscard]] std::size_t recipients_max() const { return recipients_max_; }
    // How old a pending notification may be to be sent on connect; 0: any age.
    [[nodiscard]] std::chrono::milliseconds pending_window() const { return pending_window_; }

  private:
    std::map<std::string, std::string, std::less<>> channels_of_types_;
    Channels channels_;
    Channels default_channels_;
    Channels admin_channels_;
    std::size_t recipients_max_;
    std::chrono::milliseconds pending_window_;
};

}  // namespace notifyd::notifications
