// Finds objects that name a key twice, for any parser that reports where objects begin and end, and their keys.
// Owns: copies of the keys it is asked to keep; the other keys must outlive it.
#pragma once

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>

namespace notifyd::json {

class DuplicateKeys {
  public:
    // An object begins.
    void open() { levels_.push_back({.start = keys_.size()}); }
    // A key of the innermost object, unescaped. False: the object is so large that keys are compared as they
    // arrive, and this one is a duplicate.
    [[nodiscard]] bool add(std::string_view key) {
        Level& level = levels_.back();
        if (level.many != nullptr) return add_to_many(key, level);
        const std::uint64_t bit = bit_of(key);
        if ((level.bits & bit) != 0) look_for(key, level);
        level.bits |= bit;
        keys_.push_back(key);
        return keys_.size() - level.start < many_keys || compare_as_they_come(level);
    }
    // The innermost object ends. False: it names a key twice.
    [[nodiscard]] bool close();

    // A copy that lives as long as this.
    [[nodiscard]] std::string_view keep(std::string_view key);

  private:
    class ManyKeys;
    using Keys = boost::container::small_vector<std::string_view, 64>;

    // Beyond this many keys, each is compared on arrival, because sorting them all at the end would block for too long.
    static constexpr std::size_t many_keys = 4096;

    // An object that is open.
    struct Level {
        std::size_t start;  // of its keys
        // A bit for each key, by its length and outer letters. Only keys with the same bit can be equal.
        std::uint64_t bits = 0;
        bool repeats = false;
        bool to_sort = false;
        ManyKeys* many = nullptr;
    };

    [[nodiscard]] Keys::iterator first_of(const Level& level) {
        return keys_.begin() + static_cast<std::ptrdiff_t>(level.start);
    }
    [[nodiscard]] static std::uint64_t bit_of(std::string_view key) {
        constexpr std::size_t bits = 64;
        if (key.empty()) return 1;
        const std::size_t letters =
            static_cast<unsigned char>(key.front()) * 5U + static_cast<unsigned char>(key.back());
        return std::uint64_t{1} << ((key.size() * 11 + letters) % bits);
    }
    void look_for(std::string_view key, Level& level);
    [[nodiscard]] static bool add_to_many(std::string_view key, Level& level);
    [[nodiscard]] bool compare_as_they_come(Level& level);

    // For copies of keys, and for large sets of them. Freed all at once.
    std::pmr::monotonic_buffer_resource arena_;
    Keys keys_;  // of all levels, the innermost last
    boost::container::small_vector<Level, 16> levels_;
};

}  // namespace notifyd::json
