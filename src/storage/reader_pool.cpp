// Reads, each in a transaction of its own.
#include "reader_pool.hpp"

#include "notifyd/core/this_thread.hpp"

#include "pragmas.hpp"

#include <exception>

namespace notifyd::storage {

ReaderPool::ReaderPool(std::size_t reads_waiting_max, observability::Events& events)
    : reads_waiting_max_(reads_waiting_max), events_(events) {}

ReaderPool::~ReaderPool() {
    stop();
}

bool ReaderPool::open(const std::string& path, History history, std::string& error) {
    for (std::size_t i = 0; i < thread_count; ++i) {
        auto reader = std::make_unique<Reader>();
        if (!reader->database.open(path, Database::Access::read_only) || !configure_reader(reader->database)) {
            error = reader->database.last_error();
            return false;
        }
        reader->tables = std::make_unique<ReadTables>(reader->database, history, events_);
        error = reader->database.prepare_error();
        if (!error.empty()) return false;
        readers_.push_back(std::move(reader));
    }
    return true;
}

void ReaderPool::start() {
    for (const auto& reader : readers_) {
        reader->thread = std::thread([this, &own = *reader] { run(own); });
    }
}

void ReaderPool::stop() {
    queue_.close();
    for (const auto& reader : readers_) {
        if (reader->thread.joinable()) reader->thread.join();
    }
}

bool ReaderPool::submit(ReadJob&& job) {
    if (waiting_.fetch_add(1, std::memory_order_relaxed) < reads_waiting_max_ && queue_.push(std::move(job))) {
        return true;
    }
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void ReaderPool::run(Reader& reader) {
    this_thread::set_name("reader");
    while (auto job = queue_.take()) {
        waiting_.fetch_sub(1, std::memory_order_relaxed);
        job->owner->take(read(reader, *job));
    }
}

runtime::Task ReaderPool::read(Reader& reader, ReadJob& job) {
    runtime::Task answer;
    bool failed = !reader.tables->transactions.begin_read();
    if (!failed) {
        try {
            answer = job.read(reader.tables.get());
        } catch (const std::exception& error) {
            events_.emit(observability::ExceptionCaught{"reader thread", error.what()});
        }
        failed = reader.database.has_failed() || !reader.tables->transactions.commit();
    }
    if (failed) {
        events_.emit(observability::StorageError{reader.database.last_error()});
        reader.tables->transactions.roll_back();
    }
    if (!answer) answer = job.read(nullptr);
    return answer;
}

}  // namespace notifyd::storage
