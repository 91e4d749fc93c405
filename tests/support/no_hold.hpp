// For pools without pending notifications: no notice ever waits.
#pragma once

#include "notifyd/delivery/notice_hold.hpp"

namespace notifyd::testing {

class NoHold final : public delivery::NoticeHold {
  public:
    [[nodiscard]] std::vector<Delivery> pass(connection::Connection&, std::span<const Delivery> run) override {
        return {run.begin(), run.end()};
    }
};

inline delivery::NoticeHold& no_hold() {
    static NoHold hold;
    return hold;
}

}  // namespace notifyd::testing
