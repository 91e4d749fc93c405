// What follows from failures and lost files.
#include "writer.hpp"

#include "notifyd/observability/events/storage.hpp"

namespace notifyd::storage::sqlite {

void Writer::judge_failure() {
    const Failure& failure = batches_.failure();
    switch (failure.fault) {
        case Fault::failed_sync:
            sync_failure_.report(failure.what);
            break;
        case Fault::corrupt:
            corrupt_.store(true, std::memory_order_relaxed);
            events_.emit(observability::StorageError{failure.what + ": nothing is written any more"});
            break;
        case Fault::passing:
        case Fault::refused:
            break;
    }
}

void Writer::rescue() {
    switch (files_.rescue()) {
        case FileWatch::Rescue::copy:
            checkpointer_.rescue(Checkpointer::Rescue::copy);
            break;
        case FileWatch::Rescue::cut:
            checkpointer_.rescue(Checkpointer::Rescue::cut);
            break;
        case FileWatch::Rescue::none:
            break;
    }
}

}  // namespace notifyd::storage::sqlite
