// The options that the command line selects by name, and their names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace notifyd::bench {

enum class Workload : std::uint8_t { fanout, publish, connect, idle, presence };
enum class Protocol : std::uint8_t { notifyd, broadcast, socketio, nchan, mqtt, nats, redis, jetstream, plain };
enum class MessageType : std::uint8_t { standard, fifo };
enum class Transport : std::uint8_t { websocket, http };
// Who publishes in `fanout`: a separate connection, or the first subscriber of the chat, which then also receives its
// own messages.
enum class PublisherKind : std::uint8_t { separate, member };
// When a publish leaves the window: once every subscriber has received it, and with `answered`, once its answer has
// arrived as well.
enum class InFlight : std::uint8_t { answered, delivered };
enum class Switch : std::uint8_t { off, on };

// The names of an enumeration's values, in the order of their declaration.
template <class Choice>
inline constexpr std::array<std::string_view, 0> choice_names{};
template <>
inline constexpr std::array<std::string_view, 5> choice_names<Workload>{
    "fanout", "publish", "connect", "idle", "presence"};
template <>
inline constexpr std::array<std::string_view, 9> choice_names<Protocol>{
    "notifyd", "broadcast", "socketio", "nchan", "mqtt", "nats", "redis", "jetstream", "plain"};
template <>
inline constexpr std::array<std::string_view, 2> choice_names<MessageType>{"standard", "fifo"};
template <>
inline constexpr std::array<std::string_view, 2> choice_names<Transport>{"websocket", "http"};
template <>
inline constexpr std::array<std::string_view, 2> choice_names<PublisherKind>{"separate", "member"};
template <>
inline constexpr std::array<std::string_view, 2> choice_names<InFlight>{"answered", "delivered"};
template <>
inline constexpr std::array<std::string_view, 2> choice_names<Switch>{"off", "on"};

template <class Choice>
constexpr std::string_view name_of(Choice choice) {
    return choice_names<Choice>[static_cast<std::size_t>(choice)];
}

}  // namespace notifyd::bench
