// SQLite's write session: the batch writer, and around it the checkpointer, the watch over the files, and the
// conclusions from a failure.
// Borrows everything. Thread: the storage thread; is_over from any.
#pragma once

#include "notifyd/observability/events.hpp"
#include "notifyd/storage/write_session.hpp"

#include "batch_writer.hpp"
#include "checkpointer.hpp"
#include "file_watch.hpp"
#include "sync_failure.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite {

class Writer final : public WriteSession {
  public:
    Writer(BatchWriter& batches,
           Checkpointer& checkpointer,
           FileWatch& files,
           SyncFailure& sync_failure,
           observability::Events& events)
        : batches_(batches), checkpointer_(checkpointer), files_(files), sync_failure_(sync_failure), events_(events) {}

    [[nodiscard]] Written write(std::vector<Batch>& group, std::vector<Delivery>& deliveries) override {
        checkpointer_.before_transaction();
        return batches_.write(group, deliveries);
    }
    [[nodiscard]] Written probe() override { return batches_.probe(); }

    [[nodiscard]] const std::string& failure() const override { return batches_.failure().what; }
    [[nodiscard]] bool may_pass() const override { return batches_.failure().fault == Fault::passing; }
    void judge_failure() override;
    // After a failed sync or in a corrupt file.
    [[nodiscard]] bool is_over() const override {
        return corrupt_.load(std::memory_order_relaxed) || sync_failure_.has_happened();
    }
    void make_room() override { checkpointer_.make_room(); }
    [[nodiscard]] bool needed_space() const override { return checkpointer_.has_grown(); }

    void report() override { batches_.report(events_); }
    void after_commit() override { checkpointer_.after_commit(batches_.has_shrunk()); }

    [[nodiscard]] bool is_in_place() override { return files_.look(); }
    [[nodiscard]] const std::string& loss() const override { return files_.loss(); }
    void rescue() override;

  private:
    BatchWriter& batches_;
    Checkpointer& checkpointer_;
    FileWatch& files_;
    SyncFailure& sync_failure_;
    observability::Events& events_;
    std::atomic<bool> corrupt_{false};
};

}  // namespace notifyd::storage::sqlite
