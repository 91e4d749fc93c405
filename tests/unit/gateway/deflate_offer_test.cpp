// Which offers of permessage-deflate are accepted.
#include "websocket/deflate_offer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using notifyd::gateway::choose_deflate_offer;

TEST_CASE("an offer that can be honoured is accepted unchanged") {
    for (const char* offer : {"permessage-deflate",
                              "permessage-deflate; client_max_window_bits",
                              "permessage-deflate; client_max_window_bits=8",
                              "permessage-deflate; server_max_window_bits=9",
                              "permessage-deflate; server_max_window_bits=15; client_max_window_bits=15",
                              "permessage-deflate; server_no_context_takeover; client_no_context_takeover"}) {
        CHECK(choose_deflate_offer(offer) == offer);
    }
    CHECK(choose_deflate_offer("Permessage-Deflate; Server_Max_Window_Bits=\"10\"") ==
          "permessage-deflate; server_max_window_bits=10");
}

TEST_CASE("an offer that cannot be honoured is declined") {
    for (const std::string parameters : {"server_max_window_bits=8",
                                         "server_max_window_bits",
                                         "server_max_window_bits=0",
                                         "server_max_window_bits=16",
                                         "server_max_window_bits=09",
                                         "server_max_window_bits=+9",
                                         "server_max_window_bits=9x",
                                         "server_max_window_bits=9; server_max_window_bits=9",
                                         "client_max_window_bits=7",
                                         "client_max_window_bits=99",
                                         "server_no_context_takeover=1",
                                         "server_no_context_takeover; server_no_context_takeover",
                                         "server_max_window_bits=\"\"",
                                         "server_max_window_bits=\"",
                                         "server_no_context_takeover=",
                                         "",
                                         "foo",
                                         "foo=bar"}) {
        CAPTURE(parameters);
        CHECK(choose_deflate_offer("permessage-deflate; " + parameters).empty());
        // It does not affect the other offers.
        if (parameters.ends_with('"') && !parameters.ends_with("\"\"")) continue;  // a quote that swallows the rest
        CHECK(choose_deflate_offer("permessage-deflate; " + parameters + ", permessage-deflate") ==
              "permessage-deflate");
        CHECK(choose_deflate_offer("foo; a=\"b, c\", permessage-deflate; " + parameters +
                                   ",permessage-deflate;client_max_window_bits,") ==
              "permessage-deflate; client_max_window_bits");
    }
    for (const char* other : {"", "foo", ";;;,,,", "x-webkit-deflate-frame", ","}) {
        CHECK(choose_deflate_offer(other).empty());
    }
}
