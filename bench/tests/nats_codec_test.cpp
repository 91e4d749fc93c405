// Messages of nats-server are found however the bytes are split, and malformed ones are rejected.
#include "dialects/nats_codec.hpp"

#include "cut_bytes.hpp"
#include "dialects/nats_client.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd::bench;

namespace {

using Cutter = MessageCutter<NatsMessage, parse_nats_message>;

std::string describe(const NatsMessage& message) {
    return std::to_string(static_cast<int>(message.kind)) + "|" + std::string(message.line) + "|" +
           std::string(message.payload);
}

}  // namespace

TEST_CASE("nats: messages and control lines are reassembled from pieces") {
    const std::string bytes =
        "INFO {\"headers\":true}\r\nPING\r\nMSG bench 1 5\r\nhel\r\n\r\nMSG a.b 12 _INBOX.9 0\r\n\r\n"
        "HMSG x 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\n+OK\r\n-ERR 'Slow Consumer'\r\nPONG\r\n";
    const std::vector<std::string> expected = {"1|INFO {\"headers\":true}|",
                                               "2|PING|",
                                               "0|MSG bench 1 5|hel\r\n",
                                               "0|MSG a.b 12 _INBOX.9 0|",
                                               "0|HMSG x 1 12 14|NATS/1.0\r\n\r\nhi",
                                               "4|+OK|",
                                               "5|-ERR 'Slow Consumer'|",
                                               "3|PONG|"};
    for (const auto& pieces : all_cuts_of(bytes)) {
        bool whole = false;
        CHECK(messages_of<Cutter>(pieces, whole, describe) == expected);
        CHECK(whole);
    }
}

TEST_CASE("nats: malformed input is broken") {
    NatsMessage message;
    for (const char* bytes : {"HELLO\r\n",
                              "MSG bench 1 x\r\n",
                              "MSG 5\r",
                              "MSG bench 1 3\r\nabcd\r\n",
                              "MSG bench 1 99999999999999999999\r\n",
                              "PING\rx"}) {
        CAPTURE(bytes);
        const Parse parsed = parse_nats_message(bytes, message);
        CHECK((parsed == Parse::broken || std::string_view(bytes) == "MSG 5\r"));
    }
    CHECK(parse_nats_message(std::string(70'000, 'M'), message) == Parse::broken);
}

TEST_CASE("nats: a publish with and without a reply subject") {
    CHECK(nats_publish("bench", "", "{}") == "PUB bench 2\r\n{}\r\n");
    CHECK(nats_publish("bench", "_INBOX.1", "{}") == "PUB bench _INBOX.1 2\r\n{}\r\n");
}
