// Work that is handed to another thread: a callable that owns the values it needs.
#pragma once

#include "notifyd/core/unique_function.hpp"

namespace notifyd::runtime {

using Task = UniqueFunction<void()>;

}  // namespace notifyd::runtime
