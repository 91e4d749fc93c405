// The daemon's log, into a real file.
#include "notifyd/observability/logger.hpp"

#include "notifyd/observability/events.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
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

TEST_CASE("a logger has written everything when it is gone") {
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

TEST_CASE("a log file that was moved away is opened again by its name") {
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
        // Where it cannot be opened, the open one is written on.
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
