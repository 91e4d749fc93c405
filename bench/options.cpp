#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace notifyd::bench {
namespace {

struct NumberOption {
    std::string_view name;
    std::uint64_t Options::*value;
    std::uint64_t least;
    std::uint64_t most;
};

constexpr std::array number_options{
    NumberOption{"chats", &Options::chats, 1, 100'000},
    NumberOption{"subscribers", &Options::subscribers, 1, 50'000},
    NumberOption{"connections", &Options::connections, 1, 50'000},
    NumberOption{"window", &Options::window, 1, 65'536},
    NumberOption{"rate", &Options::rate, 0, 10'000'000},
    NumberOption{"publishes", &Options::publishes, 0, 1'000'000'000},
    NumberOption{"payload-bytes", &Options::payload_bytes, 64, 65'536},
    NumberOption{"rounds", &Options::rounds, 1, 1'000},
    NumberOption{"warm-up-ms", &Options::warm_up_ms, 0, 600'000},
    NumberOption{"round-ms", &Options::round_ms, 10, 600'000},
};

struct TextOption {
    std::string_view name;
    std::string Options::*value;
};

constexpr std::array text_options{
    TextOption{"host", &Options::host},
    TextOption{"chat", &Options::chat},
    TextOption{"path", &Options::path},
    TextOption{"clients", &Options::clients},
    TextOption{"publisher-token", &Options::publisher_token},
    TextOption{"subscriber-token", &Options::subscriber_token},
};

std::uint64_t parse_number(std::string_view name, std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
        throw UsageError("--" + std::string(name) + " must be a number from " + std::to_string(least) + " to " +
                         std::to_string(most));
    }
    return number;
}

template <class Choice>
Choice parse_choice(std::string_view name, std::string_view text) {
    std::string known;
    for (std::size_t index = 0; index < choice_names<Choice>.size(); ++index) {
        if (text == choice_names<Choice>[index]) {
            return static_cast<Choice>(index);
        }
        known.append(known.empty() ? "" : ", ").append(choice_names<Choice>[index]);
    }
    throw UsageError(std::string(name) + " is one of " + known);
}

bool set_number(Options& options, std::string_view name, std::string_view text) {
    if (name == "port") {
        options.port = static_cast<std::uint16_t>(parse_number(name, text, 1, 65'535));
        return true;
    }
    if (name == "server-process") {
        options.server_process = static_cast<pid_t>(parse_number(name, text, 1, 1U << 22U));
        return true;
    }
    const auto found = std::ranges::find(number_options, name, &NumberOption::name);
    if (found == number_options.end()) {
        return false;
    }
    options.*found->value = parse_number(name, text, found->least, found->most);
    return true;
}

bool set_choice(Options& options, std::string_view name, std::string_view text) {
    if (name == "protocol") {
        options.protocol = parse_choice<Protocol>("--protocol", text);
    } else if (name == "type") {
        options.type = parse_choice<MessageType>("--type", text);
    } else if (name == "transport") {
        options.transport = parse_choice<Transport>("--transport", text);
    } else if (name == "publisher") {
        options.publisher = parse_choice<PublisherKind>("--publisher", text);
    } else if (name == "tls") {
        options.tls = parse_choice<Switch>("--tls", text);
    } else if (name == "resume") {
        options.resume = parse_choice<Switch>("--resume", text);
    } else if (name == "in-flight") {
        options.in_flight = parse_choice<InFlight>("--in-flight", text);
    } else {
        return false;
    }
    return true;
}

void set_option(Options& options, std::string_view name, std::string_view text) {
    if (set_number(options, name, text) || set_choice(options, name, text)) {
        return;
    }
    const auto found = std::ranges::find(text_options, name, &TextOption::name);
    if (found == text_options.end()) {
        throw UsageError("unknown option --" + std::string(name));
    }
    options.*found->value = text;
}

void refuse_unless_among(const Options& options, std::initializer_list<Protocol> protocols) {
    if (std::ranges::find(protocols, options.protocol) == protocols.end()) {
        throw UsageError(std::string(name_of(options.workload)) + " does not speak " +
                         std::string(name_of(options.protocol)));
    }
}

void check_protocol(const Options& options) {
    using enum Protocol;
    switch (options.workload) {
        case Workload::fanout:
            return refuse_unless_among(options, {notifyd, broadcast, socketio, nchan, mqtt, nats});
        case Workload::publish:
            return refuse_unless_among(options, {notifyd, redis, jetstream});
        case Workload::connect:
        case Workload::idle:
            return refuse_unless_among(options, {notifyd, plain});
        case Workload::presence:
            return refuse_unless_among(options, {notifyd});
    }
}

void check(const Options& options) {
    if (options.port == 0) {
        throw UsageError("--port is missing");
    }
    check_protocol(options);
    if (options.workload == Workload::idle && options.server_process == 0) {
        throw UsageError("idle measures the memory of --server-process, which is missing");
    }
    if (options.transport == Transport::http && options.window != 1) {
        throw UsageError("over http, a connection has one publish in flight: use --window 1");
    }
    if (options.type == MessageType::fifo && options.protocol != Protocol::notifyd) {
        throw UsageError("--type fifo is only for notifyd");
    }
    if (options.workload == Workload::fanout && options.in_flight == InFlight::answered &&
        options.protocol != Protocol::notifyd) {
        throw UsageError("only notifyd answers publishes: use --in-flight delivered");
    }
}

}  // namespace

std::vector<std::string> Options::chat_names() const {
    if (chats == 1) {
        return {chat};
    }
    std::vector<std::string> names;
    for (std::size_t index = 0; index < chats; ++index) {
        names.push_back(chat + "-" + std::to_string(index));
    }
    return names;
}

InFlight Options::in_flight_until() const {
    return in_flight.value_or(protocol == Protocol::notifyd ? InFlight::answered : InFlight::delivered);
}

const char* usage_text() {
    return "usage: notifyd_bench WORKLOAD --port N [--OPTION VALUE]…\n"
           "  all:     --host 127.0.0.1 --tls off|on --server-process PID\n"
           "           --chat bench --chats 1: with more, they are bench-0, bench-1, …\n"
           "           --publisher-token JWT --subscriber-token JWT (of notifyd)\n"
           "           --warm-up-ms 500 --rounds 3 --round-ms 1000 (not for idle)\n"
           "  fanout:  --protocol notifyd|broadcast|socketio|nchan|mqtt|nats --type standard|fifo\n"
           "           --subscribers 100 (of each chat) --publisher separate|member\n"
           "           --window 16 --in-flight answered|delivered --payload-bytes 256\n"
           "           --rate 0 (publishes a second in all, at fixed times; 0: as fast as the window allows)\n"
           "  publish: --protocol notifyd|redis|jetstream --type standard|fifo --transport websocket|http (of "
           "notifyd)\n"
           "           --connections 1 --window 16 --payload-bytes 256\n"
           "           --publishes 0 (exactly that many, in one round; 0: until the rounds are over)\n"
           "  connect: --protocol notifyd|plain --path / (plain) --clients FILE (notifyd; a line: token TAB query)\n"
           "           --window 16 (handshakes under way) --resume off|on (TLS sessions)\n"
           "  idle:    --protocol, --path, --clients as in connect; --connections 1\n"
           "  presence: --clients FILE, each line with the same chat; --chat bench --connections 1 (each joins, and "
           "watches)\n"
           "Prints one JSON object; exits with 0 if every check held, 1 if one failed, 2 for a wrong option.\n";
}

Options parse_options(int argument_count, const char* const* arguments) {
    Options options;
    if (argument_count < 2) {
        throw UsageError("a workload is missing");
    }
    options.workload = parse_choice<Workload>("the workload", arguments[1]);
    for (int index = 2; index < argument_count; index += 2) {
        const std::string_view name = arguments[index];
        if (!name.starts_with("--") || index + 1 >= argument_count) {
            throw UsageError("expected --OPTION VALUE at " + std::string(name));
        }
        set_option(options, name.substr(2), arguments[index + 1]);
    }
    check(options);
    return options;
}

}  // namespace notifyd::bench
