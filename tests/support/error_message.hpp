// What a refused request is answered with, for tables of requests.
#pragma once

#include "notifyd/core/result.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace notifyd::testing {

// "accepted" if there is no error.
template <class T>
std::string error_message(const Result<T>& result) {
    if (result.has_value()) return "accepted";
    CHECK(result.error().code == Errc::invalid_request);
    return result.error().message;
}

}  // namespace notifyd::testing
