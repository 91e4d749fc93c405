// Which frames count against a connection, however the bytes are split.
#include "stream/frame_meter.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using notifyd::SteadyTime;
using notifyd::gateway::FrameMeter;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t text = 0x81;
constexpr std::uint8_t text_begin = 0x01;
constexpr std::uint8_t piece = 0x00;
constexpr std::uint8_t last_piece = 0x80;
constexpr std::uint8_t ping = 0x89;
constexpr std::uint8_t pong = 0x8A;

// Masked, as from a client.
Bytes frame(std::uint8_t first, std::size_t length) {
    Bytes bytes{first};
    if (length < 126) {
        bytes.push_back(static_cast<std::uint8_t>(0x80U | length));
    } else if (length < 65'536) {
        bytes.insert(bytes.end(), {0xFE, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)});
    } else {
        bytes.push_back(0xFF);
        for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(length >> shift));
    }
    bytes.insert(bytes.end(), 4, 0x55);
    bytes.insert(bytes.end(), length, 0x89);  // looks like pings to a reader that has lost its place
    return bytes;
}

// How many of the frames are accepted before the meter refuses; 0: all of them.
std::size_t taken(const Bytes& each, std::size_t count) {
    FrameMeter meter;
    for (std::size_t i = 0; i < count; ++i) {
        if (!meter.take(each, SteadyTime{} + 1h)) return i;
    }
    return 0;
}

}  // namespace

TEST_CASE("small frames are accepted up to the burst, messages and large fragments without limit") {
    const std::size_t burst = notifyd::limits::small_frames_burst;
    const std::size_t many = 2 * burst;
    CHECK(taken(frame(ping, 0), many) == burst);
    CHECK(taken(frame(pong, 125), many) == burst);
    CHECK(taken(frame(piece, 0), many) == burst);
    CHECK(taken(frame(piece, 1), many) == burst);
    // As many as there are messages, which have a limit of their own: a client may split each in two.
    CHECK(taken(frame(text_begin, 0), many) == 0);
    CHECK(taken(frame(last_piece, 100), many) == 0);
    CHECK(taken(frame(text, 0), many) == 0);
    CHECK(taken(frame(text, 10), many) == 0);
    CHECK(taken(frame(text, 70'000), many) == 0);
    CHECK(taken(frame(piece, notifyd::limits::small_piece_bytes), many) == 0);
    CHECK(taken(frame(piece, 70'000), many) == 0);
}

TEST_CASE("the bytes may be split anywhere") {
    Bytes stream;
    for (std::size_t i = 0; i < notifyd::limits::small_frames_burst; ++i) {
        for (const Bytes& each : {frame(text, 300), frame(ping, 3), frame(text, 20)}) {
            stream.insert(stream.end(), each.begin(), each.end());
        }
    }
    for (const std::size_t cut : {std::size_t{1}, std::size_t{7}, std::size_t{1'000}, stream.size()}) {
        INFO("cut every " << cut);
        FrameMeter meter;
        const SteadyTime now = SteadyTime{} + 1h;
        std::span<const std::uint8_t> rest(stream);
        while (!rest.empty()) {
            REQUIRE(meter.take(rest.first(std::min(cut, rest.size())), now));
            rest = rest.subspan(std::min(cut, rest.size()));
        }
        CHECK_FALSE(meter.take(frame(ping, 0), now));
        CHECK(meter.take(frame(ping, 0), now + 1s));
    }
}

TEST_CASE("a client that pings at the permitted rate is never cut off") {
    FrameMeter meter;
    SteadyTime now = SteadyTime{} + 1h;
    for (int i = 0; i < 100'000; ++i) {
        now += 1'000'000us / notifyd::limits::small_frames_per_second;
        REQUIRE(meter.take(frame(ping, 4), now));
    }
}
