// Finds a request's route among those of all resources, and calls its endpoint. Owns the table; belongs to one loop,
// and the resources outlive it.
#pragma once

#include "notifyd/gateway/resources.hpp"

#include "http/http_reply.hpp"
#include "http/http_request.hpp"
#include "http/route_match.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace notifyd::gateway {

// The routes that the resources declare; does not require any to be built.
[[nodiscard]] std::vector<Route> declared_routes();

class Router {
  public:
    explicit Router(Resources& resources);
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    [[nodiscard]] RouteMatch match(std::string_view method, std::string_view path) const {
        return match_route(routes_, method, path);
    }
    // `route` comes from a match; `call` must live until the reply is available.
    [[nodiscard]] EndpointReply answer(const Route& route, const Call& call) const {
        return endpoints_[static_cast<std::size_t>(&route - routes_.data())](call);
    }

  private:
    template <class Resource>
    void add(Resource& resource);

    std::vector<Route> routes_;
    // In the order of the routes.
    std::vector<std::function<EndpointReply(const Call&)>> endpoints_;
};

}  // namespace notifyd::gateway
