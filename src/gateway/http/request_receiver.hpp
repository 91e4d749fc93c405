// Receives the requests of one connection, one after the other, within their deadlines.
// Flow:   stream -> buffer -> RequestReader
// Owns:   the buffer.
// Thread: one loop.
// Fails:  with the Error to answer; nothing more can be received after it.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/core/result.hpp"

#include "client_stream.hpp"
#include "http/body_memory.hpp"
#include "http/request_reader.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace notifyd::gateway {

// gone: the peer has closed the connection, and there is nobody to answer.
enum class Received : std::uint8_t { complete, gone };

class RequestReceiver {
  public:
    // Both outlive it.
    RequestReceiver(ClientStream& client, const LoopContext& context) : client_(client), context_(context) {}

    // Waits for the first byte of a request. False: the peer is gone.
    Awaitable<bool> await_request();
    Awaitable<Result<Received>> read_head(RequestReader& reader);
    // Reads at most `bytes_max`. A large body takes its memory from `paid`, if there is one.
    Awaitable<Result<Received>> read_body(RequestReader& reader,
                                          std::size_t bytes_max,
                                          std::optional<BodyMemory::Share>& paid);

    // Whether it is waiting for a request that has not begun.
    [[nodiscard]] bool is_idle() const { return idle_; }
    // Whether something has been received that no request has used yet.
    [[nodiscard]] bool has_bytes() const { return buffer_.size() != 0; }

  private:
    // False: the peer is gone, or late.
    Awaitable<bool> receive();
    // For something that did not arrive in time.
    [[nodiscard]] Error timeout_error(std::string_view what) const;

    // Room for one header and a good part of a body; a body grows in the parser, up to its limit.
    static constexpr std::size_t buffer_bytes_max = 8 * limits::header_bytes_max;

    ClientStream& client_;
    const LoopContext& context_;
    boost::beast::flat_buffer buffer_{buffer_bytes_max};
    bool idle_ = false;
};

}  // namespace notifyd::gateway
