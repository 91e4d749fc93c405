// What a subscriber is owed, read page by page, compared with a plain filter over all rows.
#include "contract_fixture.hpp"
#include "support/storage/windowed.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace notifyd::storage::testing {

namespace {

struct LoggedRow {
    MessagePtr message;
    PageCursor at;
};

// Appends messages of random kinds and returns their places.
std::vector<LoggedRow> fill(Loop& loop, Running& running, std::size_t count, std::mt19937& random) {
    std::vector<MessagePtr> messages;
    for (std::size_t i = 0; i < count; ++i) {
        const auto kind = std::array{Kind::standard, Kind::standard, Kind::numbered, Kind::unnumbered}[random() % 4];
        messages.push_back(message(random() % 4 == 0 ? topic("other") : topic("a"), kind, 1'000));
    }
    (void)loop.append(messages);
    std::vector<LoggedRow> rows;
    Sequence counter = 0;
    Position position = 0;
    for (const MessagePtr& made : messages) {
        ++position;
        if (made->topic != topic("a")) continue;
        if (made->numbering == Numbering::consecutive) ++counter;
        rows.push_back({made, {counter, position}});
    }
    CHECK(running.storage().stats().rows == count);
    return rows;
}

bool is_owed(const LoggedRow& row, PageCursor after, const LogWindow& window) {
    if (row.at <= after || row.at > window.end) return false;
    if (row.message->type == MessageType::standard) {
        return window.kinds == LogWindow::Kinds::all && row.at != window.fifo_after;
    }
    const bool of_kind = window.kinds != LogWindow::Kinds::numbered || row.message->numbering == Numbering::consecutive;
    return of_kind && window.fifo_after < row.at && row.at.position <= window.fifo_up_to;
}

}  // namespace

TEST_CASE("a window contains what its subscriber is owed, once and in order") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    std::mt19937 random(20'260'101);
    const auto rows = fill(loop, running, 400, random);
    const auto any_place = [&] { return rows[random() % rows.size()].at; };
    for (int round = 0; round < 300; ++round) {
        PageCursor after = round % 5 == 0 ? PageCursor{} : any_place();
        const LogWindow window{static_cast<LogWindow::Kinds>(round % 3),
                               any_place(),
                               round % 7 == 0 ? PageCursor{} : any_place(),
                               static_cast<Position>(random() % 420)};
        std::vector<MessageId> wanted;
        for (const LoggedRow& row : rows) {
            if (is_owed(row, after, window)) wanted.push_back(row.message->id);
        }
        std::vector<MessageId> got;
        const std::size_t page_size = 1 + random() % 60;
        for (std::optional<PageCursor> place = after; place.has_value();) {
            const auto page = loop.read(windowed(*place, window, page_size));
            REQUIRE(page.has_value());
            for (const StoredMessage& message : page->messages) got.push_back(message.id);
            REQUIRE((!page->next.has_value() || page->messages.size() == page_size));
            place = page->next;
        }
        CAPTURE(round, page_size);
        REQUIRE(got == wanted);
    }
}

TEST_CASE("a stored message has its id, its type and its channel") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Message email = *message(topic("a"), Kind::unnumbered);
    email.target_channel = "Email";
    const std::vector<MessagePtr> messages{message(topic("a"), Kind::standard),
                                           message(topic("a"), Kind::numbered),
                                           std::make_shared<const Message>(email)};
    (void)loop.append(messages);
    const auto page = loop.read(windowed({}, {LogWindow::Kinds::all, {1, 3}, {}, 3}, 10));
    REQUIRE(page.has_value());
    REQUIRE(page->messages.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(page->messages[i].id == messages[i]->id);
        CHECK(page->messages[i].type == messages[i]->type);
        CHECK(page->messages[i].sequence == (i == 1 ? 1 : 0));
        CHECK(page->messages[i].target_channel == messages[i]->target_channel);
    }
}

}  // namespace notifyd::storage::testing
