// Reads the body of POST /publish/batch in short steps, so that the loop can do other work in between, however large
// the body is. The body must outlive the reader.
//   while (reader.step()) { … }
//   auto messages = reader.take();
// Fails:  take() returns invalid_json or invalid_request for the whole body; an entry fails on its own, for example
//         with payload_too_large.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/wire/json_limits.hpp"
#include "notifyd/wire/publish_request.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace notifyd::wire {

class BatchReader {
  public:
    using Messages = std::vector<Result<PublishRequest>>;

    // How much text a step covers; an entry is always read in one step.
    static constexpr std::size_t step_bytes = 32 * 1024;

    BatchReader(std::string_view body, const JsonLimits& limits, std::size_t message_bytes_max);
    BatchReader(const BatchReader&) = delete;
    BatchReader& operator=(const BatchReader&) = delete;
    ~BatchReader();

    // False: the body has been read.
    [[nodiscard]] bool step();
    // Call once, after the last step.
    [[nodiscard]] Result<Messages> take();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace notifyd::wire
