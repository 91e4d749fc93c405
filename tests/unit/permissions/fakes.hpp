// A permission store in memory whose commits happen when the test says so, and what else a manager needs.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/recording_sink.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/ports/permission_store.hpp"

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

class FakeClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override { return 1'700'000'000'000 + since_start_.count(); }
    [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime(since_start_); }
    void advance(Milliseconds time) { since_start_ += time; }

  private:
    Milliseconds since_start_{0};
};

class FakePermissionStore final : public ports::PermissionStore {
  public:
    using Done = UniqueFunction<void(Result<void>)>;

    void grant(std::vector<Permission> rows, Done done) override {
        log.push_back(rows.empty() ? "wait" : "grant");
        queue([this, rows = std::move(rows), done = std::move(done)]() mutable {
            write(rows);
            done({});
        });
    }

    void grant_unclaimed(std::vector<Permission> rows, Done done) override {
        log.push_back("grant_unclaimed");
        queue([this, rows = std::move(rows), done = std::move(done)]() mutable {
            for (const auto& [key, row] : table) {
                if (row.topic == rows.front().topic) return done(Error{Errc::forbidden, "has rows"});
            }
            write(rows);
            done({});
        });
    }

    void revoke(UserId user, TopicName of, Done done) override {
        log.push_back("revoke");
        queue([this, key = std::pair(user.get(), of.text()), done = std::move(done)]() mutable {
            if (fails) return done(Error{Errc::unavailable, "Storage is not available"});
            table.erase(key);
            log.push_back("committed");
            done({});
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

    void list_by_topic(TopicName of,
                       std::size_t,
                       std::optional<UserId>,
                       UniqueFunction<void(Result<ports::PermissionPage>)> done) override {
        ports::PermissionPage page;
        for (const auto& [key, row] : table) {
            if (row.topic == of) page.permissions.push_back(row);
        }
        done(std::move(page));
    }

    // Commits what waits, and tells how much that was.
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

  private:
    void queue(UniqueFunction<void()> task) { waiting.push_back(std::move(task)); }
    void write(const std::vector<Permission>& rows) {
        for (const Permission& row : rows) table.insert_or_assign({row.user.get(), row.topic.text()}, row);
    }
};

class FakeRevocationListener final : public permissions::RevocationListener {
  public:
    void revoked(const UserId& user, const TopicName& of, UniqueFunction<void()> everywhere) override {
        told.push_back(user.get() + " " + of.text());
        if (on_revoked) on_revoked();
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
    permissions::PermissionDirectory directory;
    FakePermissionStore store;
    FakeRevocationListener listener;
    FakeClock clock;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};

    [[nodiscard]] permissions::PermissionManager manager(permissions::PermissionSettings settings = {}) {
        return {settings, directory, store, listener, events, clock};
    }
    // As if it had been read at start.
    void row(const std::string& user, std::string_view of, Role role) {
        const Permission made{UserId(user), topic(of), role, 0, UserId("root")};
        store.table.insert_or_assign({user, made.topic.text()}, made);
        directory.set(made.user, made.topic, role);
    }
};

// The one answer that a manager gives.
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
