// Settings of the calling thread. If the kernel refuses one, the thread keeps its default.
#pragma once

namespace notifyd::this_thread {

// The name that top -H and perf show; at most 15 bytes.
void set_name(const char* name);

// SCHED_BATCH (sched(7)): when this thread wakes up on a busy core, it does not preempt the running thread, but lets
// work accumulate until the core is free or its time slice is due.
void run_in_background();

}  // namespace notifyd::this_thread
