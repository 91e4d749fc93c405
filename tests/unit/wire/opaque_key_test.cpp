#include "notifyd/wire/opaque_key.hpp"

#include "notifyd/core/base64url.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

PageQuery query_of(const std::string& topic) {
    return PageQuery{.topic = *TopicName::parse(topic),
                     .order = PageOrder::newest_first,
                     .messages_max = 50,
                     .bytes_max = 1'000,
                     .from_time = std::nullopt,
                     .to_time = std::nullopt,
                     .sequences = {},
                     .after = std::nullopt};
}

void check_refused(const Result<PageCursor>& cursor) {
    REQUIRE(cursor.has_error());
    CHECK(cursor.error().code == Errc::invalid_request);
    CHECK(cursor.error().message == "Invalid startKey format");
}

}  // namespace

TEST_CASE("a page key decodes to its position") {
    const PageQuery query = query_of("chat:c");
    for (const PageCursor place : {PageCursor{0, 0},
                                   PageCursor{42, 1'000'000'007},
                                   PageCursor{std::numeric_limits<Sequence>::max(), -1},
                                   PageCursor{1, std::numeric_limits<Position>::max()}}) {
        const auto cursor = decode_page_key(encode_page_key(place, query), query);
        REQUIRE(cursor.has_value());
        CHECK(cursor->counter == place.counter);
        CHECK(cursor->position == place.position);
    }
}

TEST_CASE("a page key is valid for pages of another size") {
    const PageQuery query = query_of("chat:c");
    PageQuery smaller = query;
    smaller.messages_max = 1;
    smaller.after = PageCursor{9, 9};
    CHECK(decode_page_key(encode_page_key({42, 7}, query), smaller).has_value());
}

TEST_CASE("a page key is refused by any other query") {
    const PageQuery query = query_of("chat:c");
    const std::string key = encode_page_key({42, 7}, query);
    std::vector<PageQuery> others(8, query);
    others[0].topic = *TopicName::parse("chat:d");
    others[1].topic = *TopicName::parse("org:c");
    others[2].order = PageOrder::oldest_first;
    others[3].from_time = 0;
    others[4].to_time = 0;
    others[5].sequences = {{1, 5}};
    others[6].from_time = 1;
    others[7].sequences = {{1, 2}, {3, 5}};
    for (const PageQuery& other : others) check_refused(decode_page_key(key, other));

    // The same values in other filters make another query.
    CHECK(encode_page_key({42, 7}, others[3]) != encode_page_key({42, 7}, others[4]));
    check_refused(decode_page_key(encode_page_key({42, 7}, others[3]), others[4]));
    check_refused(decode_page_key(encode_page_key({42, 7}, others[5]), others[7]));
}

TEST_CASE("garbage is not a page key") {
    const PageQuery query = query_of("chat:c");
    const std::string key = encode_page_key({42, 7}, query);
    for (const std::string& bad : {std::string(),
                                   std::string("x"),
                                   std::string("not a key!"),
                                   key + "A",
                                   key + "AA",
                                   key + "=",
                                   " " + key,
                                   key.substr(1),
                                   key.substr(0, key.size() - 1),
                                   base64url_encode(std::string(25, '\0')),
                                   base64url_encode("{\"position\":7}"),
                                   std::string(100'000, 'A'),
                                   encode_list_key(ListKind::permissions_of_user, "chat:c", "0123456789abcdef")}) {
        check_refused(decode_page_key(bad, query));
    }
}

TEST_CASE("a page key with one changed bit is refused") {
    const PageQuery query = query_of("chat:c");
    const std::string bytes = *base64url_decode(encode_page_key({42, 7}, query));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string changed = bytes;
        changed[bit / 8] = static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
        check_refused(decode_page_key(base64url_encode(changed), query));
    }
}

TEST_CASE("a list key decodes to its text, for its own list only") {
    const std::string key = encode_list_key(ListKind::permissions_of_user, "u1", "chat:é");
    const auto last = decode_list_key(ListKind::permissions_of_user, "u1", key);
    REQUIRE(last.has_value());
    CHECK(*last == "chat:é");

    CHECK(decode_list_key(ListKind::permissions_of_user, "u2", key).has_error());
    CHECK(decode_list_key(ListKind::permissions_of_topic, "u1", key).has_error());
    CHECK(decode_list_key(ListKind::dead_letters, "u1", key).has_error());
    // A character cannot move from one part to the other.
    CHECK(decode_list_key(
              ListKind::permissions_of_user, "u1c", encode_list_key(ListKind::permissions_of_user, "u1", "chat:c"))
              .has_error());
    for (const std::string& bad :
         {std::string(), std::string("x"), std::string("AgAAAAAAAAAA"), key + "AAAA", key.substr(4), "A" + key}) {
        const auto refused = decode_list_key(ListKind::permissions_of_user, "u1", bad);
        REQUIRE(refused.has_error());
        CHECK(refused.error().message == "Invalid startKey format");
    }
}

TEST_CASE("a list begins where its key says, and without one at its first page") {
    const Uuid id = *Uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
    const std::string key = encode_list_key(ListKind::dead_letters, "fifo", id.to_string());
    CHECK(*decode_list_start(ListKind::dead_letters, "fifo", key) == id.to_string());
    CHECK(*decode_id_list_start(ListKind::dead_letters, "fifo", key) == id);
    CHECK(*decode_list_start(ListKind::dead_letters, "fifo", std::nullopt) == std::nullopt);
    CHECK(*decode_id_list_start(ListKind::dead_letters, "fifo", std::nullopt) == std::nullopt);
    // A key of another list, and one whose text is no id.
    const std::string text = encode_list_key(ListKind::dead_letters, "fifo", "no id");
    for (const auto& start : {decode_id_list_start(ListKind::dead_letters, "standard", key),
                              decode_id_list_start(ListKind::dead_letters, "fifo", text)}) {
        REQUIRE(start.has_error());
        CHECK(start.error().message == "Invalid startKey format");
    }
}

}  // namespace notifyd::wire
