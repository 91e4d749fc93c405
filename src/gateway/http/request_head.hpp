// The request as endpoints see it, from a head that has been read.
// Thread: any.
// Fails:  with invalid_request, or with not_found for a path outside `base_path`.
#pragma once

#include "notifyd/core/result.hpp"

#include "http/http_request.hpp"
#include "http/request_reader.hpp"

#include <string_view>

namespace notifyd::gateway {

// Fills in what only a sound head says; the session has already taken what it needs to refuse any (take_origin).
[[nodiscard]] Result<void> read_request_head(const RequestReader& reader,
                                             std::string_view base_path,
                                             HttpRequest& request);

}  // namespace notifyd::gateway
