// Reports committed changes to those who mirror permissions and blocks in memory (see StorageOptions).
// Called on the storage thread. An exception from a listener is only logged, because the row is stored and must be
// answered.
#pragma once

#include "notifyd/core/permission.hpp"
#include "notifyd/core/user_block.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/events/server.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace notifyd::storage {

class ChangeListeners {
  public:
    // nullopt: the row is gone.
    using PermissionChanged = std::function<void(const UserId&, const TopicName&, std::optional<Role>)>;
    using BlockChanged = std::function<void(const UserId&, const std::optional<UserBlock>&)>;

    ChangeListeners(PermissionChanged permission, BlockChanged block, observability::Events& events)
        : permission_(std::move(permission)), block_(std::move(block)), events_(events) {}

    void permission_changed(const UserId& user, const TopicName& topic, std::optional<Role> role) const noexcept {
        if (permission_) guarded([&] { permission_(user, topic, role); });
    }
    void block_changed(const UserId& user, const std::optional<UserBlock>& block) const noexcept {
        if (block_) guarded([&] { block_(user, block); });
    }

  private:
    template <class Step>
    void guarded(const Step& step) const {
        try {
            step();
        } catch (const std::exception& error) {
            events_.emit(observability::ExceptionCaught{"change of permissions", error.what()});
        }
    }

    const PermissionChanged permission_;
    const BlockChanged block_;
    observability::Events& events_;
};

}  // namespace notifyd::storage
