// Finds the resource that handles a type of envelope. Owns the table; belongs to one loop. The resources outlive it.
#pragma once

#include "notifyd/gateway/frame_resources.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace notifyd::gateway {

// The types that the resources declare; does not require any to be built.
[[nodiscard]] std::vector<std::string_view> declared_envelopes();

class EnvelopeRouter {
  public:
    struct Handler {
        std::function<void(const EnvelopeCall&)> handle;
        FrameRate rate = FrameRate::messages;
    };

    explicit EnvelopeRouter(FrameResources& resources);
    EnvelopeRouter(const EnvelopeRouter&) = delete;
    EnvelopeRouter& operator=(const EnvelopeRouter&) = delete;

    // nullptr for an unknown type.
    [[nodiscard]] const Handler* find(std::string_view type) const;
    // For an unknown type; names the known ones.
    [[nodiscard]] const Error& unknown_type() const { return unknown_type_; }

  private:
    template <class Resource>
    void add(Resource& resource);

    // The types are literals.
    std::unordered_map<std::string_view, Handler> handlers_;
    std::string types_;
    Error unknown_type_;
};

}  // namespace notifyd::gateway
