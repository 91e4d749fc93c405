// Tests that the checks detect the faults they exist for: a check that cannot fail proves nothing.
#include "connection_check.hpp"
#include "histogram.hpp"
#include "order_check.hpp"
#include "window.hpp"
#include "workloads/requests.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <vector>

using namespace notifyd::bench;

TEST_CASE("a connection's check distinguishes messages in order, overtaken, duplicate and unknown") {
    ConnectionCheck check(4);
    constexpr std::uint64_t published = 7;
    struct Step {
        std::uint32_t stamp;
        Arrival arrival;
    };
    const std::vector<Step> steps = {{0, Arrival::in_order},
                                     {0, Arrival::duplicate},
                                     {2, Arrival::early},
                                     {2, Arrival::duplicate},
                                     {1, Arrival::filled},
                                     {3, Arrival::in_order},
                                     {6, Arrival::early},
                                     {5, Arrival::filled},
                                     {7, Arrival::unknown},
                                     {4, Arrival::filled},
                                     {1, Arrival::duplicate}};
    for (const Step& step : steps) {
        CAPTURE(step.stamp);
        CHECK(check.see(step.stamp, published) == step.arrival);
    }
    CHECK(check.received() == published);
}

TEST_CASE("a missing message reduces the count") {
    ConnectionCheck check(8);
    for (const std::uint32_t stamp : {0U, 1U, 3U, 4U}) {
        check.see(stamp, 5);
    }
    CHECK(check.received() == 4);
}

TEST_CASE("each publish is answered once, in any order") {
    AnswerCheck check;
    CHECK(check.see(500, 501));
    CHECK(check.see(0, 501));
    CHECK_FALSE(check.see(0, 501));
    CHECK_FALSE(check.see(500, 501));
    CHECK_FALSE(check.see(501, 501));
    CHECK(check.received() == 2);
}

TEST_CASE("fifo numbers: gaps and repeats are counted") {
    SequenceCheck check;
    CHECK(check.gaps() == 0);
    for (const std::uint64_t sequence : {11U, 12U, 15U, 12U, 14U}) {
        check.see(sequence);
    }
    CHECK(check.gaps() == 1);
    CHECK(check.duplicates() == 1);
    check.see(0);  // an answer without a number
    CHECK(check.duplicates() == 2);
}

TEST_CASE("the oldest publish holds back the window") {
    Window window(2, 2);
    CHECK(window.is_empty());
    CHECK(window.start(100) == 0);
    CHECK(window.start(200) == 1);
    CHECK_FALSE(window.has_room());
    CHECK(window.receive(1) == 0);
    CHECK(window.receive(1) == 0);
    CHECK_FALSE(window.has_room());
    CHECK(window.receive(0) == 0);
    CHECK(window.contains(0));
    CHECK(window.receive(0) == 2);
    CHECK(window.is_empty());
    CHECK_FALSE(window.contains(0));
    CHECK(window.start(300) == 2);
    CHECK(window.sent_at(2) == 300);
}

TEST_CASE("order is checked by number, separately for each chat") {
    OrderCheck check(2);
    CHECK(check.see(0, 1, 10));
    CHECK(check.see(0, 3, 12));
    CHECK(check.see(0, 2, 11));  // its answer arrived late
    CHECK(check.see(1, 4, 1));
    CHECK_FALSE(check.see(0, 5, 9));
}

TEST_CASE("a request's number is free again once it is answered, and only then") {
    Requests requests(2);
    const std::uint32_t first = requests.start(7, 100);
    const std::uint32_t second = requests.start(8, 200);
    CHECK(first != second);
    CHECK(requests.room() == 0);
    CHECK_FALSE(requests.exists(2));
    const Request taken = requests.take(first);
    CHECK((taken.ordinal == 1 && taken.chat == 7 && taken.sent_at == 100));
    CHECK(requests.take(first).ordinal == 0);
    CHECK(requests.in_flight() == 1);
    CHECK(requests.start(9, 300) == first);
    CHECK(requests.started() == 3);
}

TEST_CASE("percentiles are at most one step above the value") {
    Histogram histogram;
    CHECK(histogram.percentile(0.5) == 0);
    for (std::uint64_t value = 1; value <= 100'000; ++value) {
        histogram.record(value);
    }
    for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
        CAPTURE(share);
        const double exact = share * 100'000;
        const auto found = static_cast<double>(histogram.percentile(share));
        CHECK(found >= exact - 1);
        CHECK(found <= exact * 1.017 + 1);
    }
    histogram.clear();
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, UINT64_MAX}) {
        histogram.record(value);
        CHECK(histogram.percentile(1.0) >= std::min(value, std::uint64_t{1} << 39U));
    }
}
