// The outbox: order, its hard bound, partial writes.
#include "notifyd/connection/outbox.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <string>

using notifyd::make_frame;
using notifyd::connection::Outbox;
using notifyd::ports::Verdict;

namespace {

std::string gathered(const Outbox& outbox) {
    std::array<std::string_view, 4> pieces;
    std::string text;
    const std::size_t count = outbox.gather(pieces);
    for (std::size_t i = 0; i < count; ++i) text += pieces[i];
    return text;
}

}  // namespace

TEST_CASE("an outbox keeps frames in order across partial writes") {
    Outbox outbox(100);
    for (const char* text : {"abc", "defg", "h"}) REQUIRE(outbox.push(make_frame(text)) == Verdict::queued);
    CHECK(gathered(outbox) == "abcdefgh");
    outbox.consume(4);
    CHECK(gathered(outbox) == "efgh");
    CHECK(outbox.bytes() == 4);
    REQUIRE(outbox.push(make_frame("ij")) == Verdict::queued);
    CHECK(gathered(outbox) == "efghij");
    outbox.consume(6);
    CHECK(outbox.empty());
    CHECK(gathered(outbox).empty());
}

TEST_CASE("the outbox's bound is hard, and exact") {
    Outbox outbox(8);
    CHECK(outbox.push(make_frame("1234")) == Verdict::queued);
    CHECK(outbox.push(make_frame("56789")) == Verdict::full);
    CHECK(outbox.push(make_frame("5678")) == Verdict::queued);
    CHECK(outbox.push(make_frame("9")) == Verdict::full);
    CHECK(gathered(outbox) == "12345678");
    outbox.consume(1);
    CHECK(outbox.push(make_frame("9")) == Verdict::queued);
}

TEST_CASE("an empty outbox takes one frame of any size") {
    Outbox outbox(8);
    CHECK(outbox.push(make_frame("123456789")) == Verdict::queued);
    CHECK(outbox.push(make_frame("1")) == Verdict::full);
    outbox.consume(9);
    CHECK(outbox.push(make_frame("1")) == Verdict::queued);
}

TEST_CASE("control frames and replies ignore the bound, and 0 means no bound") {
    Outbox bounded(2);
    bounded.push_unbounded(make_frame("abc"));
    CHECK(bounded.bytes() == 3);
    Outbox unbounded(0);
    CHECK(unbounded.push(make_frame(std::string(10'000, 'x'))) == Verdict::queued);
}

TEST_CASE("copy returns what fits and leaves the outbox as it was") {
    Outbox outbox(0);
    outbox.push_unbounded(make_frame("abc"));
    outbox.push_unbounded(make_frame("def"));
    outbox.consume(1);
    std::array<char, 4> some{};
    CHECK(outbox.copy(some) == 4);
    CHECK(std::string_view(some.data(), 4) == "bcde");
    std::array<char, 16> all{};
    CHECK(outbox.copy(all) == 5);
    CHECK(outbox.bytes() == 5);
}

TEST_CASE("whatever is pushed comes out once, in order, in any portions") {
    std::mt19937 random(7);
    Outbox outbox(0);
    std::string pushed;
    std::string sent;
    for (int step = 0; step < 20'000; ++step) {
        if (random() % 3 != 0) {
            const std::string text(random() % 20, static_cast<char>('a' + step % 26));
            outbox.push_unbounded(make_frame(text));
            pushed += text;
        } else {
            std::array<std::string_view, 8> pieces;
            const std::size_t count = outbox.gather(pieces);
            std::string offered;
            for (std::size_t i = 0; i < count; ++i) offered += pieces[i];
            const std::size_t taken = offered.empty() ? 0 : random() % (offered.size() + 1);
            sent += offered.substr(0, taken);
            outbox.consume(taken);
        }
    }
    while (!outbox.empty()) {
        const std::string offered = gathered(outbox);
        sent += offered;
        outbox.consume(offered.size());
    }
    CHECK(sent == pushed);
}
