// The command line: which options are accepted, and which are rejected with a message.
#include "options.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd::bench;

namespace {

Options parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "notifyd_bench");
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("options: choices, numbers and texts are accepted") {
    const Options options = parse({"fanout",
                                   "--port",
                                   "9000",
                                   "--protocol",
                                   "mqtt",
                                   "--chats",
                                   "3",
                                   "--chat",
                                   "room",
                                   "--publisher",
                                   "member",
                                   "--tls",
                                   "on"});
    CHECK(options.workload == Workload::fanout);
    CHECK(options.port == 9000);
    CHECK(options.protocol == Protocol::mqtt);
    CHECK(options.publisher == PublisherKind::member);
    CHECK(options.tls == Switch::on);
    CHECK(options.chat_names() == std::vector<std::string>{"room-0", "room-1", "room-2"});
    CHECK(options.in_flight_until() == InFlight::delivered);
    CHECK(parse({"fanout", "--port", "1"}).in_flight_until() == InFlight::answered);
    CHECK(parse({"fanout", "--port", "1"}).chat_names() == std::vector<std::string>{"bench"});
}

TEST_CASE("options: contradictory options are rejected") {
    const std::vector<std::vector<const char*>> wrong = {
        {"fly", "--port", "1"},
        {"fanout"},
        {"fanout", "--port"},
        {"fanout", "--port", "0"},
        {"fanout", "--port", "65536"},
        {"fanout", "--port", "1", "--window", "1x"},
        {"fanout", "--port", "1", "--wind", "1"},
        {"fanout", "--port", "1", "--protocol", "redis"},
        {"fanout", "--port", "1", "--protocol", "nats", "--in-flight", "answered"},
        {"fanout", "--port", "1", "--protocol", "nats", "--type", "fifo"},
        {"publish", "--port", "1", "--protocol", "nchan"},
        {"publish", "--port", "1", "--transport", "http", "--window", "2"},
        {"connect", "--port", "1", "--protocol", "nats"},
        {"idle", "--port", "1"},
    };
    for (const auto& arguments : wrong) {
        CAPTURE(arguments);
        CHECK_THROWS_AS(parse(arguments), UsageError);
    }
}

TEST_CASE("options: only notifyd has presence") {
    CHECK(parse({"presence", "--port", "9000", "--connections", "5000"}).workload == Workload::presence);
    CHECK_THROWS_AS(parse({"presence", "--port", "9000", "--protocol", "plain"}), UsageError);
}
