// Table `read_positions`: how far each user has read in each topic.
// Thread: the storage thread, inside its transactions. Fails: false if the database fails.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "database.hpp"
#include "topic_table.hpp"

#include <cstddef>
#include <optional>

namespace notifyd::storage::sqlite {

class ReadPositionTable final : public ReadPositionWrites {
  public:
    // `topics` knows the last number of each topic.
    ReadPositionTable(Database& database,
                      TopicTable& topics,
                      std::size_t per_user_max = limits::read_positions_per_user_max);

    [[nodiscard]] bool advance(const ports::ReadPosition& position,
                               std::optional<Sequence>& moved_to,
                               std::optional<Error>& refused) override;

  private:
    [[nodiscard]] bool check_room(const UserId& user, std::optional<Error>& refused);

    TopicTable& topics_;
    const std::size_t per_user_max_;
    Statement find_;
    Statement last_allowed_;
    Statement write_;
};

}  // namespace notifyd::storage::sqlite
