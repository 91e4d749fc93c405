// A value or an Error. Check has_value() before use; never call value(), which throws.
#pragma once

#include "notifyd/core/error.hpp"

#include <boost/system/result.hpp>

namespace notifyd {

// A class rather than an alias, because only a class can be [[nodiscard]] wherever it is returned.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
  public:
    using boost::system::result<T, Error>::result;
};

}  // namespace notifyd
