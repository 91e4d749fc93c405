// Alternates between a step of the reader and a turn of the loop.
#include "endpoints/read_batch.hpp"

#include "notifyd/core/limits.hpp"

#include <boost/asio/post.hpp>

#include <optional>

namespace notifyd::gateway {

Awaitable<Result<wire::BatchReader::Messages>> read_batch(std::string_view body,
                                                          wire::JsonLimits json_limits,
                                                          std::size_t message_bytes_max,
                                                          runtime::EventLoop& loop,
                                                          runtime::Turnstile& large_batches) {
    std::optional<runtime::Turnstile::Pass> pass;
    if (body.size() > limits::free_body_bytes) pass.emplace(co_await large_batches.enter());
    wire::BatchReader reader(body, json_limits, message_bytes_max);
    while (reader.step()) {
        if (pass) co_await asio::post(loop.executor(), asio::use_awaitable_t<runtime::Executor>());
    }
    co_return reader.take();
}

}  // namespace notifyd::gateway
