#include "notifyd/core/frame.hpp"

#include <catch2/catch.hpp>

namespace notifyd {

TEST_CASE("a plain frame holds its bytes, even if there are none") {
    CHECK(make_frame("HTTP/1.1 200 OK")->view() == "HTTP/1.1 200 OK");
    CHECK(make_frame("")->size() == 0);
}

TEST_CASE("a frame is shared, not copied") {
    FramePtr first = make_frame("abc");
    const FramePtr second = first;
    CHECK(first->data() == second->data());
    first.reset();
    CHECK(second->view() == "abc");
}

}  // namespace notifyd
