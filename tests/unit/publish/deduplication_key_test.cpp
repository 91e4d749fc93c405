#include "notifyd/publish/deduplication_key.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

namespace notifyd::publish {

namespace {

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

std::string hex(const DeduplicationKey& key) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : key) text.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    return text;
}

}  // namespace

TEST_CASE("a key is the SHA-256 of its parts, each prefixed with its length") {
    // Keys are stored in databases, so they must never change. Computed by
    // python3 -c 'import hashlib; f = lambda t: len(t).to_bytes(8, "little") + t
    //             print(hashlib.sha256(b"".join(map(f, [b"id", b"ann", b"chat:c", b"k"]))).hexdigest())'
    CHECK(hex(deduplication_key(UserId("ann"), topic("chat:c"), "k")) ==
          "9109f0b5505cdca94e985458a4c7e3137e67ef13b10ff39becb184cd208cc0fb");
    CHECK(hex(content_deduplication_key(UserId("ann"), topic("chat:c"), "\"a\":1")) ==
          "9c9b3b1bece8aa41d1232b0ab0a971b35d7785cc0d2dd7f78bbe99e0ed804952");
}

TEST_CASE("another user, topic, id or kind of id is another key") {
    const UserId ann("ann");
    const std::set<DeduplicationKey> keys{
        deduplication_key(ann, topic("chat:c"), "k"),
        deduplication_key(UserId("bob"), topic("chat:c"), "k"),
        deduplication_key(ann, topic("chat:d"), "k"),
        deduplication_key(ann, topic("hub:c"), "k"),
        deduplication_key(ann, topic("chat:c"), "l"),
        deduplication_key(UserId("an"), topic("chat:c"), "nk"),
        deduplication_key(ann, topic("chat:ck"), ""),
        content_deduplication_key(ann, topic("chat:c"), "k"),
        content_deduplication_key(ann, topic("chat:c"), "l"),
        // The id that the payload is turned into, given explicitly: SHA-256 of "k".
        deduplication_key(ann, topic("chat:c"), "8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a"),
    };
    CHECK(keys.size() == 10);
}

}  // namespace notifyd::publish
