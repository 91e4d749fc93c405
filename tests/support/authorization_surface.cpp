// Prints everything that a client can request of the gateway, one per line: the routes and envelopes that the resources
// declare, the other WebSocket frames, and the upgrade. check_surface.py compares the list with table.py.
#include "notifyd/wire/client_frames.hpp"

#include "http/router.hpp"
#include "websocket/envelope_router.hpp"

#include <array>
#include <iostream>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

namespace {

// In the order of the variant's alternatives; a frame added there does not compile until it has a name here. An
// envelope whose type no resource declares is "unknown".
constexpr std::array frames{std::string_view("sendMessage"),
                            std::string_view("unknown envelope"),
                            std::string_view("malformed sendMessage"),
                            std::string_view("malformed envelope")};
static_assert(frames.size() == std::variant_size_v<notifyd::wire::ClientFrame>);

template <class... Resources>
void print_envelopes(std::type_identity<std::tuple<Resources...>>) {
    const auto print = [](const auto& routes) {
        for (const auto& route : routes) std::cout << "frame " << route.type << '\n';
    };
    (print(Resources::routes()), ...);
}

}  // namespace

int main() {
    using namespace notifyd::gateway;
    for (const Route& route : declared_routes()) std::cout << route.method << ' ' << route.path << '\n';
    std::cout << "upgrade\n";
    for (const std::string_view type : declared_envelopes()) std::cout << "frame " << type << '\n';
    for (const std::string_view frame : frames) std::cout << "frame " << frame << '\n';
}
