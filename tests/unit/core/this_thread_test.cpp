#include "notifyd/core/this_thread.hpp"

#include <catch2/catch.hpp>

#include <pthread.h>
#include <sched.h>
#include <thread>

TEST_CASE("a thread has its name and its background scheduling policy") {
    std::string name(16, '\0');
    int policy = -1;
    std::thread thread([&] {
        notifyd::this_thread::set_name("checkpoint");
        notifyd::this_thread::run_in_background();
        ::pthread_getname_np(::pthread_self(), name.data(), name.size());
        policy = ::sched_getscheduler(0);
    });
    thread.join();
    CHECK(name.c_str() == std::string("checkpoint"));
    CHECK(policy == SCHED_BATCH);
    CHECK(::sched_getscheduler(0) != SCHED_BATCH);
}
