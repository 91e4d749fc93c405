// The command line of the load generator.
// Owns: its values. Thread: one. Fails: parse_options throws UsageError with a sentence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <sys/types.h>

namespace notifyd::bench {

enum class Work : std::uint8_t { fanout, publish };
enum class MessageType : std::uint8_t { standard, fifo };
enum class Transport : std::uint8_t { websocket, http };

struct Options {
    Work work = Work::fanout;
    MessageType type = MessageType::standard;
    Transport transport = Transport::websocket;  // of the publishers in `publish`
    std::string host = "127.0.0.1";              // an IPv4 address
    std::uint16_t port = 0;
    std::string chat = "bench";
    std::string publisher_token;
    std::string subscriber_token;
    std::size_t subscribers = 100;    // in `fanout`
    std::size_t connections = 1;      // that publish, in `publish`
    std::size_t window = 16;          // publishes in flight, per publishing connection
    std::size_t payload_bytes = 256;  // of the JSON text of `payload`
    std::size_t rounds = 3;
    std::uint64_t warm_up_ms = 500;
    std::uint64_t round_ms = 1'000;
    pid_t server_process = 0;  // whose processor time is reported; 0: not
};

class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

Options parse_options(int argument_count, const char* const* arguments);

const char* usage_text();
const char* name_of(Work work);
const char* name_of(MessageType type);
const char* name_of(Transport transport);

}  // namespace notifyd::bench
