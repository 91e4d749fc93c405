// Owns the current verification keys and refreshes them: fetches the JWKS if auth.jwks is a URL, and publishes new keys
// to every loop.
// Flow:   a timer, or a token with an unknown key -> fetch -> make_key_set -> publish -> JwtVerifier::use on each loop
// Owns:   the last good set, which is used while the URL fails, up to RefreshPolicy's age; after that no fetched key is
//         left, and tokens that need one get `unavailable`.
// Thread: the loop that fetches; reload, check, want and close may be called from any.
// Fails:  reports failures as events; a bad set changes nothing.
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
    // How many tokens may wait for one fetch; any beyond are judged by the current keys.
    static constexpr std::size_t waiters_max = 1'000;
    // How often one token waits. A fetch may have been under way when the token was refused, and may lack its key, too:
    // so there may be a second one.
    static constexpr int waits_max = 2;

    template <class T>
    using Awaitable = boost::asio::awaitable<T, runtime::Executor>;
    // Returns the text behind a URL: at most set_bytes_max, within fetch_deadline. Runs on the source's loop.
    using Fetch = std::function<Awaitable<Result<std::string>>(const std::string& url)>;
    // Called on the source's loop with the keys and rules that apply from now on.
    using Publish = std::function<void(const std::shared_ptr<const KeySet>& keys, const config::Auth& rules)>;

    // `loop` outlives this object, but must be stopped before this is destroyed.
    KeySource(
        runtime::EventLoop& loop, Fetch fetch, const Clock& clock, observability::Events& events, Publish publish);
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;

    // Call before the loop runs. Does not publish the keys that the loops were constructed with.
    void start(config::Auth rules, KeySources sources);

    // Publishes new rules and sources (load_key_sources) to every loop, then calls `done` on the source's loop. The
    // fetched set is kept if the URL and the issuer are unchanged. An error means that they make no valid key set:
    // nothing has changed, and `done` is not called.
    [[nodiscard]] Result<void> reload(
        config::Auth rules, KeySources sources, UniqueFunction<void()> done = [] {});

    // Whether reload would result in suitable keys, including the fetched set where that is kept. Calls `done` on the
    // source's loop; an error, returned or passed to `done`, has a message for the operator.
    [[nodiscard]] Result<void> check(config::Auth rules, KeySources sources, UniqueFunction<void(Result<void>)> done);

    // Call for a token whose key is not in `seen`, perhaps because nothing has been fetched. Calls `done` on the
    // source's loop when a fetch has ended and its keys are on their way to the loops, or at once if newer keys than
    // `seen` are, or if no fetch is allowed now.
    void want(std::shared_ptr<const KeySet> seen, UniqueFunction<void()> done);

    // The server is stopping: no token waits from now on.
    void close();

  private:
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                                    runtime::Executor>;

    // Whether the fetched set remains valid under the new rules.
    [[nodiscard]] bool keeps_set(const config::Auth& rules) const;
    void apply(config::Auth rules, KeySources sources);
    void publish();
    void publish(std::shared_ptr<const KeySet> keys);
    Awaitable<void> keep();
    Awaitable<void> refresh();
    [[nodiscard]] Result<void> take(std::string text);
    // Reports what is wrong with an accepted set, each problem once.
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
    // The set that the loops have or are about to get; nullptr: the one they were constructed with.
    std::shared_ptr<const KeySet> published_;
    // Only with a URL.
    std::optional<RefreshPolicy> policy_;
    // Counts the configurations, so that a fetch for an earlier one is not mistaken for one for the current one.
    std::uint64_t generation_ = 0;
    // For the current URL: fingerprints of entries already reported as skipped, and algorithms already reported as
    // having no key. A provider may send its entries in any order, or answer from several places that disagree.
    std::set<std::size_t> reported_entries_;
    std::vector<config::Algorithm> reported_algorithms_;
    std::vector<UniqueFunction<void()>> waiters_;
    bool closed_ = false;
};

}  // namespace notifyd::auth
