// Caches the identities of verified tokens by the SHA-256 of the token; evicts the least recently used first.
// Owns:   identities and digests, never a token.
// Thread: one loop.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <unordered_map>

namespace notifyd::auth {

using TokenDigest = std::array<std::uint8_t, 32>;

class IdentityCache {
  public:
    explicit IdentityCache(std::size_t entries_max) : entries_max_(entries_max) {}

    // nullptr: not cached, or expired (Identity::expires_at, without leeway). Valid until the next call.
    [[nodiscard]] const Identity* find(const TokenDigest& digest, EpochMs now);
    void put(const TokenDigest& digest, const Identity& identity);
    void clear();
    [[nodiscard]] std::size_t size() const { return places_.size(); }

  private:
    struct Entry {
        TokenDigest digest;
        Identity identity;
    };
    using Entries = std::list<Entry>;

    // A digest is evenly distributed, so its first bytes serve as a hash.
    struct DigestHash {
        std::size_t operator()(const TokenDigest& digest) const noexcept {
            std::size_t hash = 0;
            std::memcpy(&hash, digest.data(), sizeof hash);
            return hash;
        }
    };

    std::size_t entries_max_;
    Entries entries_;  // most recently used first
    std::unordered_map<TokenDigest, Entries::iterator, DigestHash> places_;
};

}  // namespace notifyd::auth
