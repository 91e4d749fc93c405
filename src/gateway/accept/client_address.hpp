// The address that a request comes from: the TCP peer's, or the one that a trusted proxy reports; and the key that
// limits count it under. Pure.
// X-Forwarded-For is read from the right, where each proxy appends the address it saw: the first one that is not a
// trusted proxy is the client. Anything to the left of it was supplied by the client and is not believed.
// X-Forwarded-Proto is not needed: origins are compared as a whole, and no reply contains the server's own URL.
// Fails:  never; if the header is not a list of addresses, the peer's own address counts.
#pragma once

#include "notifyd/config/config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::gateway {

// The address of a peer on a Unix socket. It is trusted as soon as any network is, because only local processes can
// reach it.
inline constexpr std::string_view unix_peer = "unix";

// Converts IPv4 in IPv6 ("::ffff:192.0.2.1") to IPv4; returns anything that is not an address unchanged.
[[nodiscard]] std::string plain_address(std::string_view text);

// `forwarded_for`: the values of the headers, in order.
[[nodiscard]] std::string client_address(const std::string& peer,
                                         std::span<const std::string_view> forwarded_for,
                                         const std::vector<config::Network>& trusted);

// Whether the TCP peer is believed about the addresses of others.
[[nodiscard]] bool is_trusted(std::string_view peer, const std::vector<config::Network>& trusted);

// The key for limits: IPv6 by /64, since whoever has one address of it has them all.
[[nodiscard]] std::string limit_key(std::string_view address);

}  // namespace notifyd::gateway
