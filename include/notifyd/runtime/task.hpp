// Work that travels to another thread: a callable that owns the values it needs.
// Owns: its captures. Thread: made on one, run on another. Fails: never.
#pragma once

#include "notifyd/core/unique_function.hpp"

namespace notifyd::runtime {

using Task = UniqueFunction<void()>;

}  // namespace notifyd::runtime
