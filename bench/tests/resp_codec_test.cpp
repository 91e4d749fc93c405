// Replies of redis-server are reassembled however the bytes are split; commands have the format that it expects.
#include "dialects/resp_codec.hpp"

#include "cut_bytes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd::bench;

namespace {

using Cutter = MessageCutter<RespReply, parse_resp_reply>;

std::string describe(const RespReply& reply) {
    return std::to_string(static_cast<int>(reply.kind)) + "|" + std::string(reply.text);
}

}  // namespace

TEST_CASE("resp: replies are reassembled from pieces") {
    const std::string bytes = "$15\r\n1700000000000-0\r\n-ERR wrong\r\n+OK\r\n:12\r\n$-1\r\n$0\r\n\r\n$4\r\na\r\nb\r\n";
    const std::vector<std::string> expected = {
        "0|1700000000000-0", "1|ERR wrong", "0|OK", "2|12", "3|", "0|", "0|a\r\nb"};
    for (const auto& pieces : all_cuts_of(bytes)) {
        bool whole = false;
        CHECK(messages_of<Cutter>(pieces, whole, describe) == expected);
        CHECK(whole);
    }
}

TEST_CASE("resp: malformed input is broken") {
    RespReply reply;
    for (const char* bytes : {"\r\n", "*1\r\n", "$x\r\n", "$-2\r\n", "$1\r\nabc", "$99999999999\r\n"}) {
        CAPTURE(bytes);
        CHECK(parse_resp_reply(bytes, reply) == Parse::broken);
    }
    CHECK(parse_resp_reply(std::string(70'000, '+'), reply) == Parse::broken);
}

TEST_CASE("resp: a command contains the length of each word") {
    CHECK(resp_command({"XADD", "bench", "*"}) == "*3\r\n$4\r\nXADD\r\n$5\r\nbench\r\n$1\r\n*\r\n");
}
