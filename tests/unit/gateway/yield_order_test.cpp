// Which HTTP connection gives way first.
#include "accept/yield_order.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

using notifyd::SteadyTime;
using notifyd::gateway::YieldOrder;
using Standing = YieldOrder::Standing;

namespace {

SteadyTime second(int number) {
    return SteadyTime(std::chrono::seconds(number));
}

class Peer : public YieldOrder::Entry {
  public:
    Peer(std::string name, std::vector<std::string>& gone) : name_(std::move(name)), gone_(gone) {}
    [[nodiscard]] bool can_give_way() const override { return !is_busy; }
    void give_way() override { gone_.push_back(name_); }

    bool is_busy = false;

  private:
    std::string name_;
    std::vector<std::string>& gone_;
};

}  // namespace

TEST_CASE("the connection that has been idle longest gives way, and one that has been served moves to the end") {
    std::vector<std::string> gone;
    YieldOrder order;
    Peer first("first", gone);
    Peer second_one("second", gone);
    Peer third("third", gone);
    CHECK_FALSE(order.longest_since(Standing::stranger));
    CHECK_FALSE(order.give_way());
    order.enter(first, Standing::stranger, second(1));
    order.enter(second_one, Standing::stranger, second(2));
    order.enter(third, Standing::stranger, second(3));
    CHECK(order.longest_since(Standing::stranger) == second(1));
    order.enter(first, Standing::stranger, second(4));
    CHECK(order.longest_since(Standing::stranger) == second(2));
    CHECK(order.give_way());
    CHECK(order.give_way());
    CHECK(order.longest_since(Standing::stranger) == second(4));
    CHECK(order.give_way());
    CHECK_FALSE(order.give_way());
    CHECK(gone == std::vector<std::string>{"second", "third", "first"});
    CHECK_FALSE(order.longest_since(Standing::stranger));
}

TEST_CASE("strangers and known clients have separate orders") {
    std::vector<std::string> gone;
    YieldOrder order;
    Peer stranger("stranger", gone);
    Peer known("known", gone);
    order.enter(known, Standing::stranger, second(1));
    order.enter(stranger, Standing::stranger, second(2));
    order.enter(known, Standing::known, second(3));
    CHECK(order.longest_since(Standing::stranger) == second(2));
    CHECK(order.longest_since(Standing::known) == second(3));
    CHECK(order.give_way());
    CHECK(order.give_way());
    CHECK_FALSE(order.give_way());
    CHECK(gone == std::vector<std::string>{"stranger", "known"});
}

TEST_CASE("a connection that is owed an answer is skipped, and one that has left is not found") {
    std::vector<std::string> gone;
    YieldOrder order;
    Peer owed("owed", gone);
    Peer busy("busy", gone);
    Peer idle("idle", gone);
    owed.is_busy = true;
    order.enter(owed, Standing::known, second(1));
    order.enter(busy, Standing::known, second(2));
    order.enter(idle, Standing::known, second(3));
    order.leave(busy);
    order.leave(busy);
    CHECK(order.give_way());
    CHECK_FALSE(order.give_way());
    CHECK(gone == std::vector<std::string>{"idle"});
    order.leave(owed);
    CHECK_FALSE(order.longest_since(Standing::known));
}
