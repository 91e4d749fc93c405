// A connection that speaks one server's dialect.
//
// Every client has the same shape, because the fan-out is a template over it (a delivery costs no virtual call):
//   replies                  what a publisher receives for its publishes
//   message(options, chat)   the publish of that chat, with its stamps to fill in
//   Client(setup, seat)      connects, and subscribes if the seat requires it
//   send(message)            queues a filled-in message
//   receive(scratch, f)      reads what has arrived and passes the text of each delivery or reply to f
// Throws ConnectionError if the connection is refused or closed, or receives something malformed.
#pragma once

#include "dialects/seat.hpp"
#include "message_template.hpp"
#include "setup.hpp"
#include "websocket_client.hpp"

#include <cstdint>

namespace notifyd::bench {

// none: a reply is an error; ignored: replies are not checked; checked: every publish gets one, with its request id.
enum class Replies : std::uint8_t { none, ignored, checked };

// What all clients have in common.
class DialectClient {
  public:
    int descriptor() const { return client_.descriptor(); }
    void flush() { client_.flush(); }
    void close() noexcept { client_.close(); }

  protected:
    DialectClient(Setup& setup, const Upgrade& upgrade) : client_(setup.endpoint, upgrade, setup.scratch) {}

    WebSocketClient client_;
};

}  // namespace notifyd::bench
