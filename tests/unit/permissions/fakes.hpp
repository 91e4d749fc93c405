// An in-memory permission store that commits when the test says so, and the other parts that a manager needs.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/recording_sink.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/ports/permission_store.hpp"

#include "support/fake_clock.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::testing {

inline TopicName topic(std::string_view text) {
    return *TopicName::parse(text);
}

inline Identity identity(std::string user, Grant grant = Grant::none) {
    Identity made;
    made.user = UserId(std::move(user));
    made.grant = grant;
    return made;
}

class FakePermissionStore final : public ports::PermissionStore {
  public:
    explicit FakePermissionStore(permissions::PermissionDirectory& directory) : directory_(directory) {}

    void grant(ports::PermissionGrant grant, UniqueFunction<void(Result<void>)> done) override {
        log.push_back("grant");
        queue([this, grant = std::move(grant), done = std::move(done)]() mutable {
            const Permission& first = grant.rows.front();
            const bool permitted = holds(grant.basis, first.granted_by, first.topic);
            if (!permitted) return done(Error{Errc::forbidden, "does not hold"});
            bounds = grant.bounds;
            for (const Permission& row : grant.rows) {
                table.insert_or_assign({row.user.get(), row.topic.text()}, row);
                directory_.set(row.user, row.topic, row.role);
            }
            done({});
        });
    }

    void revoke(ports::PermissionRevocation revocation, UniqueFunction<void(Result<bool>)> done) override {
        log.push_back("revoke");
        queue([this, revocation = std::move(revocation), done = std::move(done)]() mutable {
            if (fails) return done(Error{Errc::unavailable, "Storage is not available"});
            const auto& [user, of, by, basis] = revocation;
            if (!holds(basis, by, of)) return done(Error{Errc::forbidden, "does not hold"});
            const bool removed = table.erase({user.get(), of.text()}) != 0;
            directory_.remove(user, of);
            log.push_back("committed");
            done(removed);
        });
    }

    void list_by_user(UserId user,
                      std::size_t,
                      std::optional<TopicName>,
                      UniqueFunction<void(Result<ports::PermissionPage>)> done) override {
        ports::PermissionPage page;
        for (const auto& [key, row] : table) {
            if (row.user == user) page.permissions.push_back(row);
        }
        done(std::move(page));
    }

    void list_by_topic(UserId,
                       TopicName of,
                       std::size_t,
                       std::optional<UserId>,
                       UniqueFunction<void(Result<ports::PermissionPage>)> done) override {
        ports::PermissionPage page;
        for (const auto& [key, row] : table) {
            if (row.topic == of) page.permissions.push_back(row);
        }
        done(std::move(page));
    }

    // Commits what is waiting, and returns how much that was.
    std::size_t commit() {
        std::size_t count = 0;
        for (auto batch = std::exchange(waiting, {}); !batch.empty(); batch.pop_front()) {
            batch.front()();
            ++count;
        }
        return count;
    }
    void commit_all() {
        while (commit() > 0) {
        }
    }

    [[nodiscard]] std::optional<Role> role(const std::string& user, const std::string& of) const {
        const auto row = table.find({user, of});
        if (row == table.end()) return std::nullopt;
        return row->second.role;
    }

    std::map<std::pair<std::string, std::string>, Permission> table;
    std::deque<UniqueFunction<void()>> waiting;
    std::vector<std::string> log;
    bool fails = false;
    ports::PermissionBounds bounds;  // of the last grant

  private:
    void queue(UniqueFunction<void()> task) { waiting.push_back(std::move(task)); }
    [[nodiscard]] bool holds(ports::Basis basis, const UserId& asker, const TopicName& of) const {
        switch (basis) {
            case ports::Basis::token:
                return true;
            case ports::Basis::own_row:
                return role(asker.get(), of.text()) != Role::none;
            case ports::Basis::admin_row:
                return role(asker.get(), of.text()) == Role::admin;
            case ports::Basis::unclaimed_topic:
                return std::ranges::none_of(table, [&](const auto& entry) { return entry.second.topic == of; });
        }
        return false;
    }

    permissions::PermissionDirectory& directory_;
};

class FakeChangeListener final : public permissions::ChangeListener {
  public:
    void revoked(const UserId& user, const TopicName& of, UniqueFunction<void()> everywhere) override {
        told.push_back(user.get() + " " + of.text());
        if (on_revoked) on_revoked();
        pending.push_back(std::move(everywhere));
    }
    void granted(const UserId& user, const TopicName& of, Role role) override {
        told.push_back(user.get() + " " + of.text() + " " + std::string(to_string(role)));
    }
    void blocked(const UserId& user, UniqueFunction<void()> everywhere) override {
        told.push_back(user.get() + " blocked");
        pending.push_back(std::move(everywhere));
    }
    void finish() {
        for (auto& done : std::exchange(pending, {})) done();
    }

    std::vector<std::string> told;
    std::vector<UniqueFunction<void()>> pending;
    UniqueFunction<void()> on_revoked;
};

// Everything around one or more managers.
struct PermissionParts {
    FakeClock clock;
    permissions::PermissionDirectory directory;
    permissions::BlockList blocks{clock};
    runtime::SharedRateLimit writes;
    FakePermissionStore store{directory};
    FakeChangeListener listener;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};

    [[nodiscard]] permissions::PermissionManager manager(permissions::PermissionSettings settings = {}) {
        return {settings, directory, blocks, writes, store, listener, events, clock};
    }
    // As if it had been read at start.
    void row(const std::string& user, std::string_view of, Role role) {
        const Permission made{UserId(user), topic(of), role, 0, UserId("root")};
        store.table.insert_or_assign({user, made.topic.text()}, made);
        directory.set(made.user, made.topic, role);
    }
};

// The only answer that a manager gives.
template <class T>
struct Answer {
    std::optional<Result<T>> result;

    [[nodiscard]] auto done() {
        return [this](Result<T> given) { result.emplace(std::move(given)); };
    }
    [[nodiscard]] bool ok() const { return result && result->has_value(); }
    [[nodiscard]] std::optional<Errc> error() const {
        if (!result || result->has_value()) return std::nullopt;
        return result->error().code;
    }
};

inline permissions::GrantRequest request(std::string user, std::string_view of, Role role = Role::member) {
    return {UserId(std::move(user)), topic(of), role};
}

inline permissions::PermissionSettings claiming() {
    permissions::PermissionSettings settings;
    settings.self_claim = permissions::SelfClaim::on;
    return settings;
}

}  // namespace notifyd::testing
