// The client's codec: frames are reassembled however the bytes are split, and sent as RFC 6455 specifies.
#include "websocket_codec.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd::bench;

namespace {

std::string server_frame(Opcode opcode, const std::string& payload) {
    std::string bytes(1, static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
    const std::size_t size = payload.size();
    if (size <= 125) {
        bytes += static_cast<char>(size);
    } else if (size <= 65'535) {
        bytes += '\x7E';
        bytes += static_cast<char>(size >> 8U);
        bytes += static_cast<char>(size & 0xFFU);
    } else {
        bytes += std::string("\x7F\0\0\0\0", 5);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes += static_cast<char>(size >> static_cast<unsigned>(shift) & 0xFFU);
        }
    }
    return bytes + payload;
}

}  // namespace

TEST_CASE("a server frame of every length form is partial until its last byte") {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 300U, 65'535U, 65'536U, 70'000U}) {
        const std::string payload(size, 'a');
        const std::string bytes = server_frame(Opcode::text, payload);
        ServerFrame frame;
        for (std::size_t cut = 0; cut < bytes.size(); cut += cut < 16 ? 1 : bytes.size() / 7 + 1) {
            CAPTURE(size, cut);
            CHECK(parse_server_frame(std::string_view(bytes).substr(0, cut), frame) == Parse::partial);
        }
        const std::string with_next = bytes + "next";
        REQUIRE(parse_server_frame(with_next, frame) == Parse::complete);
        CHECK(frame.opcode == Opcode::text);
        CHECK(frame.payload == payload);
        CHECK(frame.bytes == bytes.size());
    }
}

TEST_CASE("masked, fragmented and extended server frames are broken") {
    ServerFrame frame;
    CHECK(parse_server_frame("\x81\x81....x", frame) == Parse::broken);
    CHECK(parse_server_frame(std::string_view("\x01\x01x", 3), frame) == Parse::broken);
    CHECK(parse_server_frame(std::string_view("\xC1\x01x", 3), frame) == Parse::broken);
}

TEST_CASE("the header of a fragment is marked as such") {
    ServerFrameHeader header;
    REQUIRE(parse_server_frame_header(std::string_view("\x02\x7E\x01\x00", 4), header) == Parse::complete);
    CHECK(header.opcode == Opcode::binary);
    CHECK_FALSE(header.final);
    CHECK(header.bytes == 4);
    CHECK(header.payload_bytes == 256);
    CHECK(parse_server_frame_header("\x82\x7E\x01", header) == Parse::partial);
    CHECK(parse_server_frame_header("\x82\x7F\x01", header) == Parse::partial);
}

TEST_CASE("a client frame is masked, and unmasking restores the text") {
    for (const std::size_t size : {0U, 5U, 8U, 125U, 126U, 1'001U, 65'536U}) {
        CAPTURE(size);
        std::string text;
        for (std::size_t index = 0; index < size; ++index) {
            text += static_cast<char>('a' + index % 26);
        }
        std::string out = "before";
        append_client_frame(out, Opcode::text, text, 0x12345678U);
        out.erase(0, 6);
        const std::size_t header_bytes = size <= 125 ? 2 : size <= 65'535 ? 4 : 10;
        REQUIRE(out.size() == header_bytes + 4 + size);
        CHECK(out[0] == '\x81');
        CHECK((static_cast<unsigned char>(out[1]) & 0x80U) != 0);
        const std::string mask = out.substr(header_bytes, 4);
        std::string unmasked = out.substr(header_bytes + 4);
        for (std::size_t index = 0; index < size; ++index) {
            unmasked[index] = static_cast<char>(unmasked[index] ^ mask[index % 4]);
        }
        CHECK(unmasked == text);
    }
}

TEST_CASE("a close frame's code") {
    CHECK(close_code_of("") == 1005);
    CHECK(close_code_of(std::string_view("\x03\xF5too slow", 10)) == 1013);
}
