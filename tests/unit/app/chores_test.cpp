// What the main thread does while the loops serve: recurring tasks, reminders, the watchdog.
#include "notifyd/observability/recording_sink.hpp"

#include "periodic_timer.hpp"
#include "pulse.hpp"
#include "reminder.hpp"
#include "supervisor.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstring>
#include <semaphore>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace notifyd;
using namespace notifyd::app;
using namespace std::chrono_literals;

namespace {

class HandClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override { return time.count(); }
    [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime(time); }

    Milliseconds time = 1000h;
};

config::Config insecure() {
    config::Config config;
    config.auth.hs256_secret = config::Secret(std::string(32, 'k'));
    config.auth.algorithms = {config::Algorithm::hs256};
    config.server.allowed_origins = {"https://app.example.com"};
    return config;
}

// The socket on which a supervisor listens.
class Listener {
  public:
    // `name` starts with '@' for an address in the abstract namespace.
    explicit Listener(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.front() == '@') address.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() { ::close(socket_); }

    // The next message; empty if nothing was sent.
    [[nodiscard]] std::string next() const {
        std::array<char, 256> buffer{};
        const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }

  private:
    int socket_;
};

}  // namespace

TEST_CASE("a periodic timer is due once per interval, however late it is polled") {
    const SteadyTime start(100h);
    PeriodicTimer hourly(1h, start);
    CHECK(hourly.is_due(start));
    CHECK_FALSE(hourly.is_due(start + 59min));
    CHECK(hourly.next() == start + 1h);
    CHECK(hourly.is_due(start + 5h));
    CHECK_FALSE(hourly.is_due(start + 5h + 59min));
    CHECK(hourly.is_due(start + 6h));
}

TEST_CASE("insecure settings are reported at the start, every hour and after a reload") {
    HandClock clock;
    observability::RecordingSink log;
    observability::Events events(log, clock);
    Reminder reminder(events, clock);
    const config::Config config = insecure();
    const auto said = [&] { return log.count("config_warning"); };
    reminder.poll(config, std::nullopt);
    REQUIRE(said() == 1);
    for (int minute = 0; minute < 59; ++minute) {
        clock.time += 1min;
        reminder.poll(config, std::nullopt);
    }
    CHECK(said() == 1);
    clock.time += 1min;
    reminder.poll(config, std::nullopt);
    CHECK(said() == 2);
    clock.time += 30min;
    reminder.restart(config, std::nullopt);
    CHECK(said() == 3);
    clock.time += 30min;
    reminder.poll(config, std::nullopt);
    CHECK(said() == 3);
    CHECK(log.lines().back().level == config::LogLevel::warn);
}

TEST_CASE("an expiring certificate is reported in its last 14 days and afterwards") {
    HandClock clock;
    observability::RecordingSink log;
    observability::Events events(log, clock);
    Reminder reminder(events, clock);
    const auto days_said = [&](Milliseconds left) -> std::int64_t {
        const std::size_t before = log.count("certificate_expires");
        reminder.restart(config::Config(), (clock.time + left).count());
        if (log.count("certificate_expires") == before) return 1000;
        return std::get<std::int64_t>(log.lines().back().fields.at("days"));
    };
    CHECK(days_said(15 * 24h) == 1000);
    CHECK(days_said(14 * 24h) == 14);
    CHECK(days_said(1h) == 0);
    CHECK(days_said(-1h) == -1);
}

TEST_CASE("the supervisor receives the notifications that it asked for") {
    const std::string name = GENERATE(std::string("@notifyd-test-"), std::string("/tmp/notifyd-test-"));
    const std::string address = name + std::to_string(::getpid());
    {
        const Listener listener(address);
        const Supervisor supervisor({{"NOTIFY_SOCKET", address}, {"WATCHDOG_USEC", "30000000"}});
        CHECK(supervisor.watchdog() == 30s);
        CHECK(listener.next().empty());
        supervisor.ready();
        CHECK(listener.next() == "READY=1");
        supervisor.reloading(SteadyTime(2s));
        CHECK(listener.next() == "RELOADING=1\nMONOTONIC_USEC=2000000");
        supervisor.alive();
        CHECK(listener.next() == "WATCHDOG=1");
        supervisor.stopping();
        CHECK(listener.next() == "STOPPING=1");
    }
    ::unlink(address.c_str());
}

TEST_CASE("nothing is sent without a supervisor, or to another process's watchdog") {
    const Supervisor alone({});
    alone.ready();
    CHECK_FALSE(alone.watchdog());
    CHECK_FALSE(Supervisor({{"WATCHDOG_USEC", "1000000"}, {"WATCHDOG_PID", "1"}}, 2).watchdog());
    CHECK(Supervisor({{"WATCHDOG_USEC", "1000000"}, {"WATCHDOG_PID", "2"}}, 2).watchdog() == 1s);
    CHECK_FALSE(Supervisor(config::Environment{{"WATCHDOG_USEC", "soon"}}).watchdog());
}

TEST_CASE("the pulse beats while every loop responds, and stops when one is stuck") {
    runtime::EventLoop one(0, 10);
    runtime::EventLoop other(1, 10);
    Pulse pulse;
    pulse.add(one);
    pulse.add(other);
    std::jthread first([&] { one.run(); });
    std::jthread second([&] { other.run(); });
    const auto all_answered = [&] {
        std::binary_semaphore done(0);
        for (runtime::EventLoop* loop : {&one, &other}) {
            REQUIRE(loop->post_control([&] { done.release(); }));
            REQUIRE(done.try_acquire_for(10s));
        }
    };
    CHECK(pulse.beat());
    all_answered();
    CHECK(pulse.beat());
    all_answered();

    std::binary_semaphore stuck(0);
    std::binary_semaphore go_on(0);
    REQUIRE(other.post_control([&] {
        stuck.release();
        go_on.acquire();
    }));
    stuck.acquire();
    CHECK(pulse.beat());  // posts the first tasks
    CHECK_FALSE(pulse.beat());
    CHECK_FALSE(pulse.beat());
    go_on.release();
    all_answered();
    CHECK(pulse.beat());
    all_answered();
    one.stop();
    other.stop();
}
