// Prints everything that a client can request of the gateway, one per line: the routes and envelopes that the resources
// declare, the other frames of the parser's variant, and the upgrade. check_surface.py compares the list with table.py.
#include "notifyd/wire/client_frames.hpp"

#include "http/router.hpp"
#include "websocket/envelope_router.hpp"

#include <array>
#include <iostream>
#include <string_view>
#include <variant>

namespace {

// In the order of the variant's alternatives; a frame added there does not compile until it has a name here.
constexpr std::array frames{std::string_view("sendMessage"),
                            std::string_view("unknown envelope"),
                            std::string_view("malformed sendMessage"),
                            std::string_view("malformed envelope")};
static_assert(frames.size() == std::variant_size_v<notifyd::wire::ClientFrame>);

}  // namespace

int main() {
    using namespace notifyd::gateway;
    for (const Route& route : declared_routes()) std::cout << route.method << ' ' << route.path << '\n';
    std::cout << "upgrade\n";
    for (const std::string_view type : declared_envelopes()) std::cout << "frame " << type << '\n';
    for (const std::string_view frame : frames) std::cout << "frame " << frame << '\n';
}
