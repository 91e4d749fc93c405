// Reads addresses from X-Forwarded-For, and compares them with networks.
#include "accept/client_address.hpp"

#include "http/field_lines.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace notifyd::gateway {

namespace ip = boost::asio::ip;

namespace {

// A chain of more proxies than this is a loop or a forgery.
constexpr std::size_t hops_max = 32;
constexpr std::size_t prefix_64_bytes = 8;

std::optional<ip::address> parse_address(std::string_view text) {
    boost::system::error_code error;
    ip::address address = ip::make_address(std::string(text), error);
    if (error) return std::nullopt;
    if (!address.is_v6()) return address;
    // A zone is meaningful only on the machine that it comes from.
    if (address.to_v6().scope_id() != 0) return std::nullopt;
    if (address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<ip::address> parse_hop(std::string_view text) {
    text = trimmed(text);
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        port = text.substr(end + 1);
        text = text.substr(1, end - 1);
        if (text.find(':') == std::string_view::npos || (!port.empty() && port.front() != ':')) return std::nullopt;
    } else if (std::ranges::count(text, ':') == 1) {
        port = text.substr(text.find(':'));
        text = text.substr(0, text.find(':'));
    }
    if (port == ":" || port.find_first_not_of("0123456789", 1) != std::string_view::npos) return std::nullopt;
    return parse_address(text);
}

template <class Bytes>
bool is_same_prefix(const Bytes& left, const Bytes& right, int bits) {
    const auto whole = static_cast<std::size_t>(bits) / 8;
    if (!std::equal(left.begin(), left.begin() + whole, right.begin())) return false;
    const auto rest = static_cast<unsigned>(bits) % 8;
    return rest == 0 || ((left[whole] ^ right[whole]) >> (8 - rest)) == 0;
}

bool is_in(const ip::address& address, const config::Network& network) {
    boost::system::error_code error;
    const ip::address base = ip::make_address(network.address, error);
    if (error || base.is_v4() != address.is_v4()) return false;
    if (base.is_v4()) return is_same_prefix(address.to_v4().to_bytes(), base.to_v4().to_bytes(), network.prefix_bits);
    return is_same_prefix(address.to_v6().to_bytes(), base.to_v6().to_bytes(), network.prefix_bits);
}

bool is_in_any(const ip::address& address, const std::vector<config::Network>& networks) {
    return std::ranges::any_of(networks, [&](const config::Network& network) { return is_in(address, network); });
}

}  // namespace

std::string plain_address(std::string_view text) {
    const auto address = parse_address(text);
    return address ? address->to_string() : std::string(text);
}

bool is_trusted(std::string_view peer, const std::vector<config::Network>& trusted) {
    if (trusted.empty()) return false;
    const auto address = parse_address(peer);
    return address ? is_in_any(*address, trusted) : peer == unix_peer;
}

std::string client_address(const std::string& peer,
                           std::span<const std::string_view> forwarded_for,
                           const std::vector<config::Network>& trusted) {
    if (forwarded_for.empty() || !is_trusted(peer, trusted)) return peer;
    std::optional<ip::address> client;
    std::size_t hops = 0;
    for (std::size_t i = forwarded_for.size(); i-- > 0;) {
        std::string_view rest = forwarded_for[i];
        for (bool more = true; more;) {
            const std::size_t comma = rest.rfind(',');
            more = comma != std::string_view::npos;
            client = parse_hop(more ? rest.substr(comma + 1) : rest);
            if (!client || ++hops > hops_max) return peer;
            if (!is_in_any(*client, trusted)) return client->to_string();
            if (more) rest = rest.substr(0, comma);
        }
    }
    // All of them are proxies, so the first one is asking for itself.
    return client->to_string();
}

std::string limit_key(std::string_view text) {
    const auto address = parse_address(text);
    if (!address || address->is_v4()) return std::string(text);
    auto bytes = address->to_v6().to_bytes();
    std::fill(bytes.begin() + prefix_64_bytes, bytes.end(), std::uint8_t{0});
    return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace notifyd::gateway
