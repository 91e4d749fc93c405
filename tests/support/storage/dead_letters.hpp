// Dead letters and calls to their ports.
#pragma once

#include "support/storage/storage_fixture.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage::testing {

inline Uuid letter_id(int number) {
    return make_uuid_v7(1'000 + number, {});
}

inline DeadLetter letter_for(int number, const MessagePtr& missed, const std::string& queue = "fifo") {
    return {.id = letter_id(number),
            .queue = queue,
            .message = missed->id,
            .topic = missed->topic,
            .sequence = 7,
            .connection = ConnectionId(Uuid{{1, 2, 3}}),
            .user = UserId("receiver"),
            .reason = "buffer full",
            .attempts = 3,
            .first_failed_at = 100 + number,
            .last_failed_at = 200 + number,
            .head = missed->head};
}

// Of a user who is identified by name alone; the attempts are the number.
inline DeadLetter letter_of(const std::string& user,
                            int number,
                            std::string head = "{",
                            const std::string& queue = "fifo") {
    return {.id = make_uuid_v7(1'000 + number, {}),
            .queue = queue,
            .message = MessageId(make_uuid_v7(number, {})),
            .topic = topic("a"),
            .connection = std::nullopt,
            .user = UserId(user),
            .reason = "outbox_full",
            .attempts = static_cast<std::uint32_t>(number),
            .last_failed_at = 1'000,
            .head = std::move(head)};
}

class Letters {
  public:
    explicit Letters(Loop& loop) : loop_(loop) {}

    void add(std::vector<DeadLetter> letters) {
        loop_.post([letters = std::move(letters)](StorageClient& client) {
            for (const DeadLetter& letter : letters) client.letter_sink().add(letter);
        });
    }
    DeadLetterPage list(const ports::DeadLetterQuery& query) {
        const auto page = loop_.ask<DeadLetterPage>(
            [&](StorageClient& client, auto done) { client.letters().list(query, std::move(done)); });
        REQUIRE(page.has_value());
        return *page;
    }
    std::vector<int> numbers(const ports::DeadLetterQuery& query) {
        std::vector<int> found;
        for (const DeadLetter& letter : list(query).letters) {
            found.push_back(static_cast<int>(uuid_v7_epoch_ms(letter.id) - 1'000));
        }
        return found;
    }
    std::optional<DeadLetter> find(int number) {
        const auto found = loop_.ask<std::optional<DeadLetter>>(
            [&](StorageClient& client, auto done) { client.letters().find(letter_id(number), std::move(done)); });
        REQUIRE(found.has_value());
        return *found;
    }
    bool remove(int number) {
        const auto removed = loop_.ask<bool>(
            [&](StorageClient& client, auto done) { client.letters().remove(letter_id(number), std::move(done)); });
        REQUIRE(removed.has_value());
        return *removed;
    }
    void failed_again(int number, EpochMs at, const std::string& reason) {
        REQUIRE(loop_
                    .ask<void>([&](StorageClient& client, auto done) {
                        client.letters().failed_again(letter_id(number), at, reason, std::move(done));
                    })
                    .has_value());
    }
    std::size_t expire(EpochMs cutoff, std::size_t rows_max) {
        const auto deleted = loop_.ask<std::size_t>([&](StorageClient& client, auto done) {
            client.letters().delete_expired(cutoff, rows_max, std::move(done));
        });
        REQUIRE(deleted.has_value());
        return *deleted;
    }
    std::size_t reclaim(std::size_t pages_max) {
        const auto given = loop_.ask<std::size_t>(
            [=](StorageClient& client, auto done) { client.disk().reclaim(pages_max, std::move(done)); });
        REQUIRE(given.has_value());
        return *given;
    }

  private:
    Loop& loop_;
};

inline const ports::DeadLetterQuery all{std::nullopt, std::nullopt, 100, false};

}  // namespace notifyd::storage::testing
