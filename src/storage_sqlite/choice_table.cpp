#include "choice_table.hpp"

#include "text_list.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace notifyd::storage::sqlite {

ChoiceTable::ChoiceTable(Database& database)
    : rows_(database),
      set_channels_(database,
                    "INSERT INTO inboxes (user, unread, channels, in_app, muted_types) VALUES (?1, 0, ?2, 1, '') "
                    "ON CONFLICT (user) DO UPDATE SET channels = excluded.channels"),
      set_preferences_(database,
                       "INSERT INTO inboxes (user, unread, in_app, muted_types, preferences, preferences_at) "
                       "VALUES (?1, 0, ?2, ?3, ?4, ?5) ON CONFLICT (user) DO UPDATE SET in_app = excluded.in_app, "
                       "muted_types = excluded.muted_types, preferences = excluded.preferences, "
                       "preferences_at = excluded.preferences_at") {}

bool ChoiceTable::change_channels(const ports::ChannelChange& change, std::vector<std::string>& channels) {
    std::optional<std::vector<std::string>> chosen;
    if (!rows_.channels(change.user, chosen)) return false;
    channels = chosen.has_value() ? *std::move(chosen) : change.defaults;
    for (const std::string& added : change.added) {
        if (std::ranges::find(channels, added) == channels.end()) channels.push_back(added);
    }
    std::erase_if(channels, [&](const std::string& channel) {
        return std::ranges::find(change.removed, channel) != change.removed.end();
    });
    const std::string list = join_texts(channels);
    return set_channels_.bind_text(1, change.user.get()).bind_text(2, list).run();
}

bool ChoiceTable::change_preferences(const UserId& user,
                                     const ports::InboxStore::ChangePreferences& change,
                                     Preferences& preferences) {
    Preferences before;
    if (!rows_.preferences(user, before)) return false;
    preferences = change(before);
    const std::string muted = join_texts(preferences.muted_types);
    set_preferences_.bind_text(1, user.get()).bind(2, preferences.in_app ? 1 : 0).bind_text(3, muted);
    if (preferences.text.has_value()) {
        set_preferences_.bind_text(4, *preferences.text);
    } else {
        set_preferences_.bind_null(4);
    }
    return set_preferences_.bind(5, preferences.updated_at).run();
}

}  // namespace notifyd::storage::sqlite
