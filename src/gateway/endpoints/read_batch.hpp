// Reads a batch in steps and lets the loop do other work in between: a body of several megabytes would delay other
// clients' messages too long.
// Thread: one loop.
// Fails:  like wire::BatchReader.
#pragma once

#include "notifyd/runtime/turnstile.hpp"
#include "notifyd/wire/batch_reader.hpp"

#include "stream/socket.hpp"

#include <cstddef>
#include <string_view>

namespace notifyd::gateway {

// `body` must outlive the call. Reading a large one temporarily takes several times its size, so large ones wait for
// each other at `large_batches`.
[[nodiscard]] Awaitable<Result<wire::BatchReader::Messages>> read_batch(std::string_view body,
                                                                        wire::JsonLimits json_limits,
                                                                        std::size_t message_bytes_max,
                                                                        runtime::EventLoop& loop,
                                                                        runtime::Turnstile& large_batches);

}  // namespace notifyd::gateway
