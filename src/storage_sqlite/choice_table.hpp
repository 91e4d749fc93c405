// The choices in table `inboxes`, as the storage thread writes them.
// Fails:  false if the database fails.
#pragma once

#include "notifyd/storage/write_tables.hpp"

#include "choice_rows.hpp"
#include "database.hpp"

#include <string>
#include <vector>

namespace notifyd::storage::sqlite {

class ChoiceTable final : public ChoiceWrites {
  public:
    explicit ChoiceTable(Database& database);

    [[nodiscard]] bool change_channels(const ports::ChannelChange& change, std::vector<std::string>& channels) override;
    [[nodiscard]] bool change_preferences(const UserId& user,
                                          const ports::InboxStore::ChangePreferences& change,
                                          Preferences& preferences) override;

  private:
    ChoiceRows rows_;
    Statement set_channels_;
    Statement set_preferences_;
};

}  // namespace notifyd::storage::sqlite
