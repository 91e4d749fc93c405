// The gateway's types of sockets and coroutines: every executor is that of a loop's own io_context, never type-erased.
#pragma once

#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace notifyd::gateway {

namespace asio = boost::asio;
using boost::system::error_code;

// TCP over IPv4 or IPv6, or a Unix socket.
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, runtime::Executor>;

template <class T>
using Awaitable = asio::awaitable<T, runtime::Executor>;

// Completes with (error_code, …) as a tuple: expected failures are values, not exceptions.
inline constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable_t<runtime::Executor>{});

}  // namespace notifyd::gateway
