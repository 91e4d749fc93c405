// A storage engine: one database, without the threads, queues and answers around it, which are the Storage's
// (storage.hpp). An engine implements this class, the two kinds of session and the tables in them; its own open()
// function creates it, and only app/ calls that.
// Thread: the sessions as their headers say, continuous_clock from any; everything else from the owner's thread.
// Fails:  an engine that exists has opened every session and prepared every statement, so that whatever is wrong with
// the database is reported before the server listens.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/user_block.hpp"
#include "notifyd/storage/read_session.hpp"
#include "notifyd/storage/write_session.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace notifyd::storage {

class Engine {
  public:
    // How many sessions reader() must provide: one for each reader thread.
    static constexpr std::size_t reader_count = 2;

    Engine() = default;
    virtual ~Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // --- The state that the last process left:
    // Names this database; a copy that may diverge has another epoch.
    [[nodiscard]] virtual const std::string& epoch() const = 0;
    // The last position assigned before start().
    [[nodiscard]] virtual Position last_position() const = 0;
    // When retention last trusted the clock, otherwise when the newest message was published; nullopt if neither is
    // known.
    [[nodiscard]] virtual std::optional<EpochMs> last_known_time() const = 0;
    // Measures windows and lifetimes in the database. Setting the wall clock does not change them, even with a restart.
    [[nodiscard]] virtual const Clock& continuous_clock() const = 0;
    // Visit every row; called before start(). They throw if the rows cannot be read, because continuing would deny
    // users what they were granted, or let blocked users in.
    virtual void for_each_permission(const std::function<void(const Permission&)>& visit) = 0;
    virtual void for_each_block(const std::function<void(const UserBlock&)>& visit) = 0;

    // --- The sessions; they live as long as the engine:
    [[nodiscard]] virtual WriteSession& writer() = 0;
    // `index` is below reader_count.
    [[nodiscard]] virtual ReadSession& reader(std::size_t index) = 0;

    // --- The engine's own threads, if it has any:
    // Called before the first session is used.
    virtual void start() = 0;
    // Called after the last session was used, also without start(). May be called twice.
    virtual void stop() = 0;
};

}  // namespace notifyd::storage
