// Reads a batch in steps, and lets the loop do other things between them: a body of megabytes would hold it up for
// longer than anybody's message should wait.
// Owns:   nothing.
// Thread: one loop.
// Fails:  as wire::BatchReader does.
#pragma once

#include "notifyd/runtime/turnstile.hpp"
#include "notifyd/wire/batch_reader.hpp"

#include "socket.hpp"

#include <cstddef>
#include <string_view>

namespace notifyd::gateway {

// `body` outlives the call. Reading a large one takes several times its size for a while: those wait for each other at
// `large_batches`.
[[nodiscard]] Awaitable<Result<wire::BatchReader::Messages>> read_batch(std::string_view body,
                                                                        wire::JsonLimits json_limits,
                                                                        std::size_t message_bytes_max,
                                                                        runtime::EventLoop& loop,
                                                                        runtime::Turnstile& large_batches);

}  // namespace notifyd::gateway
