// Table `dead_letters`. The newest letters of each recipient are kept, up to a limit: the recipient's own older letters
// are evicted for them, never those of others. Only if the table as a whole is full are letters of the recipient with
// the most bytes evicted. Triggers keep the counts in the database (migration 0009), so that they are right whoever
// writes. All SQL for the table is here, including the command line's.
// Thread: DeadLetterTable on the storage thread, inside its transactions; DeadLetterLists on a reader thread or in a
// command; DeadLetterRows and DeadLetterChange in a command.
// Fails:  false or nullopt if the database fails.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/storage/engine_settings.hpp"
#include "notifyd/storage/read_tables.hpp"
#include "notifyd/storage/write_tables.hpp"
#include "notifyd/storage_sqlite/dead_letter_file.hpp"

#include "database.hpp"
#include "message_search.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage::sqlite {

// 0 means no limit.
struct LetterBounds {
    std::int64_t letters_of_recipient = 0;
    std::int64_t bytes_of_recipient = 0;
    std::int64_t bytes_in_all = 0;

    // The bytes per letter that limits.dead_letters_per_user stands for if letters hold their messages: 40 MiB at
    // 10,000.
    static constexpr std::int64_t bytes_per_letter = 4 * 1024;
    static constexpr std::int64_t table_bytes_max = std::int64_t{1024} * 1024 * 1024;

    [[nodiscard]] static LetterBounds for_letters(std::size_t letters_per_user) {
        const auto letters = static_cast<std::int64_t>(letters_per_user);
        return {letters, letters * bytes_per_letter, table_bytes_max};
    }
};

// Letters of one recipient that were evicted since the last report.
struct GaveWay {
    enum class Why : std::uint8_t { recipient_full, table_full };

    UserId user;
    std::string queue;  // if there is no user
    Why why = Why::recipient_full;
    std::size_t letters = 0;

    [[nodiscard]] bool is(const std::string& of_user, const std::string& of_queue, Why because) const {
        return why == because && user.get() == of_user && queue == of_queue;
    }
};

class DeadLetterTable final : public LetterWrites {
  public:
    DeadLetterTable(Database& database, History history, LetterBounds bounds);

    // With history, the message itself stays in the log. The new letter is always kept. After the limits were lowered,
    // or if letters differ much in size, it takes several more letters until the table is within its limits again.
    [[nodiscard]] bool add(const DeadLetter& letter) override;
    [[nodiscard]] bool remove(const Uuid& id, bool& removed) override;
    [[nodiscard]] bool failed_again(const Uuid& id, EpochMs at, const std::string& reason) override;
    [[nodiscard]] bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) override;
    // For the log.
    [[nodiscard]] std::vector<GaveWay> take_gave_way() { return std::exchange(gave_way_, {}); }
    // After a rollback, nothing was evicted.
    void forget() { gave_way_.clear(); }

  private:
    // Whose letters share a limit: those of a user, or those of a queue that have no user.
    struct Recipient {
        std::string user;
        std::string queue;

        friend bool operator==(const Recipient&, const Recipient&) = default;
    };
    struct Size {
        std::int64_t letters = 0;
        std::int64_t bytes = 0;
    };

    [[nodiscard]] bool insert(const DeadLetter& letter);
    [[nodiscard]] bool make_room_of(const Recipient& recipient);
    [[nodiscard]] bool make_room_in_all(const Recipient& newest);
    [[nodiscard]] bool measure(const Recipient& recipient, Size& size);
    [[nodiscard]] bool measure_all(std::int64_t& bytes);
    // The recipient with the most bytes; `recipient` itself if nobody has more.
    [[nodiscard]] bool find_largest(Recipient& recipient);
    [[nodiscard]] bool remove_oldest(const Recipient& recipient, GaveWay::Why why);

    const History history_;
    const LetterBounds bounds_;
    Database& database_;
    std::vector<GaveWay> gave_way_;
    Statement add_;
    Statement size_of_recipient_;
    Statement size_in_all_;
    Statement largest_;
    Statement remove_oldest_;
    Statement remove_;
    Statement failed_again_;
    Statement delete_expired_;
};

// To be called inside a read transaction.
class DeadLetterLists final : public LetterReads {
  public:
    DeadLetterLists(Database& database, observability::Events& events);

    [[nodiscard]] std::optional<DeadLetterPage> list(const ports::DeadLetterQuery& query) override;
    [[nodiscard]] std::optional<std::optional<DeadLetter>> find(const Uuid& id) override;

  private:
    [[nodiscard]] Statement& bound(const ports::DeadLetterQuery& query);
    [[nodiscard]] bool fill_head(DeadLetter& letter);

    Statement all_;
    Statement of_queue_;
    Statement marked_;
    Statement one_;
    MessageSearch messages_;
};

// Looks up the rows that a command selects.
class DeadLetterRows {
  public:
    explicit DeadLetterRows(Database& database);

    [[nodiscard]] std::optional<std::size_t> count(const LetterChoice& choice);
    // The newest id; nullopt in `id` if there are no letters.
    [[nodiscard]] bool find_newest(std::optional<Uuid>& id);
    // Adds up to `rows_max` ids of the choice's queue, after `after` and up to `last`.
    [[nodiscard]] bool find_ids(const LetterChoice& choice,
                                const std::optional<Uuid>& after,
                                const Uuid& last,
                                std::size_t rows_max,
                                std::vector<Uuid>& ids);
    enum class State : std::uint8_t { gone, unmarked, marked };
    [[nodiscard]] bool find_state(const Uuid& id, State& state);

  private:
    Statement count_;
    Statement newest_;
    Statement ids_;
    Statement marked_;
};

// Changes single letters for a command.
class DeadLetterChange {
  public:
    enum class What : std::uint8_t { remove, mark };
    DeadLetterChange(Database& database, What what);

    // `changed`: whether the letter existed.
    [[nodiscard]] bool apply(const Uuid& id, bool& changed);

  private:
    Database& database_;
    Statement change_;
};

// When the newest letter was created, by the clock of the ids; 0: there is none; nullopt: the database failed.
[[nodiscard]] std::optional<EpochMs> newest_letter_made_at(Database& database);

}  // namespace notifyd::storage::sqlite
