// Fetches the key set, one fetch at a time, and applies the result.
#include "notifyd/auth/key_source.hpp"

#include "notifyd/observability/events/auth.hpp"
#include "notifyd/observability/events/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace notifyd::auth {

namespace {

constexpr std::size_t reported_entries_max = 1'000;

constexpr auto use_tuple = boost::asio::as_tuple(boost::asio::use_awaitable_t<runtime::Executor>{});

}  // namespace

KeySource::KeySource(
    runtime::EventLoop& loop, Fetch fetch, const Clock& clock, observability::Events& events, Publish publish)
    : loop_(loop),
      fetch_(std::move(fetch)),
      clock_(clock),
      events_(events),
      publish_(std::move(publish)),
      tasks_(loop),
      wake_(loop.executor()) {}

void KeySource::start(config::Auth rules, KeySources sources) {
    apply(std::move(rules), std::move(sources));
    tasks_.spawn(keep());
}

Result<void> KeySource::reload(config::Auth rules, KeySources sources, UniqueFunction<void()> done) {
    if (const auto checked = make_key_set(sources); !checked) return checked.error();
    auto change = [this, rules = std::move(rules), sources = std::move(sources), done = std::move(done)]() mutable {
        apply(std::move(rules), std::move(sources));
        publish();
        done();
        // Nothing will be fetched, so waiting tokens are judged by the current keys.
        if (!policy_) answer_waiters();
        wake_.cancel();
    };
    if (!loop_.post_control(std::move(change))) return Error{Errc::unavailable, "The server is stopping"};
    return {};
}

Result<void> KeySource::check(config::Auth rules, KeySources sources, UniqueFunction<void(Result<void>)> done) {
    auto look = [this, rules = std::move(rules), sources = std::move(sources), done = std::move(done)]() mutable {
        if (keeps_set(rules)) sources.jwks_json = sources_.jwks_json;
        const auto keys = make_key_set(sources);
        done(keys ? Result<void>() : Result<void>(keys.error()));
    };
    if (!loop_.post_control(std::move(look))) return Error{Errc::unavailable, "The server is stopping"};
    return {};
}

bool KeySource::keeps_set(const config::Auth& rules) const {
    return policy_ && rules.jwks_url == rules_.jwks_url && rules.issuer == rules_.issuer;
}

void KeySource::apply(config::Auth rules, KeySources sources) {
    const SteadyTime now = clock_.steady_now();
    const bool same_set = keeps_set(rules);
    if (same_set) {
        sources.jwks_json = std::move(sources_.jwks_json);
        policy_->set_refresh(rules.jwks_refresh, now);
    }
    // If the fetched set was kept, the new sources must be checked without it.
    if (!same_set || !make_key_set(sources)) {
        if (sources.jwks_by_url) {
            if (!sources_.jwks_json.empty()) {
                events_.emit(observability::ConfigWarning{
                    "auth.jwks or auth.issuer has changed, so the current keys are no longer used: tokens of the "
                    "identity provider are refused until its keys have been fetched from " +
                    rules.jwks_url});
            }
            sources.jwks_json.clear();
        }
        policy_.reset();
        if (sources.jwks_by_url) policy_.emplace(rules.jwks_refresh, now);
        ++generation_;
        reported_entries_.clear();
        reported_algorithms_.clear();
    }
    rules_ = std::move(rules);
    sources_ = std::move(sources);
}

void KeySource::publish() {
    const Result<std::shared_ptr<const KeySet>> keys = make_key_set(sources_);
    if (!keys) return;
    publish(*keys);
    // Problems of a set read from a file are reported by the reader of the settings.
    if (policy_) tell_doubts(**keys);
}

void KeySource::publish(std::shared_ptr<const KeySet> keys) {
    published_ = std::move(keys);
    publish_(published_, rules_);
}

KeySource::Awaitable<void> KeySource::keep() {
    for (;;) {
        const SteadyTime now = clock_.steady_now();
        if (policy_ && policy_->due(now)) {
            co_await refresh();
            continue;
        }
        if (policy_ && policy_->expired(now)) drop_expired();
        // A cancelled wait means that something is due or the policy has changed.
        wake_.expires_at(policy_ ? policy_->next() : SteadyTime::max());
        co_await wake_.async_wait(use_tuple);
    }
}

KeySource::Awaitable<void> KeySource::refresh() {
    const std::uint64_t generation = generation_;
    policy_->started();
    Result<void> taken = Error(Errc::internal, "the fetch failed");
    try {
        const std::string url = rules_.jwks_url;
        Result<std::string> text = co_await fetch_(url);
        // Fetched for an earlier configuration: a fetch for the current one is due, and that is what the waiters wait
        // for.
        if (generation != generation_) co_return;
        taken = text ? take(std::move(*text)) : Result<void>(text.error());
    } catch (const std::exception& error) {
        events_.emit(observability::ExceptionCaught{"key source", error.what()});
        if (generation != generation_) co_return;
    }
    if (!taken) {
        policy_->failed(clock_.steady_now());
        events_.emit(observability::KeysNotRefreshed{rules_.jwks_url, taken.error().message});
    }
    answer_waiters();
}

Result<void> KeySource::take(std::string text) {
    if (text.empty()) return Error{Errc::unavailable, "the answer is empty"};
    const bool changed = text != sources_.jwks_json;
    KeySources sources = sources_;
    sources.jwks_json = std::move(text);
    const Result<std::shared_ptr<const KeySet>> keys = make_key_set(sources);
    if (!keys) return keys.error();
    sources_ = std::move(sources);
    policy_->succeeded(clock_.steady_now());
    if (changed) publish(*keys);
    events_.emit(observability::KeysRefreshed{static_cast<std::int64_t>((*keys)->size()), changed});
    tell_doubts(**keys);
    return {};
}

void KeySource::tell_doubts(const KeySet& keys) {
    if (reported_entries_.size() > reported_entries_max) reported_entries_.clear();
    for (const SkippedKey& skipped : keys.skipped()) {
        if (!reported_entries_.insert(skipped.fingerprint).second) continue;
        const auto number = static_cast<std::int64_t>(skipped.number);
        events_.emit(observability::KeySkipped{rules_.jwks_url, number, skipped.kid, skipped.reason});
    }
    std::vector<config::Algorithm> without = keys.without_key();
    for (const config::Algorithm algorithm : without) {
        if (std::ranges::find(reported_algorithms_, algorithm) != reported_algorithms_.end()) continue;
        events_.emit(observability::ConfigWarning{without_key_message(algorithm)});
    }
    reported_algorithms_ = std::move(without);
}

void KeySource::drop_expired() {
    sources_.jwks_json.clear();
    policy_->dropped();
    publish();
    events_.emit(observability::KeysExpired{});
}

void KeySource::want(std::shared_ptr<const KeySet> seen, UniqueFunction<void()> done) {
    auto ask = [this, seen = std::move(seen), done = std::move(done)]() mutable { wait(seen, std::move(done)); };
    // If the loop has stopped, there is nobody left to answer.
    static_cast<void>(loop_.post_control(std::move(ask)));
}

void KeySource::wait(const std::shared_ptr<const KeySet>& seen, UniqueFunction<void()> done) {
    const bool is_newest = published_ == nullptr || published_ == seen;
    const bool worth_it =
        is_newest && !closed_ && policy_ && waiters_.size() < waiters_max && policy_->request(clock_.steady_now());
    if (!worth_it) {
        done();
        return;
    }
    waiters_.push_back(std::move(done));
    wake_.cancel();
}

void KeySource::answer_waiters() {
    for (UniqueFunction<void()>& done : std::exchange(waiters_, {})) done();
}

void KeySource::close() {
    static_cast<void>(loop_.post_control([this] {
        closed_ = true;
        answer_waiters();
    }));
}

}  // namespace notifyd::auth
