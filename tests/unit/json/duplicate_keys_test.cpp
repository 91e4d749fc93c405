#include "notifyd/json/duplicate_keys.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace notifyd::json {

namespace {

std::vector<std::string> numbered_keys(std::size_t count) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < count; ++i) keys.push_back("key" + std::to_string(i));
    return keys;
}

// Whether an object of these keys and one more repeats one.
bool repeats(const std::vector<std::string>& keys, std::string_view last) {
    DuplicateKeys duplicates;
    duplicates.open();
    bool unique = true;
    for (const std::string& key : keys) unique = duplicates.add(key) && unique;
    unique = duplicates.add(last) && unique;
    return !duplicates.close() || !unique;
}

}  // namespace

TEST_CASE("a repeated key is found among few, some and many") {
    const std::size_t count = GENERATE(1U, 2U, 23U, 24U, 25U, 26U, 100U, 4094U, 4095U, 4096U, 10'000U);
    CAPTURE(count);
    const auto keys = numbered_keys(count);
    CHECK_FALSE(repeats(keys, "other"));
    CHECK_FALSE(repeats(keys, ""));
    CHECK(repeats(keys, "key0"));
    CHECK(repeats(keys, keys[count / 2]));
    CHECK(repeats(keys, keys.back()));
}

TEST_CASE("an object's keys are its own") {
    DuplicateKeys duplicates;
    duplicates.open();
    CHECK(duplicates.add("a"));
    duplicates.open();
    CHECK(duplicates.add("a"));
    CHECK(duplicates.add("a"));
    CHECK_FALSE(duplicates.close());
    CHECK(duplicates.add("b"));
    CHECK(duplicates.close());
}

TEST_CASE("a key can be kept") {
    DuplicateKeys duplicates;
    std::string key = "abc";
    const std::string_view kept = duplicates.keep(key);
    key = "xyz";
    CHECK(kept == "abc");
    CHECK(duplicates.keep("").empty());
}

}  // namespace notifyd::json
