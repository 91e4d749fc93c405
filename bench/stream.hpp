// A TCP connection of the load generator, with TLS or without. Nothing here blocks, except `wait`.
//
// Reading goes through the scratch that all connections share: what is complete is parsed where the kernel (or the
// decryption) put it, and only the unfinished end of a read is kept by its connection.
// Owns: the socket, that unfinished end and the bytes that wait to be sent.
// Thread: one. Fails: throws ConnectionError when the peer cannot be reached, is gone or silent.
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
    TlsContext* tls = nullptr;  // none: plain text

    std::string text() const { return host + ":" + std::to_string(port); }
};

class Stream {
  public:
    // Begins to connect.
    explicit Stream(const Endpoint& endpoint);

    int descriptor() const { return socket_.number(); }

    // Goes on with connecting, and with the TLS handshake; true when both are done.
    bool establish();
    // Waits until the socket can do what is wanted of it next, up to ten seconds.
    void wait() const;

    // One read. `bytes` starts with what `keep` was given, and is empty when nothing new has come.
    struct Received {
        std::string_view bytes;
        bool may_have_more = false;
        bool ended = false;  // by the peer; `bytes` is empty then
    };
    Received receive(Scratch& scratch);
    // Reads all that has come: `parse` is given it and returns its unfinished end. An end by the peer is an error.
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
    // Keeps bytes that nobody has parsed: the next `receive` gives them, even when nothing more comes.
    void put_back(std::string_view bytes);

    // Bytes to send: append to them, then flush once a turn. What the socket does not take now stays.
    std::string& outgoing() { return outgoing_; }
    void flush();

    // The end of this object drops the connection at once, and leaves nothing behind in the system.
    void abandon_on_close();

  private:
    struct Count {
        std::size_t bytes = 0;
        bool ended = false;
    };
    static void stop_if_ended(const Received& received);
    // Into the plain scratch, behind what is kept.
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
