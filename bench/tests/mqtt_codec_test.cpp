// MQTT packets are sent as the standard specifies, and received however the bytes are split.
#include "dialects/mqtt_codec.hpp"

#include "cut_bytes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace notifyd::bench;

namespace {

using Cutter = MessageCutter<MqttPacket, parse_mqtt_packet>;

std::string describe(const MqttPacket& packet) {
    return std::to_string(static_cast<int>(packet.kind)) + "|" + std::string(mqtt_payload(packet).value_or("none"));
}

}  // namespace

TEST_CASE("mqtt: packets of every length form are reassembled from pieces") {
    constexpr std::string_view connack("\x20\x02\x00\x00", 4);
    constexpr std::string_view suback("\x90\x03\x00\x01\x00", 5);
    std::string bytes(connack);
    bytes.append(suback);
    std::vector<std::string> expected = {"2|none", "9|none"};
    for (const std::size_t size : {0U, 1U, 118U, 119U, 500U}) {
        const std::string payload(size, 'p');
        bytes.append(mqtt_publish("bench", payload));
        expected.push_back("3|" + payload);
    }
    for (const auto& pieces : all_cuts_of(bytes)) {
        bool whole = false;
        CHECK(messages_of<Cutter>(pieces, whole, describe) == expected);
        CHECK(whole);
    }
}

TEST_CASE("mqtt: the length of a long packet has three bytes") {
    const std::string bytes = mqtt_publish("t", std::string(20'000, 'p'));
    MqttPacket packet;
    REQUIRE(parse_mqtt_packet(bytes, packet) == Parse::complete);
    CHECK(packet.bytes == bytes.size());
    CHECK(bytes.size() == 1 + 3 + 2 + 1 + 20'000);
    CHECK(parse_mqtt_packet(std::string_view(bytes).substr(0, 3), packet) == Parse::partial);
}

TEST_CASE("mqtt: a client's packets follow the standard") {
    CHECK(mqtt_connect() == std::string("\x10\x0C\x00\x04MQTT\x04\x02\x00\x00\x00\x00", 14));
    CHECK(mqtt_subscribe("ab") == std::string("\x82\x07\x00\x01\x00\x02"
                                              "ab\x00",
                                              9));
    CHECK(mqtt_publish("ab", "hi") == std::string("\x30\x06\x00\x02"
                                                  "abhi",
                                                  8));
}

TEST_CASE("mqtt: unterminated lengths are broken, and other packets have no payload") {
    MqttPacket packet;
    CHECK(parse_mqtt_packet("\x30\xFF\xFF\xFF\xFF\x01", packet) == Parse::broken);
    REQUIRE(parse_mqtt_packet(std::string_view("\x32\x05\x00\x01t\x00\x07", 7), packet) == Parse::complete);
    CHECK_FALSE(mqtt_payload(packet));  // quality of service 1
    REQUIRE(parse_mqtt_packet(std::string_view("\x30\x03\x00\x09t", 5), packet) == Parse::complete);
    CHECK_FALSE(mqtt_payload(packet));  // a topic longer than the packet
}
