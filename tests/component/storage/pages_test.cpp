// Pages compared with a naive model, over random histories.
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

namespace notifyd::storage::testing {

namespace {

struct ModelRow {
    PageCursor at;
    Sequence sequence = 0;
    EpochMs published_at = 0;
    std::string head;
};

bool before(PageCursor a, PageCursor b) {
    return a.counter != b.counter ? a.counter < b.counter : a.position < b.position;
}

// A topic's history, implemented the slow way.
class Model {
  public:
    void add(ModelRow row) { rows_.push_back(std::move(row)); }
    void drop_up_to(Position position) {
        std::erase_if(rows_, [=](const ModelRow& row) { return row.at.position <= position; });
    }

    [[nodiscard]] Page page(const PageQuery& query) const {
        std::vector<ModelRow> found;
        std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(found), [&](const ModelRow& row) {
            return matches(row, query);
        });
        if (query.order == PageOrder::newest_first) std::reverse(found.begin(), found.end());
        Page page;
        std::size_t bytes = 0;
        for (const ModelRow& row : found) {
            const bool too_long = !page.messages.empty() && bytes + row.head.size() > query.bytes_max;
            if (page.messages.size() == query.messages_max || too_long) {
                page.next = page.messages.back().at;
                break;
            }
            bytes += row.head.size();
            page.messages.push_back({.at = row.at,
                                     .id = {},
                                     .type = {},
                                     .sequence = row.sequence,
                                     .published_at = row.published_at,
                                     .target_channel = "WebSocket",
                                     .head = row.head});
        }
        return page;
    }

    [[nodiscard]] const std::vector<ModelRow>& rows() const { return rows_; }

  private:
    static bool matches(const ModelRow& row, const PageQuery& query) {
        if (query.from_time.has_value() && row.published_at < *query.from_time) return false;
        if (query.to_time.has_value() && row.published_at > *query.to_time) return false;
        if (query.after.has_value()) {
            const bool behind =
                query.order == PageOrder::oldest_first ? before(*query.after, row.at) : before(row.at, *query.after);
            if (!behind) return false;
        }
        if (query.sequences.empty()) return true;
        return std::any_of(query.sequences.begin(), query.sequences.end(), [&](SequenceRange range) {
            return row.sequence != 0 && row.sequence >= range.first && row.sequence <= range.last;
        });
    }

    std::vector<ModelRow> rows_;
};

std::string described(const PageQuery& query) {
    std::string text = query.order == PageOrder::oldest_first ? "asc" : "desc";
    text += " max " + std::to_string(query.messages_max) + " bytes " + std::to_string(query.bytes_max);
    if (query.from_time) text += " from " + std::to_string(*query.from_time);
    if (query.to_time) text += " to " + std::to_string(*query.to_time);
    for (const SequenceRange range : query.sequences) {
        text += " " + std::to_string(range.first) + "-" + std::to_string(range.last);
    }
    if (query.after) {
        text += " after " + std::to_string(query.after->counter) + "/" + std::to_string(query.after->position);
    }
    return text;
}

void require_same(const Page& got, const Page& wanted) {
    std::vector<Position> got_positions;
    std::vector<Position> wanted_positions;
    for (const StoredMessage& row : got.messages) got_positions.push_back(row.at.position);
    for (const StoredMessage& row : wanted.messages) wanted_positions.push_back(row.at.position);
    REQUIRE(got_positions == wanted_positions);
    for (std::size_t i = 0; i < got.messages.size(); ++i) {
        REQUIRE(got.messages[i].at.counter == wanted.messages[i].at.counter);
        REQUIRE(got.messages[i].sequence == wanted.messages[i].sequence);
        REQUIRE(got.messages[i].published_at == wanted.messages[i].published_at);
        REQUIRE(got.messages[i].head == wanted.messages[i].head);
    }
    REQUIRE(got.next.has_value() == wanted.next.has_value());
    if (wanted.next.has_value()) REQUIRE(got.next->position == wanted.next->position);
}

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) {
    return random() % bound;
}

struct Shape {
    const char* name;
    std::size_t numbered_percent;
    std::size_t unnumbered_percent;  // the rest are standard
    std::size_t rows;
    std::size_t expired;
    // How often somebody sets the wall clock back, by up to ten seconds.
    std::size_t steps_per_mille = 0;
};

// Publishes into the topic and into a neighbour, so that the topic's positions have gaps.
class History {
  public:
    History(Loop& loop, const Shape& shape, Random& random) : topic_(topic(shape.name)) {
        std::vector<MessagePtr> batch;
        std::vector<bool> own;
        EpochMs time = 1'000'000;
        for (std::size_t i = 0; i < shape.rows; ++i) {
            // Timestamps contradict the commit order by up to 0.4 s, and sometimes stand still.
            time += static_cast<EpochMs>(below(random, 4) == 0 ? below(random, 900) : 0);
            if (below(random, 1'000) < shape.steps_per_mille) time -= static_cast<EpochMs>(below(random, 10'000));
            last_time_ = std::max(last_time_, time);
            const EpochMs stamp = time - static_cast<EpochMs>(below(random, 400));
            own.push_back(below(random, 3) != 0);
            const std::string head = "{\"i\":" + std::to_string(i) + std::string(below(random, 60), ' ');
            batch.push_back(message(own.back() ? topic_ : topic("neighbour"), kind(shape, random), stamp, head));
        }
        const Position first = start(loop);
        const auto answers = loop.append(batch);
        Sequence counter = 0;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            REQUIRE(answers[i].has_value());
            if (!own[i]) continue;
            counter = std::max(counter, answers[i]->sequence);
            const PageCursor at{counter, first + static_cast<Position>(i)};
            model_.add({at, answers[i]->sequence, batch[i]->published_at, batch[i]->head});
        }
        REQUIRE(*loop.expire(last_time_ + 1, shape.expired) == shape.expired);
        model_.drop_up_to(first + static_cast<Position>(shape.expired) - 1);
    }

    [[nodiscard]] PageQuery random_query(Random& random) const {
        PageQuery query = newest(topic_, 1);
        query.order = below(random, 2) == 0 ? PageOrder::oldest_first : PageOrder::newest_first;
        query.messages_max = 1 + below(random, 20);
        query.bytes_max = below(random, 3) == 0 ? 1 + below(random, 400) : 1'000'000;
        const auto any_time = [&] {
            return 999'000 + static_cast<EpochMs>(below(random, static_cast<std::size_t>(last_time_ - 998'000)));
        };
        if (below(random, 3) == 0) query.from_time = any_time();
        if (below(random, 3) == 0) query.to_time = any_time();
        if (below(random, 2) == 0) query.sequences = random_ranges(random);
        if (below(random, 3) == 0 && !model_.rows().empty()) {
            query.after = model_.rows()[below(random, model_.rows().size())].at;
        }
        return query;
    }

    [[nodiscard]] const Model& model() const { return model_; }

  private:
    static Kind kind(const Shape& shape, Random& random) {
        const std::size_t dice = below(random, 100);
        if (dice < shape.numbered_percent) return Kind::numbered;
        return dice < shape.numbered_percent + shape.unnumbered_percent ? Kind::unnumbered : Kind::standard;
    }

    // The position that the next message will get.
    static Position start(Loop& loop) {
        (void)loop.store(message(topic("marker"), Kind::standard));
        const PageQuery query = newest(topic("marker"), 1);
        const Position marker = loop.read(query)->messages.at(0).at.position;
        REQUIRE(*loop.expire(1'000'000'000'000, 1'000'000) > 0);
        return marker + 1;
    }

    static std::vector<SequenceRange> random_ranges(Random& random) {
        std::vector<SequenceRange> ranges;
        Sequence from = 1 + below(random, 40);
        for (std::size_t i = 0; i <= below(random, 4); ++i) {
            const Sequence last = from + below(random, 60);
            ranges.push_back({from, last});
            from = last + 1 + below(random, 50);
        }
        return ranges;
    }

    TopicName topic_;
    EpochMs last_time_ = 0;
    Model model_;
};

}  // namespace

TEST_CASE("pages of random histories equal those of the naive model") {
    const auto shape = GENERATE(Shape{"mixed", 40, 20, 400, 0},
                                Shape{"mixed-expired", 40, 20, 400, 150},
                                Shape{"standard-only", 0, 0, 400, 0},
                                Shape{"numbered-only", 100, 0, 300, 120},
                                Shape{"rarely-numbered", 3, 10, 600, 77},
                                Shape{"all-expired", 50, 0, 60, 60},
                                Shape{"short", 50, 20, 3, 0},
                                Shape{"stepping", 40, 20, 400, 0, 10},
                                Shape{"stepping-expired", 40, 20, 400, 150, 20},
                                Shape{"stepping-numbered", 100, 0, 300, 0, 50},
                                Shape{"flapping", 30, 20, 400, 40, 500});
    constexpr unsigned seed = 20'261;
    Random random(seed);
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const History history(loop, shape, random);
    for (int i = 0; i < 600; ++i) {
        const PageQuery query = history.random_query(random);
        CAPTURE(seed, shape.name, i, described(query));
        const auto page = loop.read(query);
        REQUIRE(page.has_value());
        require_same(*page, history.model().page(query));
    }
}

TEST_CASE("walking from page to page sees every message once") {
    Random random(7);
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const std::size_t steps_per_mille = GENERATE(0U, 20U);
    const History history(loop, {"walk", 40, 20, 500, 100, steps_per_mille}, random);
    for (int i = 0; i < 40; ++i) {
        PageQuery query = history.random_query(random);
        query.after.reset();
        CAPTURE(i, described(query));
        PageQuery whole = query;
        whole.messages_max = 1'000'000;
        whole.bytes_max = 1'000'000'000;
        const Page wanted = history.model().page(whole);
        std::vector<Position> seen;
        do {
            const auto page = loop.read(query);
            REQUIRE(page.has_value());
            for (const StoredMessage& row : page->messages) seen.push_back(row.at.position);
            query.after = page->next;
        } while (query.after.has_value());
        REQUIRE(seen.size() == wanted.messages.size());
        for (std::size_t k = 0; k < seen.size(); ++k) REQUIRE(seen[k] == wanted.messages[k].at.position);
    }
}

TEST_CASE("pages in edge cases") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    for (EpochMs time = 1; time <= 5; ++time) (void)loop.store(message(topic("a"), Kind::numbered, time * 10'000));

    PageQuery query = newest(topic("a"), 10);
    const auto sequences = [&] {
        const auto page = loop.read(query);
        REQUIRE(page.has_value());
        std::vector<Sequence> found;
        for (const StoredMessage& row : page->messages) found.push_back(row.sequence);
        return found;
    };
    using Numbers = std::vector<Sequence>;

    SECTION("newest first by default") {
        CHECK(sequences() == Numbers{5, 4, 3, 2, 1});
    }
    SECTION("an unknown topic is empty") {
        query.topic = topic("unknown");
        query.from_time = 1;
        CHECK(sequences().empty());
    }
    SECTION("times are inclusive") {
        query.from_time = 20'000;
        query.to_time = 40'000;
        CHECK(sequences() == Numbers{4, 3, 2});
    }
    SECTION("from after to") {
        query.from_time = 40'000;
        query.to_time = 20'000;
        CHECK(sequences().empty());
    }
    SECTION("times outside the history") {
        query.from_time = std::numeric_limits<EpochMs>::min();
        query.to_time = std::numeric_limits<EpochMs>::max();
        CHECK(sequences() == Numbers{5, 4, 3, 2, 1});
        query.to_time = std::numeric_limits<EpochMs>::min();
        CHECK(sequences().empty());
        query.to_time.reset();
        query.from_time = std::numeric_limits<EpochMs>::max();
        CHECK(sequences().empty());
    }
    SECTION("numbers outside the history") {
        query.sequences = {{0, 1}, {4, std::numeric_limits<Sequence>::max()}};
        CHECK(sequences() == Numbers{5, 4, 1});
        query.order = PageOrder::oldest_first;
        CHECK(sequences() == Numbers{1, 4, 5});
        query.sequences = {{6, 9}};
        CHECK(sequences().empty());
        query.sequences = {{0, 0}};
        CHECK(sequences().empty());
        query.order = PageOrder::newest_first;
        CHECK(sequences().empty());
    }
    SECTION("numbers and times together") {
        query.sequences = {{1, 3}, {5, 5}};
        query.from_time = 15'000;
        CHECK(sequences() == Numbers{5, 3, 2});
    }
    SECTION("a cursor with any value") {
        query.after = PageCursor{std::numeric_limits<Sequence>::max(), std::numeric_limits<Position>::max()};
        CHECK(sequences() == Numbers{5, 4, 3, 2, 1});
        query.after = PageCursor{0, std::numeric_limits<Position>::min()};
        CHECK(sequences().empty());
        query.order = PageOrder::oldest_first;
        CHECK(sequences() == Numbers{1, 2, 3, 4, 5});
        query.sequences = {{1, 5}};
        query.after = PageCursor{std::numeric_limits<Sequence>::max(), 0};
        CHECK(sequences().empty());
    }
    SECTION("a page has one message, however long it is") {
        query.bytes_max = 1;
        CHECK(sequences() == Numbers{5});
        CHECK(loop.read(query)->next->counter == 5);
    }
    SECTION("a page size of zero") {
        query.messages_max = 0;
        CHECK(sequences().empty());
    }
    SECTION("the last page says so") {
        query.messages_max = 5;
        CHECK_FALSE(loop.read(query)->next.has_value());
        query.messages_max = 4;
        CHECK(loop.read(query)->next.has_value());
    }
}

}  // namespace notifyd::storage::testing
