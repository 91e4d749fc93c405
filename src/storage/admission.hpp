// Counts the requests and bytes waiting for their commit, and refuses new ones if there are too many. Cheap enough to
// check before every request. Thread: any.
#pragma once

#include "notifyd/core/dead_letter.hpp"
#include "notifyd/storage/requests.hpp"

#include "letter_shares.hpp"

#include <atomic>
#include <cstddef>
#include <optional>

namespace notifyd::storage {

class Admission {
  public:
    Admission(std::size_t requests_max, std::size_t bytes_max) : requests_max_(requests_max), bytes_max_(bytes_max) {}

    // Loops may exceed the byte limit by one message each, but never the request limit.
    [[nodiscard]] bool admit(std::size_t bytes) {
        if (bytes_.load(std::memory_order_relaxed) >= bytes_max_) return false;
        return count(requests_, bytes, requests_max_);
    }

    // Connection rows have their own limits: they must not take a publisher's place, and they cannot be sent again.
    [[nodiscard]] bool admit_connection_row(std::size_t bytes) {
        if (row_bytes_.load(std::memory_order_relaxed) >= connection_row_bytes_max) return false;
        if (!count(rows_, bytes, connection_rows_max)) return false;
        row_bytes_.fetch_add(bytes, std::memory_order_relaxed);
        return true;
    }

    // Dead letters have their own limits, too: a client that cannot be served must not stop publishers, nor may
    // publishers displace letters. A share per recipient keeps one recipient's letters from displacing the others'.
    // nullopt: refused.
    [[nodiscard]] std::optional<LetterClaim> admit_letter(const DeadLetter& letter) {
        LetterClaim claim = claim_of(letter);
        const std::size_t letters_taken = letters_.load(std::memory_order_relaxed);
        const std::size_t bytes_taken = letter_bytes_.load(std::memory_order_relaxed);
        if (letters_taken >= letters_max || bytes_taken >= letter_bytes_max) return std::nullopt;
        const LetterShares::Amount free{letters_max - letters_taken, letter_bytes_max - bytes_taken};
        if (!shares_.take(claim.recipient, claim.bytes, free)) return std::nullopt;
        if (!count(letters_, claim.bytes, letters_max)) {
            shares_.give_back(claim.recipient, claim.bytes);
            return std::nullopt;
        }
        letter_bytes_.fetch_add(claim.bytes, std::memory_order_relaxed);
        return claim;
    }

    void release(const Batch& batch) {
        for (const LetterClaim& claim : batch.letters) release(claim);
        requests_.fetch_sub(batch.answers_wanted, std::memory_order_relaxed);
        rows_.fetch_sub(batch.connection_rows(), std::memory_order_relaxed);
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
    // A few changes for each connection that a process can hold.
    static constexpr std::size_t connection_rows_max = 200'000;
    static constexpr std::size_t connection_row_bytes_max = 64 * 1024 * 1024;
    static constexpr std::size_t letters_max = 10'000;
    static constexpr std::size_t letter_bytes_max = 64 * 1024 * 1024;

    static LetterClaim claim_of(const DeadLetter& letter) {
        constexpr std::size_t letter_bytes = 512;
        const std::size_t bytes = letter_bytes + (letter.head.has_value() ? letter.head->size() : 0);
        // Letters without a user share the room of their queue. User ids never contain control characters.
        return {letter.user.get().empty() ? UserId("\n" + letter.queue) : letter.user, bytes};
    }

    // The letter's part of bytes_ is released with the batch.
    void release(const LetterClaim& claim) {
        shares_.give_back(claim.recipient, claim.bytes);
        letters_.fetch_sub(1, std::memory_order_relaxed);
        letter_bytes_.fetch_sub(claim.bytes, std::memory_order_relaxed);
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
