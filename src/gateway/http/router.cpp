// Builds the table from what each resource declares.
#include "http/router.hpp"

#include <type_traits>

namespace notifyd::gateway {

namespace {

template <class... Resource>
std::vector<Route> routes_of(std::type_identity<std::tuple<Resource...>>) {
    std::vector<Route> routes;
    const auto append = [&routes](const auto& declared) {
        for (const auto& each : declared) routes.push_back(each.route);
    };
    (append(Resource::routes()), ...);
    return routes;
}

}  // namespace

std::vector<Route> declared_routes() {
    return routes_of(std::type_identity<Resources>());
}

Router::Router(Resources& resources) {
    std::apply([this](auto&... resource) { (add(resource), ...); }, resources);
}

template <class Resource>
void Router::add(Resource& resource) {
    for (const ResourceRoute<Resource>& declared : Resource::routes()) {
        routes_.push_back(declared.route);
        endpoints_.emplace_back(
            [&resource, endpoint = declared.endpoint](const Call& call) { return (resource.*endpoint)(call); });
    }
}

}  // namespace notifyd::gateway
