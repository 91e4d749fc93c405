// While a large batch is being read, the loop does other work.
#include "endpoints/read_batch.hpp"

#include "notifyd/core/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <exception>
#include <functional>
#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::gateway;

namespace {

constexpr std::size_t message_bytes_max = 256 * 1024;

std::string batch(std::size_t content_bytes, int count) {
    const std::string content(content_bytes, 'x');
    const std::string entry = R"({"targetChannel":"WebSocket","payload":{"chatId":"c","content":")" + content + "\"}}";
    std::string text = R"({"messages":[)";
    for (int i = 0; i < count; ++i) text.append(i == 0 ? "" : ",").append(entry);
    return text + "]}";
}

// A loop on which batches are read while other work is always ready.
class Reading {
  public:
    // `ended` is called when the batch has been read.
    void start(const std::string& body, std::function<void(std::size_t messages)> ended) {
        ++running_;
        auto read = [this, &body, ended = std::move(ended)]() -> Awaitable<void> {
            const wire::JsonLimits json_limits;
            const Result<wire::BatchReader::Messages> messages =
                co_await read_batch(body, json_limits, message_bytes_max, loop_, large_batches_);
            ended(messages ? messages->size() : 0);
            if (--running_ == 0) loop_.stop();
        };
        asio::co_spawn(loop_.executor(), std::move(read), [](const std::exception_ptr& error) {
            if (error) std::rethrow_exception(error);
        });
    }

    // Runs until all have been read.
    void run() {
        asio::post(loop_.executor(), [this] { tick(); });
        loop_.run();
    }

    [[nodiscard]] std::size_t ticks() const { return ticks_; }

  private:
    // One handler among those of the loop, which is ready again at once.
    void tick() {
        ++ticks_;
        asio::post(loop_.executor(), [this] { tick(); });
    }

    runtime::EventLoop loop_{0, 16};
    runtime::Turnstile large_batches_{loop_.executor()};
    std::size_t running_ = 0;
    std::size_t ticks_ = 0;
};

}  // namespace

TEST_CASE("other work runs between the entries of a large batch") {
    const std::string body = batch(40'000, 100);
    std::size_t messages = 0;
    Reading reading;
    reading.start(body, [&messages](std::size_t count) { messages = count; });
    reading.run();
    CHECK(messages == 100);
    // At least once for each entry, and for each piece of the text that is checked.
    CHECK(reading.ticks() >= 100 + body.size() / wire::BatchReader::step_bytes);
}

TEST_CASE("a small batch is read at once") {
    const std::string body = batch(10, 100);
    REQUIRE(body.size() < limits::free_body_bytes);
    std::size_t messages = 0;
    Reading reading;
    reading.start(body, [&messages](std::size_t count) { messages = count; });
    reading.run();
    CHECK(messages == 100);
    CHECK(reading.ticks() <= 1);
}

TEST_CASE("large batches are read one after the other, without delaying a small one") {
    const std::string large = batch(40'000, 10);
    const std::string small = batch(10, 3);
    std::vector<std::string> ends;
    Reading reading;
    reading.start(large, [&ends](std::size_t) { ends.emplace_back("first"); });
    reading.start(large, [&ends](std::size_t) { ends.emplace_back("second"); });
    reading.start(large, [&ends](std::size_t) { ends.emplace_back("third"); });
    reading.start(small, [&ends](std::size_t) { ends.emplace_back("small"); });
    reading.run();
    CHECK(ends == std::vector<std::string>{"small", "first", "second", "third"});
    // None of them was read at the same time as another: each has its own steps.
    CHECK(reading.ticks() >= 3 * (large.size() / wire::BatchReader::step_bytes));
}
