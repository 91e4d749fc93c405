// The HTTP connections of one loop in the order in which they give way when all sockets are taken: first strangers, who
// never showed a valid token, then the others; within each group, the one that has been idle longest. Trickling bytes
// do not count: an entry moves only when it enters again.
//
// A connection that is becoming or has become a WebSocket is not in the order, nor is one with a request under way: for
// a known client from the end of its head, for a stranger only while an endpoint answers it.
// Owns:   the order; the entries belong to the sessions.
// Thread: one loop; longest_since from any.
#pragma once

#include "notifyd/core/clock.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace notifyd::gateway {

class YieldOrder {
    // With its own tag, because a session is in another list, too.
    using Hook = boost::intrusive::list_base_hook<boost::intrusive::tag<YieldOrder>>;

  public:
    enum class Standing : std::uint8_t { stranger, known };

    class Entry : public Hook {
      public:
        // Whether closing it now loses nothing that its client could not send again.
        [[nodiscard]] virtual bool can_give_way() const = 0;
        // Closes the socket and returns its place. The entry has already left the order.
        virtual void give_way() = 0;

      protected:
        ~Entry() = default;

      private:
        friend class YieldOrder;
        SteadyTime since_{};
        Standing standing_ = Standing::stranger;
    };

    YieldOrder() = default;
    YieldOrder(const YieldOrder&) = delete;
    YieldOrder& operator=(const YieldOrder&) = delete;

    // Places the entry behind all others of its standing. `now` never goes back. An entry that is already in the order
    // moves.
    void enter(Entry& entry, Standing standing, SteadyTime now);
    void leave(Entry& entry);

    // Closes the first stranger's connection that can give way, or else the first known client's. False: there is none
    // among the first few.
    [[nodiscard]] bool give_way();
    // Since when the first entry of the standing has been idle; nullopt: there is none. May be outdated by the time it
    // is used.
    [[nodiscard]] std::optional<SteadyTime> longest_since(Standing standing) const;

  private:
    using Entries =
        boost::intrusive::list<Entry, boost::intrusive::base_hook<Hook>, boost::intrusive::constant_time_size<false>>;

    [[nodiscard]] static std::size_t index(Standing standing) { return static_cast<std::size_t>(standing); }
    [[nodiscard]] bool give_way(Standing standing);
    void publish(Standing standing);

    static constexpr std::int64_t nobody = -1;

    std::array<Entries, 2> entries_;
    // In ticks of the steady clock.
    std::array<std::atomic<std::int64_t>, 2> longest_{nobody, nobody};
};

}  // namespace notifyd::gateway
