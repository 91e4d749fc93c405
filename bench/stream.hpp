// A TCP connection of the load generator, with or without TLS. Nothing here blocks except `wait`.
//
// Reads go into the scratch buffer that all connections share. Complete messages are parsed in place; a connection
// keeps only the incomplete message at the end of a read.
// Owns: the socket, that incomplete message, and the bytes that are waiting to be sent.
// Throws ConnectionError if the peer cannot be reached, closes the connection or stops responding.
#pragma once

#include "connection_error.hpp"
#include "file_descriptor.hpp"
#include "scratch.hpp"
#include "tls.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace notifyd::bench {

struct Endpoint {
    std::string host;  // an IPv4 address
    std::uint16_t port = 0;
    TlsContext* tls = nullptr;  // nullptr: without TLS

    std::string text() const { return host + ":" + std::to_string(port); }
};

class Stream {
  public:
    // Starts to connect.
    explicit Stream(const Endpoint& endpoint);

    int descriptor() const { return socket_.number(); }

    // Continues connecting and the TLS handshake; returns true when both are complete.
    bool establish();
    // Waits up to ten seconds until the socket is ready for the next operation.
    void wait() const;

    // One read. `bytes` starts with the bytes passed to `keep`, and is empty if nothing new has arrived.
    struct Received {
        std::string_view bytes;
        bool may_have_more = false;
        bool ended = false;  // the peer closed the connection; `bytes` is empty
    };
    Received receive(Scratch& scratch);
    // Reads everything that has arrived and passes it to `parse`, which returns the incomplete message at the end. It
    // is an error if the peer closes the connection.
    template <class ParseBytes>
    void receive_with(Scratch& scratch, ParseBytes&& parse) {
        for (bool may_have_more = true; may_have_more;) {
            const Received received = receive(scratch);
            if (received.bytes.empty()) {
                stop_if_ended(received);
                return;
            }
            may_have_more = received.may_have_more;
            keep(parse(received.bytes));
        }
    }
    void keep(std::string_view unfinished) { unfinished_.assign(unfinished); }
    // Keeps bytes that have not been parsed: the next `receive` returns them, even if nothing more has arrived.
    void put_back(std::string_view bytes);

    // Append the bytes to send, then flush once per turn. Bytes that the socket does not accept yet stay queued.
    std::string& outgoing() { return outgoing_; }
    void flush();

    // Makes the destructor reset the connection, so that no socket remains in TIME_WAIT.
    void abandon_on_close();

  private:
    struct Count {
        std::size_t bytes = 0;
        bool ended = false;
    };
    static void stop_if_ended(const Received& received);
    // Reads into `scratch.bytes()`, after the `kept` bytes.
    Count read(Scratch& scratch, std::size_t kept);
    std::size_t write(std::string_view bytes);

    FileDescriptor socket_;
    std::unique_ptr<TlsSession> tls_;
    bool connecting_ = true;
    bool put_back_ = false;
    std::string unfinished_;
    std::string outgoing_;
    std::size_t sent_ = 0;
};

}  // namespace notifyd::bench
