// Table `dead_letters`. A recipient's newest letters are kept, up to a bound: the recipient's older ones give way to
// them, and those of others do not. Only when the table as a whole is full do letters of the recipient that takes the
// most room give way. The counts are in the database, kept by triggers (migration 0009), so that they hold whoever
// writes. All SQL for the table is here, that of the command line included.
// Thread: DeadLetterTable the storage thread, inside its transactions; DeadLetterLists one reader thread or a command;
//         DeadLetterRows and DeadLetterChange a command.
// Fails:  false or nullopt when the database does.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/storage/dead_letter_file.hpp"
#include "notifyd/storage/storage.hpp"

#include "database.hpp"
#include "message_search.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage {

// 0: no bound.
struct LetterBounds {
    std::int64_t letters_of_recipient = 0;
    std::int64_t bytes_of_recipient = 0;
    std::int64_t bytes_in_all = 0;

    // The bytes that limits.dead_letters_per_user stands for where letters hold their messages: 40 MiB at 10,000.
    static constexpr std::int64_t bytes_per_letter = 4 * 1024;
    static constexpr std::int64_t table_bytes_max = std::int64_t{1024} * 1024 * 1024;

    [[nodiscard]] static LetterBounds for_letters(std::size_t letters_per_user) {
        const auto letters = static_cast<std::int64_t>(letters_per_user);
        return {letters, letters * bytes_per_letter, table_bytes_max};
    }
};

// Letters of one recipient that gave way since the last report.
struct GaveWay {
    enum class Why : std::uint8_t { recipient_full, table_full };

    UserId user;
    std::string queue;  // where there is no user
    Why why = Why::recipient_full;
    std::size_t letters = 0;

    [[nodiscard]] bool is(const std::string& of_user, const std::string& of_queue, Why because) const {
        return why == because && user.get() == of_user && queue == of_queue;
    }
};

class DeadLetterTable {
  public:
    DeadLetterTable(Database& database, History history, LetterBounds bounds);

    // With history, the message itself stays where it is: in the log. The new letter is always kept. After bounds were
    // lowered, or with letters of very different sizes, it takes some more letters until the table is within them
    // again.
    [[nodiscard]] bool add(const DeadLetter& letter);
    [[nodiscard]] bool remove(const Uuid& id, bool& removed);
    [[nodiscard]] bool failed_again(const Uuid& id, EpochMs at, const std::string& reason);
    [[nodiscard]] bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted);
    // For the log.
    [[nodiscard]] std::vector<GaveWay> take_gave_way() { return std::exchange(gave_way_, {}); }
    // After a rollback nothing gave way.
    void forget() { gave_way_.clear(); }

  private:
    // Whose letters share a bound: a user's, or those of a queue that belong to no user.
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
    // The recipient with the most bytes; `recipient` if nobody has more.
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
class DeadLetterLists {
  public:
    DeadLetterLists(Database& database, observability::Events& events);

    // A page ends early, with at least one letter, where its messages would exceed limits::page_bytes_max.
    [[nodiscard]] std::optional<DeadLetterPage> list(const ports::DeadLetterQuery& query);
    // nullopt inside: there is none.
    [[nodiscard]] std::optional<std::optional<DeadLetter>> find(const Uuid& id);

  private:
    [[nodiscard]] Statement& bound(const ports::DeadLetterQuery& query);
    [[nodiscard]] bool fill_head(DeadLetter& letter);

    Statement all_;
    Statement of_queue_;
    Statement marked_;
    Statement one_;
    MessageSearch messages_;
};

// Looks up the rows that a command chooses.
class DeadLetterRows {
  public:
    explicit DeadLetterRows(Database& database);

    [[nodiscard]] std::optional<std::size_t> count(const LetterChoice& choice);
    // The newest id; nullopt in `id`: there is no letter.
    [[nodiscard]] bool find_newest(std::optional<Uuid>& id);
    // Adds up to `rows_max` ids of the choice's queue, behind `after` and not behind `last`.
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

// What a command does to letters, one by one.
class DeadLetterChange {
  public:
    enum class What : std::uint8_t { remove, mark };
    DeadLetterChange(Database& database, What what);

    // `changed`: whether there was such a letter.
    [[nodiscard]] bool apply(const Uuid& id, bool& changed);

  private:
    Database& database_;
    Statement change_;
};

// When the newest letter was made, by the clock of their ids; 0: there is none; nullopt: the database failed.
[[nodiscard]] std::optional<EpochMs> newest_letter_made_at(Database& database);

}  // namespace notifyd::storage
