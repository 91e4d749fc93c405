// A WebSocket that is being opened: TCP, TLS where it is wanted, the upgrade. Nothing here blocks, except `finish`.
// Throws ConnectionError if the connection is refused, closed or silent.
#pragma once

#include "stream.hpp"

#include <string>
#include <string_view>

namespace notifyd::bench {

// What differs from one upgrade to another.
struct Upgrade {
    std::string target;   // path and query
    std::string headers;  // further ones, each with its line end
    // Asked for first, on the same connection; it answers 204. Empty: nothing is.
    std::string greeting = {};
};

std::string bearer(std::string_view token);

class WebSocketOpening {
  public:
    WebSocketOpening(const Endpoint& endpoint, const Upgrade& upgrade);

    int descriptor() const { return stream_.descriptor(); }

    // Does what the socket lets it do now; true when the WebSocket is open.
    bool advance(Scratch& scratch);
    // Waits until it is open.
    void finish(Scratch& scratch);

    // Once it is open. What the server sent behind its answer is put back into the stream.
    Stream take_stream() { return std::move(stream_); }

  private:
    Stream stream_;
    bool asked_ = false;
    std::string greeting_;  // until it is answered
    std::string request_;
};

}  // namespace notifyd::bench
