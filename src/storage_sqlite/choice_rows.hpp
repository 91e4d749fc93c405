// What users have chosen, as both the storage thread and the reader threads read it from `inboxes`.
// Fails:  false if the database fails. A user without a row has the defaults.
#pragma once

#include "notifyd/core/notification.hpp"

#include "database.hpp"
#include "text_list.hpp"

#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite {

class ChoiceRows {
  public:
    explicit ChoiceRows(Database& database)
        : channels_(database, "SELECT channels FROM inboxes WHERE user = ?1"),
          preferences_(database,
                       "SELECT preferences, preferences_at, in_app, muted_types FROM inboxes WHERE user = ?1") {}

    [[nodiscard]] bool channels(const UserId& user, std::optional<std::vector<std::string>>& channels) {
        const ResetGuard reset(channels_);
        const Step step = channels_.bind_text(1, user.get()).step();
        if (step == Step::row && !channels_.is_null(0)) channels = split_to_strings(channels_.text(0));
        return step != Step::failed;
    }

    [[nodiscard]] bool preferences(const UserId& user, Preferences& preferences) {
        const ResetGuard reset(preferences_);
        const Step step = preferences_.bind_text(1, user.get()).step();
        if (step != Step::row) return step == Step::done;
        if (!preferences_.is_null(0)) preferences.text = std::string(preferences_.text(0));
        preferences.updated_at = preferences_.is_null(1) ? 0 : preferences_.integer(1);
        preferences.in_app = preferences_.integer(2) != 0;
        preferences.muted_types = split_to_strings(preferences_.text(3));
        return true;
    }

  private:
    Statement channels_;
    Statement preferences_;
};

}  // namespace notifyd::storage::sqlite
