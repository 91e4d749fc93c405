// The checkpointing thread, and the rules that start it.
#include "checkpointer.hpp"

#include "notifyd/core/this_thread.hpp"
#include "notifyd/observability/events/storage.hpp"

#include <utility>

namespace notifyd::storage::sqlite {

Checkpointer::Checkpointer(Database& writer,
                           CheckpointMarks marks,
                           SyncFailure& sync_failure,
                           observability::Events& events)
    : writer_(writer), marks_(marks), sync_failure_(sync_failure), events_(events) {
    constexpr std::size_t frame_header_bytes = 24;
    const auto page_bytes = writer_.query_integer("PRAGMA page_size");
    frame_bytes_ = static_cast<std::size_t>(page_bytes.value_or(4'096)) + frame_header_bytes;
    // Replaces SQLite's own checkpoints, which run inside a commit.
    sqlite3_wal_hook(writer_.handle(), &Checkpointer::on_commit, this);
}

Checkpointer::~Checkpointer() {
    stop();
    sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
}

void Checkpointer::start() {
    thread_ = std::thread([this] { run(); });
}

void Checkpointer::stop() {
    requests_.close();
    if (thread_.joinable()) thread_.join();
}

int Checkpointer::on_commit(void* self, sqlite3*, const char*, int frames) {
    auto& checkpointer = *static_cast<Checkpointer*>(self);
    const std::size_t size = static_cast<std::size_t>(frames) * checkpointer.frame_bytes_;
    // A log that has not grown was started over by this commit.
    if (size <= checkpointer.size_) checkpointer.size_copied_ = 0;
    checkpointer.size_ = size;
    checkpointer.frames_ = frames;
    checkpointer.grew_ = true;
    checkpointer.log_bytes_.store(size, std::memory_order_relaxed);
    return SQLITE_OK;
}

void Checkpointer::before_transaction() {
    idle_before_ = !busy_.load(std::memory_order_acquire);
    grew_ = false;
}

void Checkpointer::after_commit(bool has_shrunk) {
    // Only a commit that no checkpoint can have seen proves that there is something to copy.
    shrunk_ = shrunk_ || has_shrunk;
    if (!idle_before_ || !grew_) return;
    if (!shrunk_ && size_ < size_copied_ + marks_.checkpoint_bytes) return;
    size_copied_ = size_;
    shrunk_ = false;
    if (size_ >= marks_.checkpoint_now_bytes) {
        // A checkpoint can only complete, and the log only start over, while nobody writes. The thread has copied
        // everything but the most recent commits, so the rest is short.
        copy(writer_, SQLITE_CHECKPOINT_PASSIVE);
        return;
    }
    // Passive: waits for nobody, and copies as far as the oldest reader allows.
    request(SQLITE_CHECKPOINT_PASSIVE);
}

void Checkpointer::make_room() {
    // A running checkpoint does the same. Nothing is committed meanwhile, so finding nothing to copy does no harm.
    if (busy_.load(std::memory_order_acquire) || frames_copied_.load(std::memory_order_relaxed) == frames_) return;
    copy(writer_, SQLITE_CHECKPOINT_PASSIVE);
}

void Checkpointer::rescue(Rescue how) {
    request(how == Rescue::cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE);
}

void Checkpointer::request(int mode) {
    busy_.store(true, std::memory_order_relaxed);
    if (!requests_.push(std::move(mode))) busy_.store(false, std::memory_order_relaxed);
}

void Checkpointer::run() {
    this_thread::set_name("checkpoint");
    this_thread::run_in_background();
    while (const auto mode = requests_.take()) {
        copy(database_, *mode);
        busy_.store(false, std::memory_order_release);
    }
}

void Checkpointer::copy_all() {
    // Impossible while an outside process is reading: then the log stays, which only costs space.
    sqlite3_busy_timeout(writer_.handle(), 250);
    copy(writer_, SQLITE_CHECKPOINT_TRUNCATE);
}

void Checkpointer::copy(Database& database, int mode) {
    if (sync_failure_.has_happened()) return;
    int frames = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(database.handle(), nullptr, mode, &frames, &copied);
    if (code == SQLITE_OK) frames_copied_.store(copied, std::memory_order_relaxed);
    checkpoints_.fetch_add(1, std::memory_order_relaxed);
    const bool others_hinder = (code & 0xFF) == SQLITE_BUSY;
    if (code == SQLITE_OK || others_hinder) return;
    const Failure failure = database.failure();
    if (failure.fault == Fault::failed_sync) {
        sync_failure_.report(failure.what);
    } else {
        events_.emit(observability::CheckpointFailed{failure.what});
    }
}

}  // namespace notifyd::storage::sqlite
