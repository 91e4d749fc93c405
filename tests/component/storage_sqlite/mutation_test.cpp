// Damaged databases: refused with one line, or serving only what was published; never a crash, never a new database.
// Seen to fail: with `state_ = State::empty` instead of `broken` in log_file.cpp (a broken log header then passes for
// an empty log, and "a log with a broken header" fails), and without the rows' checksums (a byte flipped inside a
// message is served).
#include "sqlite_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <sys/stat.h>

namespace notifyd::storage::sqlite::testing {

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) {
    return bound == 0 ? 0 : random() % bound;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

constexpr std::size_t topic_count = 5;
constexpr std::size_t page_bytes = 8'192;

TopicName topic_number(std::size_t number) {
    return topic("t" + std::to_string(number));
}

// A database whose second half is still in its log, and what was published into it.
struct Original {
    std::string database;
    std::string log;
    std::string epoch;
    std::map<std::string, std::set<std::pair<Sequence, std::string>>> published;  // by topic
    std::size_t messages = 0;

    Original() {
        const TemporaryFolder folder;
        const std::string path = folder.file("notifyd.db");
        Random random(1);  // sizes and contents
        {
            Running first(path);
            publish(first.add_loop(), random);
        }
        Running second(path);
        publish(second.add_loop(), random);
        epoch = second.engine().epoch();
        database = read_file(path);
        log = read_file(path + "-wal");
    }

  private:
    void publish(Loop& loop, Random& random) {
        for (std::size_t i = 0; i < 100; ++i) {
            const TopicName to = topic_number(below(random, topic_count));
            // Every tenth does not fit on a page.
            std::string head = "{\"body\":\"";
            const std::size_t length = i % 10 == 0 ? 20'000 : 20 + below(random, 800);
            while (head.size() < length) head += static_cast<char>('a' + below(random, 26));
            head += '"';
            const Kind kind = std::array{Kind::numbered, Kind::unnumbered, Kind::standard}[below(random, 3)];
            const Sequence number = loop.store(message(to, kind, static_cast<EpochMs>(1'000 + messages), head));
            published[to.text()].emplace(number, head);
            ++messages;
        }
    }
};

const Original& original() {
    static const Original made;
    return made;
}

// --- mutations ---

void flip_bits(std::string& bytes, std::size_t from, std::size_t to, std::size_t count, Random& random) {
    for (std::size_t i = 0; i < count && to > from; ++i) {
        char& byte = bytes[from + below(random, to - from)];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << below(random, 8)));
    }
}

void fill(std::string& bytes, std::size_t from, std::size_t count, bool zeroes, Random& random) {
    for (std::size_t at = from; at < std::min(bytes.size(), from + count); ++at) {
        bytes[at] = zeroes ? '\0' : static_cast<char>(random());
    }
}

void swap_blocks(std::string& bytes, std::size_t head, std::size_t block, Random& random) {
    const std::size_t blocks = bytes.size() < head ? 0 : (bytes.size() - head) / block;
    if (blocks < 2) return;
    const std::size_t one = head + below(random, blocks) * block;
    const std::size_t other = head + below(random, blocks) * block;
    if (one == other) return;
    const std::string kept = bytes.substr(one, block);
    bytes.replace(one, block, bytes.substr(other, block));
    bytes.replace(other, block, kept);
}

// Damages one of the two files and describes how.
std::string mutate(std::string& database, std::string& log, Random& random) {
    const bool in_log = below(random, 3) == 0;
    std::string& bytes = in_log ? log : database;
    const std::size_t head = in_log ? 32 : 100;
    const std::size_t block = in_log ? page_bytes + 24 : page_bytes;
    const std::string where = in_log ? "log: " : "database: ";
    const std::size_t size = bytes.size();
    switch (below(random, 9)) {
        case 0:
            flip_bits(bytes, 0, size, 1, random);
            return where + "one bit";
        case 1:
            flip_bits(bytes, 0, size, 1 + below(random, 64), random);
            return where + "bits";
        case 2:
            flip_bits(bytes, 0, head, 1, random);
            return where + "one bit of its header";
        case 3: {
            // Where a page keeps its structure: types, counts, offsets of cells.
            const std::size_t page = below(random, size / block) * block + (in_log ? head + 24 : 0);
            flip_bits(bytes, page, std::min(size, page + 64), 1 + below(random, 4), random);
            return where + "bits of a page's head";
        }
        case 4:
            fill(bytes, below(random, size), 1 + below(random, 1'024), below(random, 2) == 0, random);
            return where + "a range";
        case 5:
            fill(bytes, below(random, size / page_bytes) * page_bytes, page_bytes, below(random, 2) == 0, random);
            return where + "a page";
        case 6:
            bytes.resize(below(random, size));
            return where + "cut off";
        case 7:
            bytes.resize(below(random, size / page_bytes) * page_bytes);
            return where + "cut off after a page";
        default:
            swap_blocks(bytes, in_log ? head : 0, block, random);
            return where + "two pages swapped";
    }
}

// --- outcomes ---

// Why the topic's pages contain something that was never published; empty if they do not.
std::string wrong_answer(Loop& loop, const std::string& name, PageQuery query) {
    const auto& published = original().published;
    for (std::size_t pages = 0; pages < original().messages; ++pages) {
        const auto page = loop.read(query);
        if (!page.has_value()) return "";
        for (const StoredMessage& row : page->messages) {
            if (published.at(name).count({row.sequence, row.head}) == 0) {
                return name + " " + std::to_string(row.sequence) + ": " + row.head.substr(0, 120);
            }
        }
        if (!page->next.has_value()) return "";
        query.after = page->next;
    }
    return name + ": pages without an end";
}

std::string wrong_answers(Running& running) {
    Loop& loop = running.add_loop();
    for (std::size_t number = 0; number < topic_count; ++number) {
        const TopicName from = topic_number(number);
        PageQuery query = newest(from, 10);
        std::string wrong = wrong_answer(loop, from.text(), query);
        query.order = PageOrder::oldest_first;
        if (wrong.empty()) wrong = wrong_answer(loop, from.text(), query);
        query.sequences = {{1, 1'000}};
        if (wrong.empty()) wrong = wrong_answer(loop, from.text(), query);
        if (!wrong.empty()) return wrong;
    }
    // Any answer is right, but there must be one.
    (void)loop.append({message(topic_number(0), Kind::numbered)});
    return "";
}

enum class Outcome { refused, served };

Outcome check(const std::string& path, std::size_t check_bytes_max) {
    struct ::stat before {};
    REQUIRE(::stat(path.c_str(), &before) == 0);
    TestOptions options = Running::options_for(path);
    options.check_bytes_max = check_bytes_max;
    Outcome outcome = Outcome::served;
    try {
        Running running(options);
        try {
            running.engine().for_each_permission([](const Permission&) {});
        } catch (const std::runtime_error&) {
            // The server would not start.
        }
        CHECK(running.engine().epoch() == original().epoch);
        CHECK(wrong_answers(running) == "");
    } catch (const std::runtime_error& refusal) {
        const std::string message = refusal.what();
        INFO(message);
        CHECK(message.find(path) != std::string::npos);
        CHECK(message.find('\n') == std::string::npos);
        outcome = Outcome::refused;
    }
    struct ::stat after {};
    REQUIRE(::stat(path.c_str(), &after) == 0);
    CHECK(before.st_ino == after.st_ino);  // the same file, not a new database
    return outcome;
}

Outcome check_mutation(unsigned seed) {
    Random random(seed);
    std::string database = original().database;
    std::string log = original().log;
    const std::string kind = mutate(database, log, random);
    // Half of them as if the database were too large to be read completely at the start.
    const std::size_t check_bytes_max = below(random, 2) == 0 ? 0 : std::size_t{1} << 30U;
    INFO("NOTIFYD_SEED=" << seed << " (" << kind << ", read at the start up to " << check_bytes_max << " bytes)");
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    write_file(path, database);
    write_file(path + "-wal", log);
    return check(path, check_bytes_max);
}

}  // namespace

TEST_CASE("the undamaged database, with its log, serves everything") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    write_file(path, original().database);
    write_file(path + "-wal", original().log);
    CHECK(check(path, 1'000'000'000) == Outcome::served);
    CHECK(Outsider(path).value("SELECT count(*) FROM messages") == std::to_string(original().messages + 1));
}

// One seed per mutation; NOTIFYD_SEED repeats one, NOTIFYD_LONG=1 tries a thousand.
TEST_CASE("a damaged database is refused with one line, or serves only what was published") {
    std::map<Outcome, int> outcomes;
    if (const char* seed = std::getenv("NOTIFYD_SEED")) {
        ++outcomes[check_mutation(static_cast<unsigned>(std::stoul(seed)))];
        return;
    }
    const unsigned count = std::getenv("NOTIFYD_LONG") == nullptr ? 120 : 1'000;
    for (unsigned seed = 1; seed <= count; ++seed) ++outcomes[check_mutation(seed)];
    WARN(count << " mutations: " << outcomes[Outcome::refused] << " refused, " << outcomes[Outcome::served]
               << " served");
    // Tables that are empty here absorb some of the damage, unnoticed.
    CHECK(outcomes[Outcome::refused] > static_cast<int>(count / 5));
    CHECK(outcomes[Outcome::served] > static_cast<int>(count / 20));
}

TEST_CASE("a log with a broken header is refused and kept") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    write_file(path, original().database);
    for (std::size_t byte = 0; byte < 32; ++byte) {
        std::string log = original().log;
        log[byte] = static_cast<char>(static_cast<unsigned char>(log[byte]) ^ 1U);
        write_file(path + "-wal", log);
        INFO(byte);
        CHECK(check(path, 0) == Outcome::refused);
        CHECK(read_file(path + "-wal") == log);
        CHECK(read_file(path) == original().database);
    }
    SECTION("a log that a power cut left short or full of zeroes is empty") {
        for (const std::string& log : {std::string(50'000, '\0'), std::string(20, 'x'), std::string()}) {
            write_file(path + "-wal", log);
            CHECK(check(path, 0) == Outcome::served);
            write_file(path, original().database);
        }
    }
}

TEST_CASE("a database shorter than its header says is refused unless its log has the rest") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    {
        // As a crash during a copy of the log leaves it: the first page new, the last ones not yet written.
        write_file(path, original().database);
        write_file(path + "-wal", original().log);
        const std::string copied = folder.file("copied.db");
        std::filesystem::copy_file(path, copied);
        std::filesystem::copy_file(path + "-wal", copied + "-wal");
        Outsider(copied).execute("PRAGMA wal_checkpoint(TRUNCATE)");
        std::string database = original().database;
        database.replace(0, page_bytes, read_file(copied).substr(0, page_bytes));
        write_file(path, database);
        CHECK(check(path, 0) == Outcome::served);
    }
    SECTION("truncated in its first half, which is not in the log") {
        write_file(path, original().database.substr(0, 20 * page_bytes));
        write_file(path + "-wal", original().log);
        CHECK(check(path, 0) == Outcome::refused);
    }
    SECTION("truncated, without a log") {
        write_file(path, original().database.substr(0, original().database.size() - page_bytes));
        CHECK(check(path, 0) == Outcome::refused);
    }
}

}  // namespace notifyd::storage::sqlite::testing
