// Assembles the parts of the storage around an engine.
#include "notifyd/storage/storage.hpp"

#include "admission.hpp"
#include "change_listeners.hpp"
#include "commit_thread.hpp"
#include "loop_client.hpp"
#include "reader_pool.hpp"

#include <atomic>
#include <utility>

namespace notifyd::storage {

// In the order of construction.
class Storage::Parts {
  public:
    Parts(std::unique_ptr<Engine> opened, StorageOptions options, const Clock& clock, observability::Events& sink)
        : engine(std::move(opened)),
          events(sink),
          listeners(std::move(options.on_permission_changed), std::move(options.on_block_changed), sink),
          admission(options.queue_length, options.queue_bytes_max),
          commits(engine->writer(),
                  admission,
                  {options.probe_interval, options.watch_interval, options.retry_pauses},
                  clock,
                  sink),
          readers(*engine, options.reads_waiting_max, sink) {}

    void stop() {
        commits.stop();
        readers.stop();
        engine->stop();
    }

    const std::unique_ptr<Engine> engine;
    observability::Events& events;
    const ChangeListeners listeners;
    std::atomic<std::size_t> loops = 0;
    Admission admission;
    CommitThread commits;
    ReaderPool readers;
    bool stopped = false;
};

Storage::Storage(std::unique_ptr<Engine> engine,
                 StorageOptions options,
                 const Clock& clock,
                 observability::Events& events)
    : parts_(std::make_unique<Parts>(std::move(engine), std::move(options), clock, events)) {}

Storage::~Storage() {
    stop();
}

const Engine& Storage::engine() const {
    return *parts_->engine;
}

std::unique_ptr<StorageClient> Storage::client(runtime::EventLoop& loop) {
    parts_->loops.fetch_add(1, std::memory_order_relaxed);
    const SharedByLoops shared{parts_->loops, parts_->admission, parts_->commits, parts_->readers, parts_->events};
    return std::make_unique<LoopClient>(loop, shared, parts_->engine->epoch(), parts_->listeners);
}

void Storage::start(ports::CommitListener& listener) {
    parts_->engine->start();
    parts_->readers.start();
    parts_->commits.start(listener);
}

void Storage::stop() {
    if (!std::exchange(parts_->stopped, true)) parts_->stop();
}

bool Storage::writable() const {
    return parts_->commits.writable();
}

StorageStats Storage::stats() const {
    StorageStats stats;
    stats.commits = parts_->commits.commits();
    stats.commits_failed = parts_->commits.commits_failed();
    stats.rows = parts_->commits.rows();
    stats.requests_waiting = parts_->admission.requests();
    stats.bytes_waiting = parts_->admission.bytes();
    stats.reads_waiting = parts_->readers.waiting();
    return stats;
}

}  // namespace notifyd::storage
