// Opens a WebSocket: TCP, optionally TLS, and the upgrade. Nothing here blocks except `finish`.
// Throws ConnectionError if the connection is refused, closed or not answered.
#pragma once

#include "stream.hpp"

#include <string>
#include <string_view>

namespace notifyd::bench {

// The parts of an upgrade request that differ.
struct Upgrade {
    std::string target;   // path and query
    std::string headers;  // additional headers, each with its line end
    // A path that is requested first on the same connection, and answered with 204; empty: none.
    std::string greeting = {};
};

std::string bearer(std::string_view token);

class WebSocketOpening {
  public:
    WebSocketOpening(const Endpoint& endpoint, const Upgrade& upgrade);

    int descriptor() const { return stream_.descriptor(); }

    // Continues as far as the socket allows; returns true once the WebSocket is open.
    bool advance(Scratch& scratch);
    // Waits until the WebSocket is open.
    void finish(Scratch& scratch);

    // To be called once the WebSocket is open. Bytes that followed the answer have been put back into the stream.
    Stream take_stream() { return std::move(stream_); }

  private:
    Stream stream_;
    bool asked_ = false;
    std::string greeting_;  // empty once it is answered
    std::string request_;
};

}  // namespace notifyd::bench
