// Blocks and fetches signals.
#include "signals.hpp"

#include <algorithm>
#include <signal.h>

namespace notifyd::app {

namespace {

sigset_t handled_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
    return set;
}

}  // namespace

void hold_signals() {
    const sigset_t signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // OpenSSL writes with write(2): a peer that has disconnected must not end the process.
    signal(SIGPIPE, SIG_IGN);
}

int wait_for_signal(std::chrono::nanoseconds time) {
    const sigset_t signals = handled_signals();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const timespec limit{static_cast<time_t>(seconds.count()), static_cast<long>((time - seconds).count())};
    return std::max(::sigtimedwait(&signals, nullptr, &limit), 0);
}

bool is_pending(int number) {
    sigset_t pending;
    return ::sigpending(&pending) == 0 && sigismember(&pending, number) == 1;
}

const char* name_if_stopping(int number) {
    switch (number) {
        case SIGTERM:
            return "SIGTERM";
        case SIGINT:
            return "SIGINT";
        case SIGQUIT:
            return "SIGQUIT";
    }
    return nullptr;
}

}  // namespace notifyd::app
