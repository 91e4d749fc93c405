// Identities of tokens that were verified, by the SHA-256 of the token, least recently used out first.
// Owns:   identities and digests; never a token.
// Thread: one loop.
// Fails:  never: what is not found is verified again.
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

    // nullptr: not here, or expired (Identity::expires_at, without leeway). Valid until the next call.
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

    // A digest is evenly distributed: its first bytes are a hash.
    struct DigestHash {
        std::size_t operator()(const TokenDigest& digest) const noexcept {
            std::size_t hash = 0;
            std::memcpy(&hash, digest.data(), sizeof hash);
            return hash;
        }
    };

    std::size_t entries_max_;
    Entries entries_;  // the most recently used first
    std::unordered_map<TokenDigest, Entries::iterator, DigestHash> places_;
};

}  // namespace notifyd::auth
