// The reasons for refusing a connect that need no valid token (docs/protocol.md#connecting), whether it is an upgrade
// or a plain GET that asks why.
// Thread: one loop.
#pragma once

#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/connect.hpp"

#include "http/client_refusal.hpp"
#include "http/head_fields.hpp"

#include <string>

namespace notifyd::gateway {

template <class T>
class [[nodiscard]] ClientResult : public boost::system::result<T, ClientRefusal> {
  public:
    using boost::system::result<T, ClientRefusal>::result;
};

// explain: everything is checked, nothing is used up, and the result is always a refusal.
enum class Purpose : bool { upgrade, explain };

// What a connect asks for, and the token it came with.
struct ConnectDemand {
    std::string token;
    wire::ConnectQuery query;
    bool notifyd_v1 = false;
};

// The token is verified only to name the user of a refusal in the log.
[[nodiscard]] ClientResult<ConnectDemand> read_connect(const BeastRequest& head,
                                                       const HttpRequest& request,
                                                       const SessionServices& services);

// Counts a refused attempt; beyond the limit of its address it becomes rate_limited.
[[nodiscard]] ClientRefusal as_attempt(ClientRefusal refusal,
                                       const HttpRequest& request,
                                       Purpose purpose,
                                       const SessionServices& services);

}  // namespace notifyd::gateway
