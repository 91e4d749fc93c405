// Reads, each in its own transaction.
#include "reader_pool.hpp"

#include "notifyd/core/this_thread.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/observability/events/storage.hpp"

#include <exception>

namespace notifyd::storage {

Error refusal_of(runtime::Handover verdict) {
    // Others are still served, so the asker should come back later, and operators need no alarm.
    if (verdict == runtime::Handover::share_used) {
        return {Errc::rate_limited, "Too many of your reads are waiting; wait for some answers and try again"};
    }
    return {Errc::unavailable, "The server cannot read this now; please try again"};
}

ReaderPool::ReaderPool(Engine& engine, std::size_t reads_waiting_max, observability::Events& events)
    : engine_(engine), events_(events), queue_(reads_waiting_max) {}

ReaderPool::~ReaderPool() {
    stop();
}

void ReaderPool::start() {
    for (std::size_t i = 0; i < Engine::reader_count; ++i) {
        threads_.emplace_back([this, &session = engine_.reader(i)] { run(session); });
    }
}

void ReaderPool::stop() {
    queue_.close();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

runtime::Handover ReaderPool::submit(ReadJob&& job) {
    const UserId asker = job.asker;
    return job.if_busy == IfBusy::wait ? queue_.push_always(asker, std::move(job)) : queue_.push(asker, std::move(job));
}

void ReaderPool::run(ReadSession& session) {
    this_thread::set_name("reader");
    while (auto job = queue_.take()) {
        job->owner->take(read(session, *job));
    }
}

runtime::Task ReaderPool::read(ReadSession& session, ReadJob& job) {
    runtime::Task answer;
    bool failed = !session.begin();
    if (!failed) {
        try {
            answer = job.read(&session.tables(), {});
        } catch (const std::exception& error) {
            events_.emit(observability::ExceptionCaught{"reader thread", error.what()});
        }
        failed = !session.end();
    }
    if (failed) {
        events_.emit(observability::StorageError{session.failure()});
        session.roll_back();
    }
    if (!answer) answer = job.read(nullptr, refusal_of(runtime::Handover::full));
    return answer;
}

}  // namespace notifyd::storage
