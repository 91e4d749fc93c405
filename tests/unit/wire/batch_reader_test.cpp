// Reading a batch in steps: the result is the same as at once, and no step does much.
#include "notifyd/wire/batch_reader.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace notifyd;
using wire::BatchReader;
using wire::JsonLimits;

namespace {

constexpr std::size_t message_bytes_max = 256 * 1024;

std::string entry(std::string_view content) {
    return R"({"targetChannel":"WebSocket","payload":{"chatId":"c","content":)" + std::string(content) + "}}";
}

std::string batch(std::string_view one_entry, int count) {
    std::string text = R"({"messages":[)";
    for (int i = 0; i < count; ++i) text.append(i == 0 ? "" : ",").append(one_entry);
    return text + "]}";
}

// An object of this many keys, or other text made of numbered pieces.
std::string repeated(std::string_view before, std::string_view after, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text.append(i == 0 ? "" : ",").append(before).append(std::to_string(i)).append(after);
    }
    return text;
}

struct Outcome {
    std::size_t steps = 0;
    Result<BatchReader::Messages> messages = Error{};
};

Outcome read(std::string_view body) {
    Outcome outcome;
    BatchReader reader(body, JsonLimits{}, message_bytes_max);
    do {
        ++outcome.steps;
    } while (reader.step());
    outcome.messages = reader.take();
    return outcome;
}

std::string error_of(std::string_view body) {
    const Outcome outcome = read(body);
    REQUIRE(outcome.messages.has_error());
    return outcome.messages.error().message;
}

}  // namespace

TEST_CASE("a large batch takes many steps, and a small one few") {
    const std::string content = '"' + std::string(40'000, 'x') + '"';
    const std::string body = batch(entry(content), 100);
    const Outcome outcome = read(body);
    REQUIRE(outcome.messages.has_value());
    CHECK(outcome.messages->size() == 100);
    for (const auto& message : *outcome.messages) CHECK(message.has_value());
    // The pieces of the check, and one step for each entry.
    CHECK(outcome.steps >= body.size() / BatchReader::step_bytes + 100);
    CHECK(read(batch(entry("1"), 100)).steps <= 3);
}

TEST_CASE("a batch is read as it was written, wherever the boundaries of the steps fall") {
    // Escapes, numbers, multi-byte characters and keys are at every distance from a boundary.
    for (int shift = 0; shift < 40; ++shift) {
        const std::string padding(BatchReader::step_bytes - 100 + static_cast<std::size_t>(shift), ' ');
        const std::string content = R"({"k\u00e9y\n":-12.5e3,"\ud83d\ude00":"é😀\"","t":[true,null]})";
        const Outcome outcome = read(padding + batch(entry(content), 2) + padding);
        REQUIRE(outcome.messages.has_value());
        REQUIRE(outcome.messages->size() == 2);
        for (const auto& message : *outcome.messages) {
            REQUIRE(message.has_value());
            CHECK(message->payload_fields == "\"content\":" + content);
        }
    }
}

TEST_CASE("an object of any number of keys is checked key by key") {
    const std::string keys = repeated("\"k", "\":1", 100'000);
    const auto outcome = read(R"({"other":{)" + keys + R"(},"messages":[)" + entry("1") + "]}");
    REQUIRE(outcome.messages.has_value());
    CHECK(outcome.messages->size() == 1);
    for (const char* again : {"k0", "k4095", "k4096", "k99999", "\\u006b7"}) {
        CHECK(error_of(R"({"other":{)" + keys + ",\"" + again + R"(":1},"messages":[]})") ==
              "Request body is not valid JSON: an object has a duplicate key");
    }
    // The same keys in two nested objects are not duplicates.
    const std::string inner = R"("inner":{)" + keys + '}';
    CHECK(read(R"({"other":{)" + keys + ',' + inner + R"(},"messages":[)" + entry("1") + "]}").messages.has_value());
    const std::string escaped = repeated("\"\\n", "\":1", 5'000);
    CHECK(read(R"({"other":{)" + escaped + R"(},"messages":[)" + entry("1") + "]}").messages.has_value());
    CHECK(error_of(R"({"other":{)" + escaped + R"(,"\u000a4999":1},"messages":[]})") ==
          "Request body is not valid JSON: an object has a duplicate key");
}

TEST_CASE("a fault anywhere refuses the whole batch, however late it comes") {
    const std::string good = batch(entry('"' + std::string(1'000, 'x') + '"'), 100);
    CHECK(error_of(good + "}") == "Request body is not valid JSON");
    CHECK(error_of(good.substr(0, good.size() - 1)) == "Request body is not valid JSON");
    CHECK(error_of("") == "Request body is not valid JSON");
    CHECK(error_of(std::string(100'000, ' ')) == "Request body is not valid JSON");
    CHECK(error_of(good + std::string(100'000, ' ') + "x") == "Request body is not valid JSON");
    CHECK(read(good + std::string(100'000, ' ')).messages.has_value());
    CHECK(error_of(batch(entry("1"), 101)) == "messages must be an array of 1 to 100 messages");
    CHECK(error_of(R"({"messages":[]})") == "messages must be an array of 1 to 100 messages");
    CHECK(error_of(R"({"messages":7})") == "messages must be an array of 1 to 100 messages");
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    CHECK(error_of(deep) == "Request body is not valid JSON: it is nested too deeply");
}
