// Takes places and returns them.
#include "accept/open_sockets.hpp"

#include <algorithm>

namespace notifyd::gateway {

namespace {

constexpr std::size_t address_sockets_min = 64;
// As many as the gateway adds to limits.max_connections, so that this reserve never costs WebSockets.
constexpr std::size_t kept_for_http_max = 1024;

}  // namespace

std::size_t OpenSockets::address_max() const {
    return std::max(max_.load(std::memory_order_relaxed) / 4, address_sockets_min);
}

std::size_t OpenSockets::http_max() const {
    const std::size_t max = max_.load(std::memory_order_relaxed);
    return max - max / 4;
}

std::size_t OpenSockets::websockets_max() const {
    const std::size_t max = max_.load(std::memory_order_relaxed);
    return max - std::min(max / 8, kept_for_http_max);
}

// Counts first, so that two loops cannot both take the last one.
bool OpenSockets::take_of_server() {
    const std::size_t http = http_.fetch_add(1, std::memory_order_relaxed);
    const std::size_t all = http + websockets_.load(std::memory_order_relaxed);
    if (http < http_max() && all < max_.load(std::memory_order_relaxed)) return true;
    http_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

OpenSockets::Place OpenSockets::take(std::string key) {
    // Check the address first: one that is at its own limit must not displace others.
    if (!key.empty() && !take_of_address(key)) return Place("address_full");
    if (!take_of_server()) {
        give_back_of_address(key);
        return Place(server_full);
    }
    return {*this, std::move(key)};
}

bool OpenSockets::take_of_address(const std::string& key) {
    bool taken = false;
    const std::size_t most = address_max();
    of_address_.update(key, [&](std::size_t& count) {
        taken = count < most;
        if (taken) ++count;
        return count == 0 ? OfAddress::Keep::no : OfAddress::Keep::yes;
    });
    return taken;
}

void OpenSockets::give_back_of_address(const std::string& key) {
    if (key.empty()) return;
    of_address_.update(key,
                       [](std::size_t& count) { return --count == 0 ? OfAddress::Keep::no : OfAddress::Keep::yes; });
}

bool OpenSockets::Place::can_become_websocket() const {
    if (sockets_ == nullptr) return false;
    return is_websocket_ || sockets_->websockets_.load(std::memory_order_relaxed) < sockets_->websockets_max();
}

bool OpenSockets::Place::become_websocket() {
    if (sockets_ == nullptr) return false;
    if (is_websocket_) return true;
    if (sockets_->websockets_.fetch_add(1, std::memory_order_relaxed) >= sockets_->websockets_max()) {
        sockets_->websockets_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    sockets_->http_.fetch_sub(1, std::memory_order_relaxed);
    is_websocket_ = true;
    return true;
}

void OpenSockets::Place::become_http() {
    if (sockets_ == nullptr || !std::exchange(is_websocket_, false)) return;
    sockets_->http_.fetch_add(1, std::memory_order_relaxed);
    sockets_->websockets_.fetch_sub(1, std::memory_order_relaxed);
}

void OpenSockets::Place::give_back() {
    OpenSockets* const sockets = std::exchange(sockets_, nullptr);
    if (sockets == nullptr) return;
    (is_websocket_ ? sockets->websockets_ : sockets->http_).fetch_sub(1, std::memory_order_relaxed);
    sockets->give_back_of_address(key_);
}

}  // namespace notifyd::gateway
