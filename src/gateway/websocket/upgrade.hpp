// An upgrade that will be answered with 101. Passes from the HTTP session to the WebSocket session.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/connection/connection_handler.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/wire/connect.hpp"

#include "http/head_fields.hpp"

#include <string>
#include <utility>
#include <vector>

namespace notifyd::gateway {

struct Upgrade {
    Upgrade(BeastRequest handshake, auth::ConnectGrant granted, connection::Admission place)
        : request(std::move(handshake)), grant(std::move(granted)), admission(std::move(place)) {}

    BeastRequest request;
    auth::ConnectGrant grant;
    connection::Admission admission;
    wire::Hello hello = wire::Hello::off;
    bool partial = false;
    ResumeRequest resume;
    // Topics that were revoked while the 101 was being sent.
    std::vector<TopicName> revoked;
    bool subprotocol = false;
    std::string correlation_id;
    connection::PeerInfo peer;
};

}  // namespace notifyd::gateway
