// Judges a token again when newer keys may change the verdict: the identity provider may have published one since the
// last fetch.
// Thread: one loop.
#pragma once

#include "notifyd/gateway/session_services.hpp"

#include "stream/socket.hpp"

#include <memory>
#include <utility>

namespace notifyd::gateway {

// Waits until a fetch of keys newer than these has ended.
Awaitable<void> await_fetch(const FrameServices& services, std::shared_ptr<const auth::KeySet> keys);

// Updates the verdict by `judge()` after each fetch that may help. All parameters must outlive the coroutine.
template <class Verdict, class Judge>
Awaitable<void> judge_again(const FrameServices& services, Verdict& verdict, const Judge& judge) {
    for (int waits = 0; waits < auth::KeySource::waits_max && !verdict; ++waits) {
        auto keys = services.authorizer.keys_to_renew(verdict.error());
        if (keys == nullptr) co_return;
        co_await await_fetch(services, std::move(keys));
        verdict = judge();
    }
}

}  // namespace notifyd::gateway
