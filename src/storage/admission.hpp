// How many requests and bytes wait for their commit, counted so that asking is cheap.
// Owns:   the counters. Thread: any. Fails: admit says no when the queue is full.
#pragma once

#include "letter_shares.hpp"
#include "requests.hpp"

#include <atomic>
#include <cstddef>

namespace notifyd::storage {

class Admission {
  public:
    Admission(std::size_t requests_max, std::size_t bytes_max) : requests_max_(requests_max), bytes_max_(bytes_max) {}

    // Loops may overshoot the bytes by one message each, never the requests.
    [[nodiscard]] bool admit(std::size_t bytes) {
        if (bytes_.load(std::memory_order_relaxed) >= bytes_max_) return false;
        return count(requests_, bytes, requests_max_);
    }

    // Connection rows have a queue of their own: they must not take a publisher's place, and nobody can send them
    // again.
    [[nodiscard]] bool admit_connection_row(std::size_t bytes) {
        if (row_bytes_.load(std::memory_order_relaxed) >= connection_row_bytes_max) return false;
        if (!count(rows_, bytes, connection_rows_max)) return false;
        row_bytes_.fetch_add(bytes, std::memory_order_relaxed);
        return true;
    }

    // So do dead letters: a client that cannot be served must not be able to stop publishers, or the other way round.
    // Nor may it take the place of other recipients' letters.
    [[nodiscard]] bool admit_letter(const DeadLetter& letter) {
        const std::size_t bytes = bytes_of(letter);
        const std::size_t letters_taken = letters_.load(std::memory_order_relaxed);
        const std::size_t bytes_taken = letter_bytes_.load(std::memory_order_relaxed);
        if (letters_taken >= letters_max || bytes_taken >= letter_bytes_max) return false;
        if (!shares_.take(sharer_of(letter), bytes, {letters_max - letters_taken, letter_bytes_max - bytes_taken})) {
            return false;
        }
        if (!count(letters_, bytes, letters_max)) {
            shares_.give_back(sharer_of(letter), bytes);
            return false;
        }
        letter_bytes_.fetch_add(bytes, std::memory_order_relaxed);
        return true;
    }
    // What a letter counts for while it waits.
    [[nodiscard]] static std::size_t bytes_of(const DeadLetter& letter) {
        constexpr std::size_t letter_bytes = 512;
        return letter_bytes + (letter.head.has_value() ? letter.head->size() : 0);
    }

    void release(const Batch& batch) {
        if (batch.letters > 0) release_letters(batch);
        requests_.fetch_sub(batch.answers_wanted, std::memory_order_relaxed);
        letters_.fetch_sub(batch.letters, std::memory_order_relaxed);
        const std::size_t rows = batch.requests.size() - batch.answers_wanted - batch.letters;
        rows_.fetch_sub(rows, std::memory_order_relaxed);
        row_bytes_.fetch_sub(batch.row_bytes, std::memory_order_relaxed);
        bytes_.fetch_sub(batch.bytes, std::memory_order_relaxed);
    }

    [[nodiscard]] bool has_room(std::size_t requests) const {
        return requests_.load(std::memory_order_relaxed) + requests <= requests_max_ &&
               bytes_.load(std::memory_order_relaxed) < bytes_max_;
    }

    [[nodiscard]] std::size_t requests() const { return requests_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  private:
    // Some changes for each of the connections that a process can hold.
    static constexpr std::size_t connection_rows_max = 200'000;
    static constexpr std::size_t connection_row_bytes_max = 64 * 1024 * 1024;
    static constexpr std::size_t letters_max = 10'000;
    static constexpr std::size_t letter_bytes_max = 64 * 1024 * 1024;

    // Letters that are nobody's share the room of their queue. No user id holds a control character.
    static UserId sharer_of(const DeadLetter& letter) {
        return letter.user.get().empty() ? UserId("\n" + letter.queue) : letter.user;
    }

    void release_letters(const Batch& batch) {
        for (const WriteRequest& request : batch.requests) {
            const auto* change = std::get_if<std::unique_ptr<LetterRequest>>(&request);
            if (change == nullptr) continue;
            const auto* letter = std::get_if<DeadLetter>(&(*change)->change);
            if (letter != nullptr) shares_.give_back(sharer_of(*letter), bytes_of(*letter));
        }
        letter_bytes_.fetch_sub(batch.letter_bytes, std::memory_order_relaxed);
    }

    bool count(std::atomic<std::size_t>& counter, std::size_t bytes, std::size_t count_max) {
        if (counter.fetch_add(1, std::memory_order_relaxed) >= count_max) {
            counter.fetch_sub(1, std::memory_order_relaxed);
            return false;
        }
        bytes_.fetch_add(bytes, std::memory_order_relaxed);
        return true;
    }

    const std::size_t requests_max_;
    const std::size_t bytes_max_;
    std::atomic<std::size_t> requests_{0};
    std::atomic<std::size_t> rows_{0};
    std::atomic<std::size_t> row_bytes_{0};  // part of bytes_
    std::atomic<std::size_t> letters_{0};
    std::atomic<std::size_t> letter_bytes_{0};  // part of bytes_
    LetterShares shares_;
    std::atomic<std::size_t> bytes_{0};
};

}  // namespace notifyd::storage
