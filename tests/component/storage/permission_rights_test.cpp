// The right to change a permission row and the limits on rows, checked inside the transaction
// (docs/protocol.md#the-permissions-api).
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace notifyd::storage::testing {

namespace {

using ports::Basis;
using ports::PermissionBounds;
using ports::PermissionGrant;
using ports::PermissionRevocation;

Permission row(const std::string& user, const std::string& chat, Role role, const std::string& by = "root") {
    return {UserId(user), topic(chat), role, 1'000, UserId(by)};
}

PermissionGrant by_token(const std::string& user, const std::string& chat, PermissionBounds bounds = {}) {
    return {{row(user, chat, Role::member)}, Basis::token, bounds};
}

PermissionGrant by_row(const std::string& by, const std::string& user, const std::string& chat, Role role) {
    return {{row(user, chat, role, by)}, Basis::admin_row, {}};
}

PermissionRevocation revocation(const std::string& user, const std::string& chat, const std::string& by, Basis basis) {
    return {UserId(user), topic(chat), UserId(by), basis};
}

// Requests of one turn, and thus of one batch: they are checked in this order, whatever else is written.
class Turn {
  public:
    explicit Turn(Loop& loop) : loop_(loop) {}

    Turn& grant(PermissionGrant grant) {
        return add([this, grant = std::move(grant)](StorageClient& client, std::size_t place) mutable {
            client.permissions().grant(std::move(grant), [this, place](const Result<void>& done) {
                note(place, done ? "granted" : code(done.error()));
            });
        });
    }
    Turn& revoke(PermissionRevocation revocation) {
        return add([this, revocation = std::move(revocation)](StorageClient& client, std::size_t place) mutable {
            client.permissions().revoke(std::move(revocation), [this, place](const Result<bool>& removed) {
                note(place, !removed ? code(removed.error()) : *removed ? "revoked" : "none");
            });
        });
    }
    // The outcome of each, in the order of the requests.
    std::vector<std::string> run() {
        answers_.resize(asked_.size());
        left_ = asked_.size();
        loop_.post([this](StorageClient& client) {
            for (std::size_t i = 0; i < asked_.size(); ++i) asked_[i](client, i);
        });
        complete_.get_future().wait();
        return answers_;
    }

  private:
    using Ask = UniqueFunction<void(StorageClient&, std::size_t)>;

    template <class Call>
    Turn& add(Call call) {
        asked_.emplace_back(std::move(call));
        return *this;
    }
    static std::string code(const Error& error) { return std::string(to_string(error.code)); }
    void note(std::size_t place, std::string text) {
        answers_[place] = std::move(text);
        if (--left_ == 0) complete_.set_value();
    }

    Loop& loop_;
    std::vector<Ask> asked_;
    std::vector<std::string> answers_;
    std::size_t left_ = 0;
    std::promise<void> complete_;
};

using Texts = std::vector<std::string>;

// The rows of the topics that these tests use, ordered by user.
std::string all_rows(Loop& loop) {
    Texts rows;
    for (const char* chat : {"a", "b", "e"}) {
        const auto page = loop.ask<ports::PermissionPage>([&](StorageClient& client, auto done) {
            client.permissions().list_by_topic(UserId("asker"), topic(chat), 100, std::nullopt, std::move(done));
        });
        REQUIRE(page.has_value());
        for (const Permission& one : page->permissions) {
            rows.push_back(one.user.get() + "/" + one.topic.text() + "/" + std::to_string(static_cast<int>(one.role)));
        }
    }
    std::sort(rows.begin(), rows.end());
    std::string text;
    for (const std::string& one : rows) text += one + " ";
    return text;
}

// Acts like the server's memory, which follows the storage thread.
class Follower {
  public:
    TestOptions options() {
        TestOptions options;
        options.on_permission_changed = [this](const UserId& user, const TopicName& of, std::optional<Role> role) {
            const std::lock_guard lock(mutex_);
            if (role.has_value()) {
                rows_[{user.get(), of.text()}] = *role;
            } else {
                rows_.erase({user.get(), of.text()});
            }
            ++changes_;
        };
        return options;
    }
    [[nodiscard]] std::string rows() const {
        const std::lock_guard lock(mutex_);
        std::string text;
        for (const auto& [key, role] : rows_) {
            text += key.first + "/" + key.second + "/" + std::to_string(static_cast<int>(role)) + " ";
        }
        return text;
    }
    [[nodiscard]] std::size_t changes() const {
        const std::lock_guard lock(mutex_);
        return changes_;
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, Role> rows_;
    std::size_t changes_ = 0;
};

}  // namespace

// Seen to fail: without the check inside the transaction, every grant below is written.
TEST_CASE("an admin row grants its right until it is deleted, and not afterwards") {
    const TestDatabase database;
    Follower follower;
    Running running(database, follower.options());
    Loop& loop = running.add_loop();
    Loop& other = running.add_loop();
    CHECK(Turn(loop).grant({{row("boss", "a", Role::admin)}, Basis::token, {}}).run() == Texts{"granted"});

    SECTION("in one transaction") {
        CHECK(Turn(loop)
                  .grant(by_row("boss", "boss", "a", Role::admin))
                  .grant(by_row("boss", "mate", "a", Role::admin))
                  .revoke(revocation("boss", "a", "root", Basis::token))
                  .grant(by_row("boss", "boss", "a", Role::admin))
                  .grant(by_row("boss", "friend", "a", Role::admin))
                  .revoke(revocation("mate", "a", "boss", Basis::admin_row))
                  .revoke(revocation("boss", "a", "boss", Basis::token))
                  .grant(by_row("mate", "viewer", "a", Role::viewer))
                  .grant(by_row("stranger", "stranger", "b", Role::admin))
                  .run() == Texts{"granted",
                                  "granted",
                                  "revoked",
                                  "forbidden",
                                  "forbidden",
                                  "forbidden",
                                  "none",
                                  "granted",
                                  "forbidden"});
    }
    SECTION("from another loop") {
        CHECK(Turn(loop).grant(by_row("boss", "mate", "a", Role::admin)).run() == Texts{"granted"});
        CHECK(Turn(other).revoke(revocation("boss", "a", "root", Basis::token)).run() == Texts{"revoked"});
        CHECK(Turn(loop).grant(by_row("boss", "boss", "a", Role::admin)).run() == Texts{"forbidden"});
        CHECK(Turn(other).grant(by_row("mate", "viewer", "a", Role::viewer)).run() == Texts{"granted"});
    }
    SECTION("with a role that is lowered") {
        CHECK(Turn(loop)
                  .grant(by_row("boss", "mate", "a", Role::admin))
                  .grant(by_row("mate", "boss", "a", Role::member))
                  .grant(by_row("boss", "boss", "a", Role::admin))
                  .revoke(revocation("mate", "a", "boss", Basis::admin_row))
                  .revoke(revocation("boss", "a", "mate", Basis::admin_row))
                  .grant(by_row("mate", "viewer", "a", Role::viewer))
                  .run() == Texts{"granted", "granted", "forbidden", "forbidden", "revoked", "granted"});
    }
    CHECK(all_rows(loop) == "mate/chat:a/3 viewer/chat:a/1 ");
    CHECK(follower.rows() == all_rows(loop));
}

TEST_CASE("a claim and the last row are judged in the order of commits") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const auto claim = [](const std::string& user, const std::string& guest) -> PermissionGrant {
        return {{row(user, "a", Role::admin, user), row(guest, "a", Role::member, user)}, Basis::unclaimed_topic, {}};
    };
    CHECK(Turn(loop)
              .grant(by_token("last", "a"))
              .grant(claim("early", "e"))
              .revoke(revocation("last", "a", "last", Basis::token))
              .grant(claim("late", "l"))
              .grant(claim("later", "m"))
              .run() == Texts{"granted", "forbidden", "revoked", "granted", "forbidden"});
    CHECK(all_rows(loop) == "l/chat:a/2 late/chat:a/3 ");
}

// Seen to fail when loops updated memory themselves: it kept what another loop had revoked, until the next start.
TEST_CASE("memory follows the commits, whichever loops they come from") {
    const TestDatabase database;
    Follower follower;
    Running running(database, follower.options());
    std::vector<std::future<void>> workers;
    for (int i = 0; i < 4; ++i) {
        Loop& loop = running.add_loop();
        workers.push_back(std::async(std::launch::async, [&loop, i] {
            for (int round = 0; round < 50; ++round) {
                const std::string user = "u" + std::to_string((round + i) % 3);
                const Role role = static_cast<Role>(1 + (round + i) % 3);
                (void)Turn(loop)
                    .grant({{row(user, "a", role)}, Basis::token, {}})
                    .revoke(revocation("u" + std::to_string(round % 3), "a", "root", Basis::token))
                    .grant({{row(user, "b", role)}, Basis::token, {}})
                    .run();
            }
        }));
    }
    for (auto& worker : workers) worker.get();
    CHECK(follower.rows() == all_rows(running.add_loop()));
    CHECK(follower.changes() > 400);
}

TEST_CASE("a topic and a user have a bounded number of permissions, but a role can still be replaced") {
    const TestDatabase database;
    const auto bounds = GENERATE(PermissionBounds{3, 0}, PermissionBounds{0, 3}, PermissionBounds{3, 3});
    const bool of_topic = bounds.of_topic != 0;
    // The same steps, along a topic or along a user.
    const auto name = [of_topic](int i) {
        const std::string number = std::to_string(i);
        return of_topic ? std::pair("u" + number, std::string("a")) : std::pair(std::string("u"), number);
    };
    const auto grant = [&](int i) {
        const auto [user, chat] = name(i);
        return by_token(user, chat, bounds);
    };
    const auto revoke = [&](int i) {
        const auto [user, chat] = name(i);
        return revocation(user, chat, "root", Basis::token);
    };
    {
        Running running(database);
        Loop& loop = running.add_loop();
        CHECK(Turn(loop).grant(grant(1)).grant(grant(2)).grant(grant(3)).grant(grant(4)).grant(grant(3)).run() ==
              Texts{"granted", "granted", "granted", "conflict", "granted"});
        CHECK(Turn(loop).revoke(revoke(2)).revoke(revoke(2)).grant(grant(4)).grant(grant(5)).run() ==
              Texts{"revoked", "none", "granted", "conflict"});
        // There is room elsewhere.
        CHECK(Turn(loop).grant(by_token("v", "z", bounds)).run() == Texts{"granted"});
    }
    Running running(database);
    Loop& loop = running.add_loop();
    CHECK(Turn(loop).grant(grant(5)).grant(grant(1)).run() == Texts{"conflict", "granted"});
    const auto [user, chat] = name(5);
    CHECK(Turn(loop).grant(by_token(user, chat)).run() == Texts{"granted"});  // no limits
    // Lowering the limits deletes no row.
    CHECK(Turn(loop).revoke(revoke(1)).grant(grant(1)).grant(grant(4)).run() ==
          Texts{"revoked", "conflict", "granted"});
}

TEST_CASE("the refusal says which limit was reached, and what to do") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const auto refusal = [&](const std::string& user, const std::string& chat, PermissionBounds bounds) {
        return loop
            .ask<void>([&](StorageClient& client, auto done) {
                client.permissions().grant(by_token(user, chat, bounds), std::move(done));
            })
            .error()
            .message;
    };
    CHECK(Turn(loop).grant(by_token("u", "a")).run() == Texts{"granted"});
    CHECK(
        refusal("v", "a", {1, 0}) ==
        "This topic has reached its maximum number of permissions (1): revoke some first, or ask the operator to raise "
        "limits.permissions_per_topic");
    CHECK(
        refusal("u", "b", {0, 1}) ==
        "This user has reached its maximum number of permissions (1): revoke some first, or ask the operator to raise "
        "limits.permissions_per_user");
}

TEST_CASE("a claim beyond the limits writes none of its rows") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const auto claim = [](const std::string& guest) -> PermissionGrant {
        return {{row("u", "b", Role::admin, "u"), row(guest, "b", Role::member, "u")}, Basis::unclaimed_topic, {0, 1}};
    };
    CHECK(Turn(loop).grant(by_token("full", "a")).grant(claim("full")).grant(claim("v")).run() ==
          Texts{"granted", "conflict", "granted"});
    CHECK(all_rows(loop) == "full/chat:a/2 u/chat:b/3 v/chat:b/2 ");
}

TEST_CASE("a commit that fails changes neither the rows nor their counts, and memory learns nothing") {
    const TestDatabase database;
    Follower follower;
    Running running(database, follower.options());
    Loop& loop = running.add_loop();
    const PermissionBounds bounds{2, 2};
    CHECK(Turn(loop).grant(by_token("u1", "a", bounds)).run() == Texts{"granted"});
    database.refuse_poison();
    CHECK(Turn(loop)
              .grant(by_token("u2", "a", bounds))
              .revoke(revocation("u1", "a", "root", Basis::token))
              .grant(by_token("poison", "a", bounds))
              .run() == Texts{"unavailable", "unavailable", "unavailable"});
    CHECK(follower.rows() == "u1/chat:a/2 ");
    CHECK(Turn(loop).grant(by_token("u2", "a", bounds)).grant(by_token("u3", "a", bounds)).run() ==
          Texts{"granted", "conflict"});
    CHECK(follower.rows() == all_rows(loop));
}

}  // namespace notifyd::storage::testing
