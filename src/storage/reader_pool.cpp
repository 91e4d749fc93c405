// Reads, each in its own transaction.
#include "reader_pool.hpp"

#include "notifyd/core/this_thread.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/observability/events/storage.hpp"

#include "pragmas.hpp"

#include <exception>

namespace notifyd::storage {

Error refusal_of(runtime::Handover verdict) {
    // Others are still served, so the asker should come back later, and operators need no alarm.
    if (verdict == runtime::Handover::share_used) {
        return {Errc::rate_limited, "Too many of your reads are waiting; wait for some answers and try again"};
    }
    return {Errc::unavailable, "The server cannot read this now; please try again"};
}

ReaderPool::ReaderPool(std::size_t reads_waiting_max, observability::Events& events)
    : events_(events), queue_(reads_waiting_max) {}

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

runtime::Handover ReaderPool::submit(ReadJob&& job) {
    const UserId asker = job.asker;
    return job.if_busy == IfBusy::wait ? queue_.push_always(asker, std::move(job)) : queue_.push(asker, std::move(job));
}

void ReaderPool::run(Reader& reader) {
    this_thread::set_name("reader");
    while (auto job = queue_.take()) {
        job->owner->take(read(reader, *job));
    }
}

runtime::Task ReaderPool::read(Reader& reader, ReadJob& job) {
    runtime::Task answer;
    bool failed = !reader.tables->transactions.begin_read();
    if (!failed) {
        try {
            answer = job.read(reader.tables.get(), {});
        } catch (const std::exception& error) {
            events_.emit(observability::ExceptionCaught{"reader thread", error.what()});
        }
        failed = reader.database.has_failed() || !reader.tables->transactions.commit();
    }
    if (failed) {
        events_.emit(observability::StorageError{reader.database.last_error()});
        reader.tables->transactions.roll_back();
    }
    if (!answer) answer = job.read(nullptr, refusal_of(runtime::Handover::full));
    return answer;
}

}  // namespace notifyd::storage
