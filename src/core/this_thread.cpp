// Thread settings on Linux.
#include "notifyd/core/this_thread.hpp"

#include <pthread.h>
#include <sched.h>

namespace notifyd::this_thread {

void set_name(const char* name) {
    static_cast<void>(::pthread_setname_np(::pthread_self(), name));
}

void run_in_background() {
    const sched_param none{};
    static_cast<void>(::sched_setscheduler(0, SCHED_BATCH, &none));
}

}  // namespace notifyd::this_thread
