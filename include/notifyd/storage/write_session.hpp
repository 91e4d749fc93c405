// An engine's only writer, as the storage thread uses it: a group of batches becomes one transaction.
// Flow:   write -> is_in_place -> report -> the group is answered -> after_commit. After a failure that may pass, the
// storage thread calls make_room and tries again; then it probes until writing works.
// Thread: the storage thread; is_over from any.
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/storage/requests.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace notifyd::storage {

class WriteSession {
  public:
    WriteSession() = default;
    virtual ~WriteSession() = default;
    WriteSession(const WriteSession&) = delete;
    WriteSession& operator=(const WriteSession&) = delete;

    // nothing: there was nothing to commit. failed: nothing of the group was stored; failure() has the reason.
    enum class Written : std::uint8_t { nothing, rows, failed };

    // Writes all requests of the group in order, in one transaction, and makes it durable. Fills in `appended` of each
    // message: its number and what it duplicates. `deliveries` receives, in commit order, the messages whose delivery
    // was left to the commit (is_delivered_by_commit), except duplicates. May be called again with the same group after
    // a failure.
    [[nodiscard]] virtual Written write(std::vector<Batch>& group, std::vector<Delivery>& deliveries) = 0;
    // Checks whether writing works again, with as much data as a large message: `rows` or `failed`.
    [[nodiscard]] virtual Written probe() = 0;

    // Why the last write or probe failed, for the log.
    [[nodiscard]] virtual const std::string& failure() const = 0;
    // Whether another attempt may succeed in a moment; otherwise the requests themselves were rejected.
    [[nodiscard]] virtual bool may_pass() const = 0;
    // Draws the conclusions from the last failure, after is_in_place() has ruled out that the database is missing.
    // is_over() may be true afterwards.
    virtual void judge_failure() = 0;
    // Whether nothing may ever be written again, because what was acknowledged could no longer be trusted.
    [[nodiscard]] virtual bool is_over() const = 0;
    // After a failed commit: frees what space it can for the next attempt. Harmless if there is nothing to gain.
    virtual void make_room() = 0;
    // Whether the last write needed space. If not, its success does not show that there is room for messages.
    [[nodiscard]] virtual bool needed_space() const = 0;

    // After a commit, before its requests are answered: emits what the operator should know about it.
    virtual void report() = 0;
    // After they were answered: work that must not delay them.
    virtual void after_commit() = 0;

    // Whether what is committed now can be found again after a restart: another database may have taken the place of
    // this one. Cheap enough for every commit. The answer may become true again.
    [[nodiscard]] virtual bool is_in_place() = 0;
    // What the last is_in_place() has found, and what to do about it, in one message.
    [[nodiscard]] virtual const std::string& loss() const = 0;
    // Called once when the database is found missing: keeps what was committed from getting lost with it.
    virtual void rescue() = 0;
};

}  // namespace notifyd::storage
