// Reads the body of POST /publish/batch in steps, none of which takes long, however large the body is and whatever it
// holds: so that a loop can do other things in between.
//   while (reader.step()) { … }
//   auto messages = reader.take();
// Owns:   what was read so far; the body must outlive it.
// Thread: one at a time.
// Fails:  take gives invalid_json or invalid_request for the whole body; an entry fails alone, with payload_too_large
//         among others.
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

    // Text that is looked at in one step; an entry is read in one, too.
    static constexpr std::size_t step_bytes = 32 * 1024;

    BatchReader(std::string_view body, const JsonLimits& limits, std::size_t message_bytes_max);
    BatchReader(const BatchReader&) = delete;
    BatchReader& operator=(const BatchReader&) = delete;
    ~BatchReader();

    // False: there is nothing left to do.
    [[nodiscard]] bool step();
    // Once, after the last step.
    [[nodiscard]] Result<Messages> take();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace notifyd::wire
