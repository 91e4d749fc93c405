// Checks, then changes rows: commit first, memory next, open connections after that, and only then the answer.
#include "notifyd/permissions/permission_manager.hpp"

#include "notifyd/core/limits.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace notifyd::permissions {

namespace {

// How long a change waits while another loop changes the same row: far longer than any commit takes.
constexpr std::chrono::seconds row_wait_max{5};

// One sentence an action, so that a topic that does not exist looks like one that is out of reach.
Error refusal(Action action) {
    switch (action) {
        case Action::receive:
            return {Errc::forbidden, "No permission to receive from this topic"};
        case Action::publish:
            return {Errc::forbidden, "No permission to publish to this topic"};
        case Action::administer:
            return {Errc::forbidden, "No permission to administer this topic"};
        case Action::list:
            return {Errc::forbidden, "No permission to list who is in this topic"};
    }
    return {Errc::forbidden, "No permission"};
}

bool is_valid_limit(std::size_t limit) {
    return limit >= 1 && limit <= limits::page_messages_max;
}

Error bad_limit() {
    return {Errc::invalid_request, "limit must be a number from 1 to 100"};
}

}  // namespace

// One request for a change, from the check to the answer.
struct PermissionManager::Change {
    enum class Kind : std::uint8_t { grant, claim, revoke };

    Kind kind = Kind::grant;
    // What is written or deleted; the last row is the one that was asked for.
    std::vector<Permission> rows;
    SteadyTime give_up{};
    GrantDone done;

    [[nodiscard]] const Permission& asked() const { return rows.back(); }
};

PermissionManager::PermissionManager(PermissionSettings settings,
                                     PermissionDirectory& directory,
                                     ports::PermissionStore& store,
                                     RevocationListener& revocations,
                                     observability::Events& events,
                                     const Clock& clock)
    : settings_(settings),
      directory_(directory),
      store_(store),
      revocations_(revocations),
      events_(events),
      clock_(clock) {}

bool PermissionManager::allowed(const Identity& identity, const TopicName& topic, Action action) const {
    // The lookup is for nothing where the answer does not depend on it.
    if (identity.is_admin()) return true;
    return is_allowed(settings_, identity, topic, directory_.role(identity.user, topic), action);
}

Result<void> PermissionManager::may_receive(const Identity& identity, const TopicName& topic) const {
    if (!allowed(identity, topic, Action::receive)) return refusal(Action::receive);
    return {};
}

Result<void> PermissionManager::may_publish(const Identity& identity, const TopicName& topic) const {
    if (!allowed(identity, topic, Action::publish)) return refusal(Action::publish);
    return {};
}

Result<void> PermissionManager::may_administer(const Identity& identity, const TopicName& topic) const {
    if (!allowed(identity, topic, Action::administer)) return refusal(Action::administer);
    return {};
}

void PermissionManager::grant(const Identity& granter, GrantRequest request, GrantDone done) {
    if (!is_valid_id(request.user.get())) {
        return done(Error{Errc::invalid_request, "userId must be a valid id"});
    }
    const Permission asked{std::move(request.user), request.topic, request.role, clock_.now_ms(), granter.user};
    Change change{Change::Kind::grant, {asked}, clock_.steady_now() + row_wait_max, std::move(done)};
    if (allowed(granter, request.topic, Action::administer)) return submit(std::move(change));

    const TopicClass topic_class = request.topic.topic_class();
    const bool is_claimable = topic_class != TopicClass::user && !settings_.classes_of_claims.contains(topic_class);
    if (settings_.self_claim == SelfClaim::off || !is_claimable) return change.done(refusal(Action::administer));
    change.kind = Change::Kind::claim;
    if (asked.user == granter.user) {
        change.rows.back().role = Role::admin;
    } else {
        Permission own = asked;
        own.user = granter.user;
        own.role = Role::admin;
        change.rows.insert(change.rows.begin(), std::move(own));
    }
    submit(std::move(change));
}

void PermissionManager::revoke(const Identity& revoker, UserId user, TopicName topic, RevokeDone done) {
    if (!is_valid_id(user.get())) {
        return done(Error{Errc::invalid_request, "userId must be a valid id"});
    }
    const bool leaves = user == revoker.user;
    if (!leaves && !allowed(revoker, topic, Action::administer)) return done(refusal(Action::administer));
    Change change;
    change.kind = Change::Kind::revoke;
    change.rows.push_back({std::move(user), std::move(topic), Role::viewer, clock_.now_ms(), revoker.user});
    change.give_up = clock_.steady_now() + row_wait_max;
    change.done = [done = std::move(done)](Result<Permission> revoked) mutable {
        if (revoked.has_error()) return done(std::move(revoked).error());
        done({});
    };
    submit(std::move(change));
}

void PermissionManager::submit(Change change) {
    std::size_t begun = 0;
    for (const Permission& row : change.rows) {
        if (!directory_.begin_change(row.user, row.topic, *this)) break;
        ++begun;
    }
    if (begun < change.rows.size()) {
        while (begun > 0) {
            --begun;
            directory_.end_change(change.rows[begun].user, change.rows[begun].topic);
        }
        return wait_for_other_loop(std::move(change));
    }

    const Change::Kind kind = change.kind;
    std::vector<Permission> rows = change.rows;
    auto done = [this, change = std::move(change)](Result<void> outcome) mutable { committed(change, outcome); };
    switch (kind) {
        case Change::Kind::grant:
            return store_.grant(std::move(rows), std::move(done));
        case Change::Kind::claim:
            return store_.grant_unclaimed(std::move(rows), std::move(done));
        case Change::Kind::revoke:
            return store_.revoke(rows.back().user, rows.back().topic, std::move(done));
    }
}

// Another loop's change of the row is on its way through the same storage: a grant of no rows comes back when that one
// is committed or nearly so, and then it is tried again.
void PermissionManager::wait_for_other_loop(Change change) {
    if (clock_.steady_now() >= change.give_up) {
        return change.done(Error{Errc::unavailable, "The permission is being changed by others, try again"});
    }
    store_.grant({}, [this, change = std::move(change)](Result<void> outcome) mutable {
        if (outcome.has_error()) return change.done(std::move(outcome).error());
        submit(std::move(change));
    });
}

void PermissionManager::committed(Change& change, const Result<void>& outcome) {
    for (const Permission& row : change.rows) {
        if (outcome.has_value()) {
            if (change.kind == Change::Kind::revoke) {
                directory_.remove(row.user, row.topic);
            } else {
                directory_.set(row.user, row.topic, row.role);
            }
        }
        directory_.end_change(row.user, row.topic);
    }
    if (outcome.has_error()) {
        // That the topic has rows already is none of the business of who has none there.
        const bool taken = outcome.error().code == Errc::forbidden;
        return change.done(taken ? refusal(Action::administer) : outcome.error());
    }
    if (change.kind == Change::Kind::revoke) {
        const Permission asked = change.asked();
        events_.emit(observability::PermissionRevoked{asked.user, asked.topic, asked.granted_by});
        return revocations_.revoked(
            asked.user, asked.topic, [asked, done = std::move(change.done)]() mutable { done(std::move(asked)); });
    }
    for (const Permission& row : change.rows) {
        events_.emit(observability::PermissionGranted{row.user, row.topic, row.role, row.granted_by});
    }
    change.done(change.asked());
}

void PermissionManager::list_by_user(
    const Identity& asker, UserId user, std::size_t limit, std::optional<TopicName> after, ListDone done) const {
    if (!is_valid_limit(limit)) return done(bad_limit());
    if (!is_valid_id(user.get())) return done(Error{Errc::invalid_request, "userId must be a valid id"});
    if (user != asker.user && !asker.is_admin()) {
        return done(Error{Errc::forbidden, "No permission to list the permissions of another user"});
    }
    store_.list_by_user(std::move(user), limit, std::move(after), std::move(done));
}

void PermissionManager::list_by_topic(
    const Identity& asker, TopicName topic, std::size_t limit, std::optional<UserId> after, ListDone done) const {
    if (!is_valid_limit(limit)) return done(bad_limit());
    if (!allowed(asker, topic, Action::list)) return done(refusal(Action::list));
    store_.list_by_topic(topic,
                         limit,
                         std::move(after),
                         [this, asker, topic, done = std::move(done)](Result<ports::PermissionPage> page) mutable {
                             // It may have been revoked while the rows were read.
                             if (!page.has_error() && !allowed(asker, topic, Action::list))
                                 return done(refusal(Action::list));
                             done(std::move(page));
                         });
}

}  // namespace notifyd::permissions
