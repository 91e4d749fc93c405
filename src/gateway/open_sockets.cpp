// Taking and giving back.
#include "open_sockets.hpp"

#include <algorithm>

namespace notifyd::gateway {

namespace {

constexpr std::size_t address_sockets_min = 64;

}  // namespace

OpenSockets::Place::~Place() {
    if (sockets_ != nullptr) sockets_->give_back(key_);
}

std::size_t OpenSockets::address_max() const {
    return std::max(max_.load(std::memory_order_relaxed) / 4, address_sockets_min);
}

OpenSockets::Place OpenSockets::take(std::string key) {
    if (open_.fetch_add(1, std::memory_order_relaxed) >= max_.load(std::memory_order_relaxed)) {
        open_.fetch_sub(1, std::memory_order_relaxed);
        return Place("server_full");
    }
    if (!key.empty() && !take_of_address(key)) {
        open_.fetch_sub(1, std::memory_order_relaxed);
        return Place("address_full");
    }
    return {*this, std::move(key)};
}

bool OpenSockets::take_of_address(const std::string& key) {
    bool taken = false;
    const std::size_t most = address_max();
    of_address_.update(key, [&](std::size_t& count) {
        taken = count < most;
        if (taken) ++count;
        return OfAddress::Keep::yes;
    });
    return taken;
}

void OpenSockets::give_back(const std::string& key) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    if (key.empty()) return;
    of_address_.update(key,
                       [](std::size_t& count) { return --count == 0 ? OfAddress::Keep::no : OfAddress::Keep::yes; });
}

}  // namespace notifyd::gateway
