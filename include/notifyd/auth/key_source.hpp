// The keys that hold now, and new ones in time: fetches the JWKS where auth.jwks is a URL, and tells every loop.
// Flow:   a timer, or a token of an unknown key -> fetch -> make_key_set -> publish -> JwtVerifier::use of each loop
// Owns:   the last good set, which serves while the URL fails, up to RefreshPolicy's age; then no fetched key is left,
//         and a token that needs one is unavailable.
// Thread: one loop, the one that fetches; reload, want and close from any.
// Fails:  by events; a set that is no good changes nothing.
#pragma once

#include "notifyd/auth/key_set.hpp"
#include "notifyd/auth/refresh_policy.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/runtime/spawner.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace notifyd::auth {

class KeySource {
  public:
    static constexpr std::size_t set_bytes_max = 256 * 1024;
    static constexpr std::chrono::seconds fetch_deadline{5};
    // Tokens that wait for one fetch; those beyond are judged by the keys at hand.
    static constexpr std::size_t waiters_max = 1'000;

    template <class T>
    using Awaitable = boost::asio::awaitable<T, runtime::Executor>;
    // Gives the text behind a URL: at most set_bytes_max, within fetch_deadline. Runs on the source's loop.
    using Fetch = std::function<Awaitable<Result<std::string>>(const std::string& url)>;
    // Called on the source's loop with what holds from now on.
    using Publish = std::function<void(const std::shared_ptr<const KeySet>& keys, const config::Auth& rules)>;

    // `loop` outlives it, but is stopped before it ends.
    KeySource(
        runtime::EventLoop& loop, Fetch fetch, const Clock& clock, observability::Events& events, Publish publish);
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;

    // Before the loop runs. Does not publish what the loops were made with.
    void start(config::Auth rules, KeySources sources);

    // New rules and sources (load_key_sources), published to every loop; then `done`, on the source's loop. What was
    // fetched stays if the URL and the issuer did. An error: they make no key set, nothing has changed, and `done` is
    // not called.
    [[nodiscard]] Result<void> reload(
        config::Auth rules, KeySources sources, UniqueFunction<void()> done = [] {});

    // Whether reload would leave keys that fit: with what was fetched, where that stays. Calls `done` on the source's
    // loop; an error there or here is a sentence for the operator.
    [[nodiscard]] Result<void> check(config::Auth rules, KeySources sources, UniqueFunction<void(Result<void>)> done);

    // A token came whose key `seen` does not have, if only because nothing has been fetched. Calls `done` on the
    // source's loop when a fetch has ended and its keys are on their way to the loops; at once when newer ones than
    // `seen` are, or when no fetch is allowed now.
    void want(std::shared_ptr<const KeySet> seen, UniqueFunction<void()> done);

    // No token waits from now on; the server stops.
    void close();

  private:
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                                    runtime::Executor>;

    // Whether what was fetched serves under the new rules, too.
    [[nodiscard]] bool keeps_set(const config::Auth& rules) const;
    void apply(config::Auth rules, KeySources sources);
    void publish();
    void publish(std::shared_ptr<const KeySet> keys);
    Awaitable<void> keep();
    Awaitable<void> refresh();
    [[nodiscard]] Result<void> take(std::string text);
    // What is not as it should be with a set that is taken, each once.
    void tell_doubts(const KeySet& keys);
    void drop_expired();
    void wait(const std::shared_ptr<const KeySet>& seen, UniqueFunction<void()> done);
    void answer_waiters();

    runtime::EventLoop& loop_;
    Fetch fetch_;
    const Clock& clock_;
    observability::Events& events_;
    Publish publish_;
    runtime::Spawner tasks_;
    Timer wake_;
    config::Auth rules_;
    KeySources sources_;
    // What the loops have, or are about to have; nullptr: what they were made with.
    std::shared_ptr<const KeySet> published_;
    // With a URL only.
    std::optional<RefreshPolicy> policy_;
    // Counts the configurations, so that a fetch for an older one is not taken for the present one's.
    std::uint64_t generation_ = 0;
    // Of the URL: fingerprints of the entries already reported as skipped, and algorithms already reported as having no
    // key. A provider may send its entries in any order, or answer from several places that do not agree.
    std::set<std::size_t> told_entries_;
    std::vector<config::Algorithm> told_algorithms_;
    std::vector<UniqueFunction<void()>> waiters_;
    bool closed_ = false;
};

}  // namespace notifyd::auth
