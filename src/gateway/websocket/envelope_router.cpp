#include "websocket/envelope_router.hpp"

#include <type_traits>
#include <utility>

namespace notifyd::gateway {

namespace {

template <class... Resource>
std::vector<std::string_view> types_of(std::type_identity<std::tuple<Resource...>>) {
    std::vector<std::string_view> types;
    const auto append = [&types](const auto& declared) {
        for (const auto& each : declared) types.push_back(each.type);
    };
    (append(Resource::routes()), ...);
    return types;
}

}  // namespace

std::vector<std::string_view> declared_envelopes() {
    return types_of(std::type_identity<FrameResources>());
}

EnvelopeRouter::EnvelopeRouter(FrameResources& resources) : unknown_type_(Errc::invalid_request, {}) {
    std::apply([this](auto&... resource) { (add(resource), ...); }, resources);
    unknown_type_.message = "Unknown type: this server knows " + types_;
}

template <class Resource>
void EnvelopeRouter::add(Resource& resource) {
    for (const EnvelopeRoute<Resource>& declared : Resource::routes()) {
        auto handle = [&resource, handler = declared.handler](const EnvelopeCall& call) { (resource.*handler)(call); };
        handlers_.emplace(declared.type, Handler{std::move(handle), declared.rate});
        types_.append(types_.empty() ? "" : ", ").append(declared.type);
    }
}

const EnvelopeRouter::Handler* EnvelopeRouter::find(std::string_view type) const {
    const auto found = handlers_.find(type);
    return found == handlers_.end() ? nullptr : &found->second;
}

}  // namespace notifyd::gateway
