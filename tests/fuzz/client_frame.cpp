// A text frame from a client -> a typed value.
#include "notifyd/wire/client_frames.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    static_cast<void>(wire::parse_client_frame(fuzz::text_of(data, size), wire::JsonLimits::with_depth(32)));
    return 0;
}
