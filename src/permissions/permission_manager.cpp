// Refuses quickly from memory, then asks the store: its commit is in memory before its answer arrives. Open connections
// lose the topic next, and only then is the request answered.
#include "notifyd/permissions/permission_manager.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/permissions.hpp"

#include <utility>
#include <vector>

namespace notifyd::permissions {

namespace {

// One message per action, so that a topic that does not exist looks the same as one that is out of reach.
std::string_view message_of(Action action) {
    switch (action) {
        case Action::receive:
            return "No permission to receive from this topic: one of its admins can give it";
        case Action::publish:
            return "No permission to publish to this topic: one of its admins can give it";
        case Action::administer:
            return "No permission to administer this topic: only its admins may grant and revoke";
        case Action::list:
            return "No permission to list who is in this topic: only its members and admins may";
    }
    return "No permission";
}

Error refusal(Action action, const TopicName& topic) {
    Error error(Errc::forbidden, std::string(message_of(action)));
    error.topic = topic.text();
    return error;
}

// The refusal is the same from either source: a user without a row must not learn whether a topic has any.
Error from_store(const Error& error, const TopicName& topic) {
    return error.code == Errc::forbidden ? refusal(Action::administer, topic) : error;
}

Error blocked_error() {
    return {Errc::blocked, "This user is blocked by an administrator"};
}

bool is_own_topic(const UserId& user, const TopicName& topic) {
    return topic.topic_class() == TopicClass::user && topic.id() == user.get();
}

bool is_valid_limit(std::size_t limit) {
    return limit >= 1 && limit <= limits::page_messages_max;
}

Error bad_limit() {
    return {Errc::invalid_request, "limit must be a number from 1 to 100"};
}

}  // namespace

PermissionManager::PermissionManager(PermissionSettings settings,
                                     PermissionDirectory& directory,
                                     const BlockList& blocks,
                                     runtime::SharedRateLimit& writes,
                                     ports::PermissionStore& store,
                                     ChangeListener& changes,
                                     observability::Events& events,
                                     const Clock& clock)
    : settings_(settings),
      directory_(directory),
      blocks_(blocks),
      writes_(writes),
      store_(store),
      changes_(changes),
      events_(events),
      clock_(clock) {}

bool PermissionManager::allowed(const Identity& identity, const TopicName& topic, Action action) const {
    // Skip the lookup where the answer does not depend on it.
    if (identity.is_admin()) return true;
    return is_allowed(settings_, identity, topic, directory_.role(identity.user, topic), action);
}

Error PermissionManager::refused(const UserId& user, const TopicName& topic, Action action) const {
    const bool is_banned = directory_.role(user, topic) == Role::none;
    return is_banned ? caused_by("banned", refusal(action, topic)) : refusal(action, topic);
}

Result<void> PermissionManager::may_act(const UserId& user) const {
    if (blocks_.is_blocked(user)) return blocked_error();
    return {};
}

Result<void> PermissionManager::may_receive(const Identity& identity, const TopicName& topic) const {
    if (!allowed(identity, topic, Action::receive)) return refused(identity.user, topic, Action::receive);
    return {};
}

Result<void> PermissionManager::may_publish(const Identity& identity, const TopicName& topic) const {
    if (blocks_.is_blocked(identity.user)) return blocked_error();
    if (!allowed(identity, topic, Action::publish)) return refused(identity.user, topic, Action::publish);
    return {};
}

Result<void> PermissionManager::may_administer(const Identity& identity, const TopicName& topic) const {
    if (!allowed(identity, topic, Action::administer)) return refusal(Action::administer, topic);
    return {};
}

std::optional<ports::Basis> PermissionManager::basis_of(const Identity& identity, const TopicName& topic) const {
    if (identity.is_admin()) return ports::Basis::token;
    if (allowed(identity, topic, Action::administer)) return ports::Basis::admin_row;
    return std::nullopt;
}

bool PermissionManager::may_claim(const TopicName& topic) const {
    const TopicClass topic_class = topic.topic_class();
    return settings_.self_claim == SelfClaim::on && topic_class != TopicClass::user &&
           !settings_.classes_of_claims.contains(topic_class);
}

Result<void> PermissionManager::take_write(const Identity& identity) {
    if (identity.is_admin()) return {};
    const Milliseconds wait = writes_.take(identity.user.get(), clock_.steady_now(), settings_.writes_per_minute);
    if (wait == Milliseconds::zero()) return {};
    return rate_limited("Too many grants and revocations by this user", wait, "limits.permission_writes_per_minute");
}

void PermissionManager::grant(const Identity& granter, GrantRequest request, GrantDone done) {
    if (!is_valid_id(request.user.get())) {
        return done(Error{Errc::invalid_request, "userId must be a valid id"});
    }
    if (request.role == Role::none && is_own_topic(request.user, request.topic)) {
        return done(Error{Errc::invalid_request,
                          "Nobody can be banned from their own topic: block the user with POST /users/{userId}/block"});
    }
    if (blocks_.is_blocked(granter.user)) return done(blocked_error());
    const std::optional<ports::Basis> basis = basis_of(granter, request.topic);
    if (!basis && !may_claim(request.topic)) return done(refusal(Action::administer, request.topic));
    const Result<void> in_time = take_write(granter);
    if (!in_time) return done(in_time.error());

    Permission asked{std::move(request.user), std::move(request.topic), request.role, clock_.now_ms(), granter.user};
    ports::PermissionGrant grant{{}, basis.value_or(ports::Basis::unclaimed_topic), settings_.bounds};
    if (!basis) {
        Permission own = asked;
        own.user = granter.user;
        own.role = Role::admin;
        if (asked.user == granter.user) {
            asked = std::move(own);
        } else {
            grant.rows.push_back(std::move(own));
        }
    }
    grant.rows.push_back(asked);
    std::vector<Permission> rows = grant.rows;
    store_.grant(std::move(grant),
                 [this, rows = std::move(rows), done = std::move(done)](const Result<void>& outcome) mutable {
                     if (!outcome) return done(from_store(outcome.error(), rows.back().topic));
                     granted(std::move(rows), std::move(done));
                 });
}

void PermissionManager::granted(std::vector<Permission> rows, GrantDone done) {
    for (const Permission& row : rows) {
        events_.emit(observability::PermissionGranted{row.user, row.topic, row.role, row.granted_by});
        if (row.role != Role::none) changes_.granted(row.user, row.topic, row.role);
    }
    // The requested row; the other one, if any, made the granter admin.
    Permission asked = std::move(rows.back());
    if (asked.role != Role::none) return done(std::move(asked));
    changes_.revoked(asked.user, asked.topic, [asked, done = std::move(done)]() mutable { done(std::move(asked)); });
}

void PermissionManager::revoke(const Identity& revoker, UserId user, TopicName topic, RevokeDone done) {
    if (!is_valid_id(user.get())) {
        return done(Error{Errc::invalid_request, "userId must be a valid id"});
    }
    const bool leaves = user == revoker.user;
    if (!leaves && blocks_.is_blocked(revoker.user)) return done(blocked_error());
    std::optional<ports::Basis> basis = basis_of(revoker, topic);
    if (leaves && basis != ports::Basis::token) basis = ports::Basis::own_row;
    if (!basis) return done(refusal(Action::administer, topic));
    const Result<void> in_time = take_write(revoker);
    if (!in_time) return done(in_time.error());

    ports::PermissionRevocation revocation{std::move(user), std::move(topic), revoker.user, *basis};
    store_.revoke(revocation, [this, revocation, done = std::move(done)](const Result<bool>& removed) mutable {
        revoked(revocation, removed, std::move(done));
    });
}

void PermissionManager::revoked(const ports::PermissionRevocation& revocation,
                                const Result<bool>& removed,
                                RevokeDone done) {
    if (!removed.has_value()) {
        const bool leaves = revocation.basis == ports::Basis::own_row;
        return done(leaves ? removed.error() : from_store(removed.error(), revocation.topic));
    }
    if (*removed) {
        events_.emit(observability::PermissionRevoked{revocation.user, revocation.topic, revocation.by});
    }
    // Ask the loops even if there was no row: an earlier revocation may have deleted it but was answered with an error,
    // or is not answered yet, so connections may still have the topic.
    changes_.revoked(revocation.user, revocation.topic, [done = std::move(done)]() mutable { done({}); });
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
    if (!allowed(asker, topic, Action::list)) return done(refusal(Action::list, topic));
    store_.list_by_topic(asker.user,
                         topic,
                         limit,
                         std::move(after),
                         [this, asker, topic, done = std::move(done)](Result<ports::PermissionPage> page) mutable {
                             // The permission may have been revoked while the rows were read.
                             if (!page.has_error() && !allowed(asker, topic, Action::list))
                                 return done(refusal(Action::list, topic));
                             done(std::move(page));
                         });
}

}  // namespace notifyd::permissions
