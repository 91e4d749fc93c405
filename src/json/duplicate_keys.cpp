// Most objects are small, and most of their keys differ in length, first or last letter: few have to be compared.
#include "notifyd/json/duplicate_keys.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <set>

namespace notifyd::json {

namespace {

// With few keys, search for a duplicate directly; with more, sort them when the object ends.
constexpr std::size_t few_keys = 24;

}  // namespace

// Neither the set nor its nodes are destroyed one by one: their memory goes with the arena.
class DuplicateKeys::ManyKeys {
  public:
    static ManyKeys* make(std::pmr::memory_resource& arena) {
        return new (arena.allocate(sizeof(ManyKeys), alignof(ManyKeys))) ManyKeys(arena);
    }
    // False: it is there already.
    [[nodiscard]] bool add(std::string_view key) { return keys_.insert(key).second; }

  private:
    explicit ManyKeys(std::pmr::memory_resource& arena) : keys_(&arena) {}

    std::pmr::set<std::string_view> keys_;
};

bool DuplicateKeys::add_to_many(std::string_view key, Level& level) {
    return level.many->add(key);
}

void DuplicateKeys::look_for(std::string_view key, Level& level) {
    if (keys_.size() - level.start > few_keys) {
        level.to_sort = true;
    } else if (std::find(first_of(level), keys_.end(), key) != keys_.end()) {
        level.repeats = true;
    }
}

bool DuplicateKeys::compare_as_they_come(Level& level) {
    level.many = ManyKeys::make(arena_);
    bool unique = true;
    for (auto key = first_of(level); key != keys_.end(); ++key) unique = level.many->add(*key) && unique;
    keys_.resize(level.start);
    level.to_sort = false;
    return unique;
}

bool DuplicateKeys::close() {
    const Level level = levels_.back();
    levels_.pop_back();
    bool unique = !level.repeats;
    if (unique && level.to_sort) {
        std::sort(first_of(level), keys_.end());
        unique = std::adjacent_find(first_of(level), keys_.end()) == keys_.end();
    }
    keys_.resize(level.start);
    return unique;
}

std::string_view DuplicateKeys::keep(std::string_view key) {
    if (key.empty()) return {};
    auto* const copy = static_cast<char*>(arena_.allocate(key.size(), 1));
    std::memcpy(copy, key.data(), key.size());
    return {copy, key.size()};
}

}  // namespace notifyd::json
