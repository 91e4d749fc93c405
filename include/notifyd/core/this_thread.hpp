// What the system is to know of the calling thread.
// Owns: nothing. Thread: the one it is about. Fails: never; where the kernel refuses, the thread is one like any other.
#pragma once

namespace notifyd::this_thread {

// As top -H and perf show it; at most 15 bytes.
void set_name(const char* name);

// On a busy core, the thread no longer preempts the running one when it wakes up (SCHED_BATCH, sched(7)), but gathers
// work until the core is free or its share is due.
void run_in_background();

}  // namespace notifyd::this_thread
