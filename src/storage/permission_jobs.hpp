// Jobs that grant and revoke permissions. A refused one does not fail the others in its transaction.
#pragma once

#include "notifyd/ports/permission_store.hpp"
#include "notifyd/storage/write_job.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "change_listeners.hpp"
#include "outcome_result.hpp"

#include <optional>
#include <utility>

namespace notifyd::storage {

class GrantJob final : public WriteJob {
  public:
    GrantJob(ports::PermissionGrant grant, const ChangeListeners& listeners, Done<void> done)
        : grant_(std::move(grant)), listeners_(listeners), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        refused_.reset();
        return tables.permissions.grant(grant_, refused_);
    }
    void committed() noexcept override {
        if (refused_.has_value()) return;
        for (const Permission& row : grant_.rows) listeners_.permission_changed(row.user, row.topic, row.role);
    }
    void answer(Outcome outcome) override {
        const bool refused = outcome == Outcome::committed && refused_.has_value();
        done_(refused ? Result<void>(*refused_) : outcome_of(outcome));
    }

  private:
    ports::PermissionGrant grant_;
    const ChangeListeners& listeners_;
    std::optional<Error> refused_;
    Done<void> done_;
};

class RevokeJob final : public WriteJob {
  public:
    RevokeJob(ports::PermissionRevocation revocation, const ChangeListeners& listeners, Done<bool> done)
        : revocation_(std::move(revocation)), listeners_(listeners), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        refused_.reset();
        removed_ = false;
        return tables.permissions.revoke(revocation_, refused_, removed_);
    }
    void committed() noexcept override {
        if (refused_.has_value()) return;
        listeners_.permission_changed(revocation_.user, revocation_.topic, std::nullopt);
    }
    void answer(Outcome outcome) override {
        const bool refused = outcome == Outcome::committed && refused_.has_value();
        done_(refused ? Result<bool>(*refused_) : outcome_of(outcome, removed_));
    }

  private:
    ports::PermissionRevocation revocation_;
    const ChangeListeners& listeners_;
    std::optional<Error> refused_;
    bool removed_ = false;
    Done<bool> done_;
};

}  // namespace notifyd::storage
