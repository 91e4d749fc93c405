// The id of a request: the client's if it can be displayed, otherwise a new one.
#include "http/request_ids.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;
using gateway::choose_correlation_id;

TEST_CASE("the client's first fit id is used, then the trace id, then a new one") {
    SystemIdSource ids;
    const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    CHECK(choose_correlation_id({"req-1", "corr-1", trace}, ids) == "req-1");
    CHECK(choose_correlation_id({"", "corr-1", trace}, ids) == "corr-1");
    CHECK(choose_correlation_id({"", "", trace}, ids) == "0af7651916cd43dd8448eb211c80319c");
    CHECK(choose_correlation_id({"", "", ""}, ids).size() == 36);
}

TEST_CASE("an id that could forge a header or a log line is replaced") {
    SystemIdSource ids;
    const std::string too_long(129, 'a');
    for (const std::string& id : {std::string("a b"), std::string("a\x01"), std::string("\xc3\xa4"), too_long}) {
        CHECK(choose_correlation_id({id, "", ""}, ids) != id);
    }
    for (const char* trace : {"00-00000000000000000000000000000000-b7ad6b7169203331-01",
                              "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                              "garbage"}) {
        CHECK(choose_correlation_id({"", "", trace}, ids).size() == 36);
    }
}
