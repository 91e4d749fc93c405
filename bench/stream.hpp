// A TCP connection of the load generator: blocking while it is set up, then driven by a Poller.
//
// Reading goes through one scratch buffer that all connections share, so that it stays in the processor's cache: what
// is complete is parsed where the kernel put it, and only the unfinished end of a read is kept by its connection.
// Owns: the socket, that unfinished end and the bytes that wait to be sent.
// Thread: one. Fails: throws ConnectionError when the peer is gone or silent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <vector>

namespace notifyd::bench {

class ConnectionError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class FileDescriptor {
  public:
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    FileDescriptor& operator=(FileDescriptor&&) = delete;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    int number() const { return number_; }

  private:
    int number_;
};

class Scratch {
  public:
    // Larger than any frame that the server may send, and small enough for the second-level cache.
    static constexpr std::size_t bytes_max = 512 * 1024;

    std::span<char> bytes() { return bytes_; }

  private:
    std::vector<char> bytes_ = std::vector<char>(bytes_max);
};

class Stream {
  public:
    Stream(const std::string& host, std::uint16_t port);

    int descriptor() const { return socket_.number(); }

    // While it is set up: both wait up to ten seconds.
    void send_and_wait(std::string_view bytes);
    // Everything received and not yet consumed, with at least one byte more than before.
    std::string_view receive_and_wait();
    void consume(std::size_t bytes) { unfinished_.erase(0, bytes); }
    std::string_view unfinished() const { return unfinished_; }

    // From here on nothing waits.
    void stop_waiting();

    // One read. What is returned starts with what `keep` was given; it is empty when nothing new has come.
    struct Received {
        std::string_view bytes;
        bool may_have_more = false;
    };
    Received receive(Scratch& scratch);
    void keep(std::string_view unfinished) { unfinished_.assign(unfinished); }

    // Bytes to send: append to them, then flush once a turn. What the socket does not take now stays.
    std::string& outgoing() { return outgoing_; }
    void flush();

  private:
    FileDescriptor socket_;
    std::string unfinished_;
    std::string outgoing_;
    std::size_t sent_ = 0;
};

// Edge-triggered epoll: a connection is reported when something changed, by the index given for it.
class Poller {
  public:
    Poller();

    void watch(int descriptor, std::size_t index);
    std::span<const epoll_event> wait(int timeout_ms);

  private:
    FileDescriptor epoll_;
    std::vector<epoll_event> events_;
};

// As many open files as the system lets this process have.
void raise_descriptor_limit();

}  // namespace notifyd::bench
