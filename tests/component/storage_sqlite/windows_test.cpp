// How many rows one page of a window steps over.
#include "sqlite_fixture.hpp"
#include "support/storage/windowed.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

TEST_CASE("a page that would skip too many rows ends early and is continued") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    (void)loop.store(message(topic("a"), Kind::unnumbered));
    Outsider(path).execute(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 25000) "
        "INSERT INTO messages SELECT i, 1, 0, CASE i WHEN 25000 THEN 2 ELSE 0 END, zeroblob(16), 1, NULL, '{', NULL "
        "FROM n;"
        "INSERT INTO meta VALUES ('unchecked_up_to', 25000)");
    const LogWindow window{LogWindow::Kinds::fifo, {0, 25'000}, {}, 25'000};
    std::vector<Position> got;
    int pages = 0;
    for (std::optional<PageCursor> place = PageCursor{}; place.has_value(); ++pages) {
        const auto page = loop.read(windowed(*place, window, 10));
        REQUIRE(page.has_value());
        for (const StoredMessage& message : page->messages) got.push_back(message.at.position);
        place = page->next;
    }
    CHECK(got == std::vector<Position>{1, 25'000});
    CHECK(pages == 3);
}

}  // namespace notifyd::storage::sqlite::testing
