// Whose request it is: the TCP peer's, or whom a trusted proxy names, and as which key it is counted. Pure.
// X-Forwarded-For is read from the right, where each proxy adds the address that it saw: the first one that is not a
// trusted proxy's own is the client's. What stands left of it is the client's own tale. X-Forwarded-Proto has nothing
// to decide: origins are compared whole, and no reply names the server's own URL.
// Owns: nothing. Thread: any.
// Fails: never; a header that is not a list of addresses leaves the peer's own.
#pragma once

#include "notifyd/config/config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::gateway {

// The address of a peer on a Unix socket. It is trusted as soon as any network is: only local processes get there.
inline constexpr std::string_view unix_peer = "unix";

// IPv4 in IPv6 ("::ffff:192.0.2.1") as IPv4; what is no address is left as it is.
[[nodiscard]] std::string plain_address(std::string_view text);

// `forwarded_for`: the values of the headers, in their order.
[[nodiscard]] std::string client_address(const std::string& peer,
                                         std::span<const std::string_view> forwarded_for,
                                         const std::vector<config::Network>& trusted);

// Whether what the TCP peer says of others is believed.
[[nodiscard]] bool is_trusted(std::string_view peer, const std::vector<config::Network>& trusted);

// What limits count it as: IPv6 by its /64, since whoever has one address has them all.
[[nodiscard]] std::string limit_key(std::string_view address);

}  // namespace notifyd::gateway
