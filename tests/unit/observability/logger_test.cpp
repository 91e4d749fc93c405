// The daemon's log, into a real file.
#include "notifyd/observability/logger.hpp"

#include "notifyd/observability/events.hpp"
#include "notifyd/observability/events/http.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/observability/events/storage.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace notifyd;
using namespace notifyd::observability;

namespace {

class LogFile {
  public:
    LogFile()
        : path_(std::filesystem::temp_directory_path() / ("notifyd-log-test-" + std::to_string(::getpid()) + ".log")) {}
    ~LogFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> all;
        std::ifstream file(path_);
        for (std::string line; std::getline(file, line);) all.push_back(line);
        return all;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a logger writes everything before it is destroyed") {
    const LogFile file;
    const SystemClock clock;
    {
        Logger logger(config::Log{LogLevel::info, config::LogFormat::automatic, file.path()});
        Events events(logger, clock);
        events.emit(ServerFailed{"bad \"thing\"\n{} %s"});
        events.emit(RetentionDeleted{3});
        events.emit(RequestServed{.status = 200});
        logger.set_level(LogLevel::debug);
        events.emit(RequestServed{.status = 204});
    }
    const auto lines = file.lines();
    REQUIRE(lines.size() == 3);
    CHECK_THAT(lines[0], Catch::StartsWith(R"({"timestamp":")"));
    CHECK_THAT(lines[0],
               Catch::EndsWith(R"("level":"error","event_type":"server_failed","what":"bad \"thing\"\n{} %s"})"));
    CHECK_THAT(lines[1], Catch::EndsWith(R"("event_type":"retention_deleted","rows":3,"what":"messages"})"));
    CHECK_THAT(lines[2], Catch::Contains(R"("status":204)"));
}

TEST_CASE("lines of several threads stay whole") {
    const LogFile file;
    const SystemClock clock;
    constexpr int threads = 4;
    constexpr int lines_each = 500;
    {
        Logger logger(config::Log{LogLevel::info, config::LogFormat::text, file.path()});
        Events events(logger, clock);
        std::vector<std::jthread> writers;
        for (int writer = 0; writer < threads; ++writer) {
            writers.emplace_back([&] {
                for (int line = 0; line < lines_each; ++line) events.emit(RetentionDeleted{line});
            });
        }
    }
    const auto lines = file.lines();
    CHECK(lines.size() == threads * lines_each);
    for (const std::string& line : lines) {
        if (line.find(" info  retention_deleted rows=") != 24) FAIL(line);
    }
}

TEST_CASE("a log file that cannot be opened is an error at start") {
    CHECK_THROWS_WITH(Logger(config::Log{LogLevel::info, config::LogFormat::json, "/proc/no/such/folder/x.log"}),
                      Catch::Contains("log.file cannot be opened"));
}

TEST_CASE("a log file that was moved away is reopened by its name") {
    const LogFile file;
    const std::filesystem::path moved = file.path().string() + ".1";
    const SystemClock clock;
    {
        Logger logger(config::Log{LogLevel::info, config::LogFormat::automatic, file.path()});
        Events events(logger, clock);
        events.emit(RetentionDeleted{1});
        while (file.lines().empty()) std::this_thread::yield();
        std::filesystem::rename(file.path(), moved);
        REQUIRE(logger.reopen().has_value());
        events.emit(RetentionDeleted{2});
        while (file.lines().empty()) std::this_thread::yield();
        // If it cannot be opened, logging continues in the open one.
        std::filesystem::rename(file.path(), moved);
        std::filesystem::create_directory(file.path());
        CHECK(logger.reopen().has_error());
        events.emit(RetentionDeleted{3});
    }
    std::filesystem::remove(file.path());
    std::filesystem::rename(moved, file.path());
    const auto lines = file.lines();
    REQUIRE(lines.size() == 2);
    CHECK_THAT(lines[0], Catch::Contains(R"("rows":2)"));
    CHECK_THAT(lines[1], Catch::Contains(R"("rows":3)"));
}

namespace {

// A named pipe as the log's file; nothing reads it except read_until.
class LogPipe {
  public:
    LogPipe() {
        REQUIRE(::mkfifo(file_.path().c_str(), 0600) == 0);
        reading_ = ::open(file_.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        REQUIRE(reading_ >= 0);
    }
    ~LogPipe() { ::close(reading_); }
    LogPipe(const LogPipe&) = delete;
    LogPipe& operator=(const LogPipe&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
    // Everything up to a line with this text, or to the end.
    [[nodiscard]] std::string read_until(std::string_view wanted) const {
        constexpr int limit_ms = 10'000;
        std::string all;
        std::vector<char> bytes(65'536);
        while (all.find(wanted) == std::string::npos) {
            ::pollfd ready{reading_, POLLIN, 0};
            if (::poll(&ready, 1, limit_ms) != 1) break;
            const ::ssize_t count = ::read(reading_, bytes.data(), bytes.size());
            if (count <= 0) break;
            all.append(bytes.data(), static_cast<std::size_t>(count));
        }
        return all;
    }

  private:
    LogFile file_;
    int reading_ = -1;
};

constexpr int more_lines_than_fit = 20'000;  // into the pipe and the logger's queue

}  // namespace

// It did when the writer thread waited in write(2) and the logger's destructor for the writer thread.
TEST_CASE("a reader that has stopped does not block the logger's destructor") {
    const LogPipe pipe;
    const SystemClock clock;
    {
        Logger logger(config::Log{LogLevel::info, config::LogFormat::json, pipe.path()});
        logger.set_patience(Milliseconds(1));
        Events events(logger, clock);
        for (int i = 0; i < more_lines_than_fit; ++i) events.emit(RetentionDeleted{i});
    }
    CHECK_THAT(pipe.read_until("never"), Catch::StartsWith("{\"timestamp\""));
}

TEST_CASE("a reader that continues learns how many lines were dropped") {
    const LogPipe pipe;
    const SystemClock clock;
    Logger logger(config::Log{LogLevel::info, config::LogFormat::json, pipe.path()});
    Events events(logger, clock);
    for (int i = 0; i < more_lines_than_fit; ++i) events.emit(RetentionDeleted{i});
    CHECK_THAT(pipe.read_until("log_lines_dropped"), Catch::Contains("log_lines_dropped"));
    logger.set_patience(Milliseconds(1));
}

TEST_CASE("a log file that was deleted is created again, with the mode it had") {
    const LogFile file;
    const SystemClock clock;
    Logger logger(config::Log{LogLevel::info, config::LogFormat::json, file.path()});
    Events events(logger, clock);
    REQUIRE(::chmod(file.path().c_str(), 0640) == 0);
    std::filesystem::remove(file.path());
    const auto limit = std::chrono::seconds(10);
    for (const SteadyTime begin = clock.steady_now(); clock.steady_now() - begin < limit;) {
        events.emit(RetentionDeleted{1});
        if (!file.lines().empty()) break;
        std::this_thread::yield();
    }
    CHECK_FALSE(file.lines().empty());
    CHECK((std::filesystem::status(file.path()).permissions() & std::filesystem::perms::mask) ==
          std::filesystem::perms{0640});
}
