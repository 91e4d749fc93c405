// The command line of the load generator.
// parse_options throws UsageError with a message.
#pragma once

#include "choices.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <vector>

namespace notifyd::bench {

struct Options {
    Workload workload = Workload::fanout;
    Protocol protocol = Protocol::notifyd;
    MessageType type = MessageType::standard;
    Transport transport = Transport::websocket;  // of the publishers in `publish`
    PublisherKind publisher = PublisherKind::separate;
    std::optional<InFlight> in_flight;  // default: `answered` if the server sends answers
    Switch tls = Switch::off;
    Switch resume = Switch::off;     // of TLS sessions, in `connect`
    std::string host = "127.0.0.1";  // an IPv4 address
    std::uint16_t port = 0;
    std::string chat = "bench";
    std::size_t chats = 1;   // if more than one, they are named <chat>-0, <chat>-1, …
    std::string path = "/";  // of upgrades with protocol `plain`
    std::string clients;     // a file with the token and the query of each connection, unless it publishes
    std::string publisher_token;
    std::string subscriber_token;
    std::size_t subscribers = 100;    // of each chat, in `fanout`
    std::size_t connections = 1;      // publishing ones in `publish`, open ones in `idle` and `presence`
    std::size_t window = 16;          // publishes in flight per publishing connection; in `connect`, handshakes
    std::size_t rate = 0;             // publishes per second in total, at fixed times; 0: as fast as the window allows
    std::size_t publishes = 0;        // in `publish`: exactly this many, in one round; 0: until the rounds end
    std::size_t payload_bytes = 256;  // of the JSON text of `payload`
    std::size_t rounds = 3;
    std::uint64_t warm_up_ms = 500;
    std::uint64_t round_ms = 1'000;
    pid_t server_process = 0;  // the process whose CPU time is reported; 0: none

    std::vector<std::string> chat_names() const;
    InFlight in_flight_until() const;
};

class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

Options parse_options(int argument_count, const char* const* arguments);

const char* usage_text();

}  // namespace notifyd::bench
