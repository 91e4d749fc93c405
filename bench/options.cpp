#include "options.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace notifyd::bench {
namespace {

std::uint64_t parse_number(std::string_view name, std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
        throw UsageError("--" + std::string(name) + " takes a number from " + std::to_string(least) + " to " +
                         std::to_string(most));
    }
    return number;
}

template <class Choice>
Choice parse_choice(std::string_view name, std::string_view text, std::array<Choice, 2> choices) {
    for (const Choice choice : choices) {
        if (text == name_of(choice)) {
            return choice;
        }
    }
    throw UsageError("--" + std::string(name) + " is " + name_of(choices[0]) + " or " + name_of(choices[1]));
}

// True when the option is one that takes a number.
bool set_number(Options& options, std::string_view name, std::string_view text) {
    if (name == "port") {
        options.port = static_cast<std::uint16_t>(parse_number(name, text, 1, 65'535));
    } else if (name == "subscribers") {
        options.subscribers = parse_number(name, text, 1, 50'000);
    } else if (name == "connections") {
        options.connections = parse_number(name, text, 1, 50'000);
    } else if (name == "window") {
        options.window = parse_number(name, text, 1, 65'536);
    } else if (name == "payload-bytes") {
        options.payload_bytes = parse_number(name, text, 64, 65'536);
    } else if (name == "rounds") {
        options.rounds = parse_number(name, text, 1, 1'000);
    } else if (name == "warm-up-ms") {
        options.warm_up_ms = parse_number(name, text, 0, 600'000);
    } else if (name == "round-ms") {
        options.round_ms = parse_number(name, text, 10, 600'000);
    } else if (name == "server-process") {
        options.server_process = static_cast<pid_t>(parse_number(name, text, 1, 1U << 22U));
    } else {
        return false;
    }
    return true;
}

void set_option(Options& options, std::string_view name, std::string_view text) {
    if (set_number(options, name, text)) {
        return;
    }
    if (name == "type") {
        options.type = parse_choice<MessageType>(name, text, {MessageType::standard, MessageType::fifo});
    } else if (name == "transport") {
        options.transport = parse_choice<Transport>(name, text, {Transport::websocket, Transport::http});
    } else if (name == "host") {
        options.host = text;
    } else if (name == "chat") {
        options.chat = text;
    } else if (name == "publisher-token") {
        options.publisher_token = text;
    } else if (name == "subscriber-token") {
        options.subscriber_token = text;
    } else {
        throw UsageError("unknown option --" + std::string(name));
    }
}

}  // namespace

const char* name_of(Work work) {
    switch (work) {
        case Work::fanout:
            return "fanout";
        case Work::publish:
            return "publish";
    }
    return "";
}

const char* name_of(MessageType type) {
    switch (type) {
        case MessageType::standard:
            return "standard";
        case MessageType::fifo:
            return "fifo";
    }
    return "";
}

const char* name_of(Transport transport) {
    switch (transport) {
        case Transport::websocket:
            return "websocket";
        case Transport::http:
            return "http";
    }
    return "";
}

const char* usage_text() {
    return "usage: notifyd_bench fanout|publish --port N [--OPTION VALUE]…\n"
           "  both:    --host 127.0.0.1 --chat bench --publisher-token JWT --type standard|fifo --window 16\n"
           "           --payload-bytes 256 --warm-up-ms 500 --rounds 3 --round-ms 1000 --server-process PID\n"
           "  fanout:  --subscribers 100 --subscriber-token JWT\n"
           "  publish: --connections 1 --transport websocket|http\n"
           "Prints one JSON object; ends with 0 when every check held, 1 when one failed, 2 for a wrong option.\n";
}

Options parse_options(int argument_count, const char* const* arguments) {
    Options options;
    if (argument_count < 2) {
        throw UsageError("a work is missing");
    }
    const std::string_view work = arguments[1];
    if (work == name_of(Work::fanout)) {
        options.work = Work::fanout;
    } else if (work == name_of(Work::publish)) {
        options.work = Work::publish;
    } else {
        throw UsageError("unknown work " + std::string(work));
    }
    for (int index = 2; index < argument_count; index += 2) {
        const std::string_view name = arguments[index];
        if (!name.starts_with("--") || index + 1 >= argument_count) {
            throw UsageError("expected --OPTION VALUE at " + std::string(name));
        }
        set_option(options, name.substr(2), arguments[index + 1]);
    }
    if (options.port == 0) {
        throw UsageError("--port is missing");
    }
    if (options.transport == Transport::http && options.window != 1) {
        throw UsageError("over http a connection has one publish in flight: --window 1");
    }
    return options;
}

}  // namespace notifyd::bench
