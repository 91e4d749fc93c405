// The result of opening an engine or of a command on its data: a value, or a message for the operator.
#pragma once

#include <boost/system/result.hpp>

#include <string>

namespace notifyd::storage {

struct StartupError {
    std::string message;
};

template <class T>
class [[nodiscard]] Startup : public boost::system::result<T, StartupError> {
  public:
    using boost::system::result<T, StartupError>::result;
};

}  // namespace notifyd::storage
