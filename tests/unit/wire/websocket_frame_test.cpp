#include "notifyd/wire/websocket_frame.hpp"

#include "support/frame_text.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

std::vector<unsigned> head_of(std::size_t payload, std::size_t bytes) {
    const std::string text(payload, 'x');
    const std::array<std::string_view, 1> pieces{text};
    const FramePtr frame = make_websocket_frame(Opcode::text, pieces);
    REQUIRE(frame->size() == payload + bytes);
    CHECK(testing::frame_text(frame) == text);
    std::vector<unsigned> head;
    for (std::size_t i = 0; i < bytes; ++i) head.push_back(static_cast<unsigned char>(frame->data()[i]));
    return head;
}

}  // namespace

TEST_CASE("a frame's length is encoded in the shortest of the three forms") {
    using Head = std::vector<unsigned>;
    CHECK(head_of(0, 2) == Head{0x81, 0});
    CHECK(head_of(1, 2) == Head{0x81, 1});
    CHECK(head_of(125, 2) == Head{0x81, 125});
    CHECK(head_of(126, 4) == Head{0x81, 126, 0, 126});
    CHECK(head_of(65'535, 4) == Head{0x81, 126, 0xFF, 0xFF});
    CHECK(head_of(65'536, 10) == Head{0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0});
}

TEST_CASE("a frame joins its pieces") {
    const std::array<std::string_view, 4> pieces{"{\"a\":1", "", ",\"b\":2", "}"};
    const FramePtr frame = make_websocket_frame(Opcode::text, pieces);
    CHECK(testing::frame_text(frame) == R"({"a":1,"b":2})");
}

TEST_CASE("control frames have their opcodes") {
    CHECK(make_websocket_frame(Opcode::ping, {})->view() == std::string_view("\x89\0", 2));
    const std::array<std::string_view, 1> code{"\x03\xE9"};
    CHECK(make_websocket_frame(Opcode::close, code)->view() == "\x88\x02\x03\xE9");
}

}  // namespace notifyd::wire
