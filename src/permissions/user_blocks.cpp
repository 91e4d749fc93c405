// A block is committed, then applied on every loop, then answered.
#include "notifyd/permissions/user_blocks.hpp"

#include "notifyd/core/topic_name.hpp"
#include "notifyd/observability/events/permissions.hpp"

#include <utility>

namespace notifyd::permissions {

namespace {

std::optional<Error> check_id(const UserId& user) {
    if (is_valid_id(user.get())) return std::nullopt;
    return Error{Errc::invalid_request, "The path must name a valid user id: /users/{userId}/block"};
}

}  // namespace

void UserBlocks::block(const Identity& admin, BlockRequest request, UniqueFunction<void(Result<UserBlock>)> done) {
    if (auto refused = check_id(request.user)) return done(*std::move(refused));
    const EpochMs now = clock_.now_ms();
    if (request.until.has_value() && *request.until <= now) {
        return done(Error{Errc::invalid_request, "until must be in the future: leave it out to block without an end"});
    }
    UserBlock block{std::move(request.user), now, admin.user, request.until, std::move(request.reason)};
    store_.block(block, [this, block, done = std::move(done)](const Result<void>& stored) mutable {
        if (!stored) return done(stored.error());
        events_.emit(observability::UserBlocked{block.user, block.blocked_by, block.reason});
        changes_.blocked(block.user, [block, done = std::move(done)]() mutable { done(std::move(block)); });
    });
}

void UserBlocks::unblock(const Identity& admin, UserId user, UniqueFunction<void(Result<bool>)> done) {
    if (auto refused = check_id(user)) return done(*std::move(refused));
    store_.unblock(user, [this, user, by = admin.user, done = std::move(done)](const Result<bool>& removed) mutable {
        if (removed.has_value() && *removed) events_.emit(observability::UserUnblocked{user, by});
        done(removed);
    });
}

void UserBlocks::list(const Identity& admin,
                      std::size_t limit,
                      std::optional<UserId> after,
                      UniqueFunction<void(Result<ports::BlockPage>)> done) {
    store_.list(admin.user, clock_.now_ms(), limit, std::move(after), std::move(done));
}

}  // namespace notifyd::permissions
