// Waits for keys.
#include "http/newer_keys.hpp"

#include "notifyd/runtime/one_shot.hpp"

namespace notifyd::gateway {

Awaitable<void> await_fetch(const FrameServices& services, std::shared_ptr<const auth::KeySet> keys) {
    runtime::OneShot<bool> over(services.loop.executor());
    auto done = [&loop = services.loop, &over] { static_cast<void>(loop.post_control([&over] { over.set(true); })); };
    services.keys.want(std::move(keys), std::move(done));
    static_cast<void>(co_await over.wait());
}

}  // namespace notifyd::gateway
