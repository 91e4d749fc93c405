// Whose address counts behind proxies: a table of peers, headers and results.
#include "accept/client_address.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using gateway::client_address;
using gateway::limit_key;
using gateway::plain_address;

namespace {

using Headers = std::vector<std::string_view>;

struct Row {
    std::string peer;
    Headers forwarded_for;
    std::string client;
};

const std::vector<config::Network> proxies{{"10.0.0.0", 8}, {"192.0.2.16", 28}, {"2001:db8:1::", 48}, {"fe80::1", 128}};

const std::string many_hops = [] {
    std::string hops = "198.51.100.7";
    for (int i = 0; i < 40; ++i) hops += ", 10.0.0.1";
    return hops;
}();

}  // namespace

TEST_CASE("the rightmost address that is not a trusted proxy") {
    const std::vector<Row> rows{
        // A client behind one proxy, several proxies, or several headers.
        {"10.1.2.3", {"198.51.100.7"}, "198.51.100.7"},
        {"10.1.2.3", {"198.51.100.7, 10.9.9.9"}, "198.51.100.7"},
        {"10.1.2.3", {"198.51.100.7", "10.9.9.9"}, "198.51.100.7"},
        {"10.1.2.3", {"198.51.100.7 ,\t10.9.9.9 "}, "198.51.100.7"},
        {"2001:db8:1::9", {"2001:db8:2::1"}, "2001:db8:2::1"},
        {"2001:db8:1::9", {"2001:DB8:2:0::1"}, "2001:db8:2::1"},
        {"fe80::1", {"198.51.100.7"}, "198.51.100.7"},
        // Addresses that the client itself has added are not believed.
        {"10.1.2.3", {"127.0.0.1, 198.51.100.7"}, "198.51.100.7"},
        {"10.1.2.3", {"127.0.0.1", "198.51.100.7, 10.0.0.1"}, "198.51.100.7"},
        {"10.1.2.3", {"garbage, 198.51.100.7"}, "198.51.100.7"},
        {"10.1.2.3", {"10.0.0.5, 198.51.100.7"}, "198.51.100.7"},
        // A peer that is not a proxy may claim anything.
        {"198.51.100.9", {"198.51.100.7"}, "198.51.100.9"},
        {"11.0.0.1", {"198.51.100.7"}, "11.0.0.1"},
        {"192.0.2.15", {"198.51.100.7"}, "192.0.2.15"},
        {"192.0.2.32", {"198.51.100.7"}, "192.0.2.32"},
        {"2001:db8:2::9", {"198.51.100.7"}, "2001:db8:2::9"},
        {"fe80::2", {"198.51.100.7"}, "fe80::2"},
        {"unknown", {"198.51.100.7"}, "unknown"},
        // The first and last address of a network.
        {"192.0.2.16", {"198.51.100.7"}, "198.51.100.7"},
        {"192.0.2.31", {"198.51.100.7"}, "198.51.100.7"},
        // Only local processes can reach a Unix socket.
        {"unix", {"198.51.100.7"}, "198.51.100.7"},
        // IPv4 in IPv6 counts as IPv4.
        {"::ffff:10.1.2.3", {"::ffff:198.51.100.7"}, "198.51.100.7"},
        // Ports and brackets.
        {"10.1.2.3", {"198.51.100.7:4711"}, "198.51.100.7"},
        {"10.1.2.3", {"[2001:db8:2::1]"}, "2001:db8:2::1"},
        {"10.1.2.3", {"[2001:db8:2::1]:4711, 10.0.0.1:80"}, "2001:db8:2::1"},
        // Only proxies: the first one is asking for itself.
        {"10.1.2.3", {"10.0.0.1, 10.0.0.2"}, "10.0.0.1"},
        // Garbage leaves the peer's own address.
        {"10.1.2.3", {}, "10.1.2.3"},
        {"10.1.2.3", {""}, "10.1.2.3"},
        {"10.1.2.3", {"198.51.100.7,"}, "10.1.2.3"},
        {"10.1.2.3", {"198.51.100.7, unknown"}, "10.1.2.3"},
        {"10.1.2.3", {"198.51.100.7.8"}, "10.1.2.3"},
        {"10.1.2.3", {"198.51.100.300"}, "10.1.2.3"},
        {"10.1.2.3", {"198.51.100.7:"}, "10.1.2.3"},
        {"10.1.2.3", {"198.51.100.7:http"}, "10.1.2.3"},
        {"10.1.2.3", {"[198.51.100.7]"}, "10.1.2.3"},
        {"10.1.2.3", {"[2001:db8:2::1"}, "10.1.2.3"},
        {"10.1.2.3", {"[2001:db8:2::1]x"}, "10.1.2.3"},
        {"10.1.2.3", {"[]"}, "10.1.2.3"},
        {"10.1.2.3", {"2001:db8:2::1]"}, "10.1.2.3"},
        {"10.1.2.3", {"fe80::1%eth0"}, "10.1.2.3"},
        {"10.1.2.3", {"fe80::1%7"}, "10.1.2.3"},
        {"10.1.2.3", {"198.51.100.7 198.51.100.8"}, "10.1.2.3"},
        {"10.1.2.3", {"\"198.51.100.7\""}, "10.1.2.3"},
        {"10.1.2.3", {"for=198.51.100.7"}, "10.1.2.3"},
        {"10.1.2.3", {many_hops}, "10.1.2.3"},
    };
    for (const Row& row : rows) {
        INFO(row.peer << " forwards for " << (row.forwarded_for.empty() ? "nobody" : row.forwarded_for.front()));
        CHECK(client_address(row.peer, row.forwarded_for, proxies) == row.client);
    }
}

TEST_CASE("without trusted proxies nobody is believed") {
    const Headers headers{"198.51.100.7"};
    CHECK(client_address("127.0.0.1", headers, {}) == "127.0.0.1");
    CHECK(client_address("unix", headers, {}) == "unix");
}

TEST_CASE("who is believed") {
    using gateway::is_trusted;
    CHECK(is_trusted("10.1.2.3", proxies));
    CHECK(is_trusted("2001:db8:1::9", proxies));
    CHECK(is_trusted("unix", proxies));
    CHECK_FALSE(is_trusted("11.0.0.1", proxies));
    CHECK_FALSE(is_trusted("unknown", proxies));
    CHECK_FALSE(is_trusted("unix", {}));
    CHECK_FALSE(is_trusted("10.1.2.3", {}));
}

TEST_CASE("a network of zero bits contains its whole address family") {
    const Headers headers{"198.51.100.7, 203.0.113.1"};
    CHECK(client_address("203.0.113.9", headers, {{"0.0.0.0", 0}}) == "198.51.100.7");
    CHECK(client_address("2001:db8::1", headers, {{"0.0.0.0", 0}}) == "2001:db8::1");
}

TEST_CASE("the key that limits count an address under") {
    CHECK(limit_key("198.51.100.7") == "198.51.100.7");
    CHECK(limit_key("2001:db8:2:3:4:5:6:7") == "2001:db8:2:3::/64");
    CHECK(limit_key("2001:db8:2:3:ffff::") == "2001:db8:2:3::/64");
    CHECK(limit_key("2001:db8:2:4::") != limit_key("2001:db8:2:3::"));
    CHECK(limit_key("::1") == "::/64");
    CHECK(limit_key("unix") == "unix");
    CHECK(plain_address("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(plain_address("2001:db8::1") == "2001:db8::1");
    CHECK(plain_address("unix") == "unix");
}
