// A JSON value kept as text, to be written back unchanged.
#pragma once

#include <string>

namespace notifyd::wire {

// Always one valid JSON value: the wire module makes it from a client's text that it has checked, or from one of the
// server's ids.
struct RawJson {
    std::string text;

    friend bool operator==(const RawJson&, const RawJson&) = default;
};

}  // namespace notifyd::wire
