// A value or an Error. Test it with has_value() before use; never call value() (it throws).
// Owns: the value. Thread: any (a value). Fails: never.
#pragma once

#include "notifyd/core/error.hpp"

#include <boost/system/result.hpp>

namespace notifyd {

// A class of its own, because only a class can be [[nodiscard]] wherever it is returned.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
  public:
    using boost::system::result<T, Error>::result;
};

}  // namespace notifyd
