#include "notifyd/core/unique_function.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace notifyd {

TEST_CASE("a callable is called with its arguments") {
    UniqueFunction<std::string(std::string, int)> repeat = [](const std::string& text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) all += text;
        return all;
    };
    REQUIRE(repeat);
    CHECK(repeat("ab", 3) == "ababab");
    CHECK_FALSE(UniqueFunction<void()>());
}

TEST_CASE("move-only captures and arguments pass through") {
    UniqueFunction<int(std::unique_ptr<int>)> add = [base = std::make_unique<int>(40)](std::unique_ptr<int> more) {
        return *base + *more;
    };
    UniqueFunction<int(std::unique_ptr<int>)> moved = std::move(add);
    CHECK_FALSE(add);  // NOLINT(bugprone-use-after-move): this is what is tested
    CHECK(moved(std::make_unique<int>(2)) == 42);
}

TEST_CASE("a callable, small or large, lives exactly as long as its function") {
    const auto witness = std::make_shared<int>(7);
    const auto check = [&](auto make) {
        {
            UniqueFunction<int()> first = make();
            CHECK(witness.use_count() == 2);
            UniqueFunction<int()> second = std::move(first);
            CHECK(witness.use_count() == 2);
            CHECK(second() == 7);
            second = [] { return 0; };
            CHECK(witness.use_count() == 1);
            second = make();
            second = UniqueFunction<int()>();
            CHECK(witness.use_count() == 1);
            first = make();
            auto& same = first;
            first = std::move(same);
            CHECK(first() == 7);
        }
        CHECK(witness.use_count() == 1);
    };
    check([&] { return [witness] { return *witness; }; });
    check([&] { return [witness, ballast = std::array<char, 200>{}] { return *witness + ballast[0]; }; });
}

TEST_CASE("a callable may keep state between calls") {
    UniqueFunction<int()> count = [n = 0]() mutable { return ++n; };
    CHECK(count() == 1);
    CHECK(count() == 2);
}

}  // namespace notifyd
