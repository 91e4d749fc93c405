// Evicts the least recently used entry first, and expired ones when they are found.
#include "notifyd/auth/identity_cache.hpp"

namespace notifyd::auth {

const Identity* IdentityCache::find(const TokenDigest& digest, EpochMs now) {
    const auto place = places_.find(digest);
    if (place == places_.end()) return nullptr;
    const Entries::iterator entry = place->second;
    if (now >= entry->identity.expires_at) {
        places_.erase(place);
        entries_.erase(entry);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return &entry->identity;
}

void IdentityCache::put(const TokenDigest& digest, const Identity& identity) {
    if (entries_max_ == 0) return;
    if (const auto place = places_.find(digest); place != places_.end()) {
        place->second->identity = identity;
        entries_.splice(entries_.begin(), entries_, place->second);
        return;
    }
    if (places_.size() >= entries_max_) {
        places_.erase(entries_.back().digest);
        entries_.pop_back();
    }
    entries_.push_front({digest, identity});
    places_.emplace(digest, entries_.begin());
}

void IdentityCache::clear() {
    places_.clear();
    entries_.clear();
}

}  // namespace notifyd::auth
