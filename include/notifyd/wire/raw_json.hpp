// A JSON value kept as its own text, to be written back as it came.
// Owns: the text. Thread: any (a value). Fails: never.
#pragma once

#include <string>

namespace notifyd::wire {

// Always one valid JSON value: only the wire module makes it from a client's text, or from an id of ours.
struct RawJson {
    std::string text;

    friend bool operator==(const RawJson&, const RawJson&) = default;
};

}  // namespace notifyd::wire
