// Sends dead letters again: each to its user's current connections, on whichever loops they are
// (docs/protocol.md#dead-letters).
// Flow:   HTTP, or marks left by the command line -> Redriver (home loop) -> a page of letters to every loop -> home
//         loop: delivered letters are removed, the others have failed once more
// Owns:   the waiting redrives and the page under way. Only one redrive runs at a time, so that no letter is sent
//         twice.
// Thread: add_site before the loops run; redrive… and stop from any; the rest, and every `done`, on the home loop.
// Fails:  not_found (no such letter), unavailable (too many are waiting, or the storage failed); the redrive ends
//         there.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/dead_letter.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::delivery {

// One loop's connections and its access to the storage.
struct RedriveSite {
    runtime::EventLoop& loop;
    const connection::ConnectionRegistry& registry;
    ports::DeadLetterStore& letters;
    // Whether the user may receive the topic's messages now.
    std::function<bool(const Identity&, const TopicName&)> may_receive;
};

struct RedriveCount {
    std::size_t redriven = 0;  // accepted by at least one connection
    std::size_t failed = 0;
};

class Redriver {
  public:
    using Done = UniqueFunction<void(Result<RedriveCount>)>;

    // `continuous`: the clock that dead letters' ids are made from.
    Redriver(const Clock& clock, const Clock& continuous) : clock_(clock), continuous_(continuous) {}
    Redriver(const Redriver&) = delete;
    Redriver& operator=(const Redriver&) = delete;

    // The first site's loop is the home loop.
    void add_site(RedriveSite site) { sites_.push_back(std::move(site)); }

    void redrive_one(Uuid id, Done done);
    // Redrives the letters that exist now; nullopt: of all queues.
    void redrive_all(std::optional<std::string> queue, Done done);
    // Redrives the letters that the command line has marked.
    void redrive_marked(Done done);
    // Ends the running redrive after its current page, and the waiting ones at once.
    void stop() { stopping_.store(true, std::memory_order_relaxed); }

  private:
    // The outcome for one letter on a loop; the best of all loops counts.
    enum class Reached : std::uint8_t { nobody, not_permitted, outbox_full, somebody };
    using Page = std::vector<DeadLetter>;

    struct Job {
        std::optional<Uuid> one{};
        ports::DeadLetterQuery query{};
        // Letters made later are not part of this redrive.
        std::optional<EpochMs> made_until{};
        Done done{};
        RedriveCount count{};
        std::optional<Error> error{};
    };

    void submit(Job job);
    void start_next();
    void found(Result<std::optional<DeadLetter>> letter);
    void read_page();
    void take_page(DeadLetterPage page);
    void send(Page page);
    void sent(const std::vector<Reached>& reached);
    void settle();
    void settled(const std::optional<Error>& error);
    void page_done();
    void finish();
    [[nodiscard]] static Reached send_to(const RedriveSite& site, const DeadLetter& letter, EpochMs now);

    const Clock& clock_;
    const Clock& continuous_;
    std::vector<RedriveSite> sites_;
    std::atomic<bool> stopping_{false};
    std::deque<Job> jobs_;  // the first one is running if busy_
    bool busy_ = false;
    std::shared_ptr<const Page> page_;
    std::vector<Reached> reached_;  // one per letter of the page
    bool more_ = false;
    std::size_t answers_left_ = 0;  // from the loops, then from the storage
};

}  // namespace notifyd::delivery
