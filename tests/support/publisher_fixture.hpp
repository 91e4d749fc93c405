// A publisher between the lanes and the log of a test.
#pragma once

#include "notifyd/observability/recording_sink.hpp"
#include "notifyd/publish/publisher.hpp"

#include "support/quiet_permissions.hpp"

namespace notifyd::testing {

template <class Lanes, class Log>
struct PublisherFixture {
    SystemClock clock;
    SystemIdSource ids;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    QuietPermissions permissions{clock, events};
    queue::TopicFilter filter{{}};
    Lanes lanes;
    Log log;
    publish::Publisher publisher{
        filter, permissions.manager, lanes, log, clock, ids, events, publish::ContentDeduplication::off};
};

}  // namespace notifyd::testing
