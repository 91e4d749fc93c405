#include "workloads/fanout.hpp"

#include "dialects/mqtt_client.hpp"
#include "dialects/nats_client.hpp"
#include "dialects/socketio_client.hpp"
#include "dialects/text_clients.hpp"
#include "workloads/fanout_workload.hpp"

namespace notifyd::bench {

Report run_fanout(const Options& options) {
    switch (options.protocol) {
        case Protocol::notifyd:
            return FanoutWorkload<NotifydClient>(options).run();
        case Protocol::broadcast:
            return FanoutWorkload<BroadcastClient>(options).run();
        case Protocol::socketio:
            return FanoutWorkload<SocketIoClient>(options).run();
        case Protocol::nchan:
            return FanoutWorkload<NchanClient>(options).run();
        case Protocol::mqtt:
            return FanoutWorkload<MqttClient>(options).run();
        case Protocol::nats:
            return FanoutWorkload<NatsClient>(options).run();
        case Protocol::redis:
        case Protocol::jetstream:
        case Protocol::plain:
            break;
    }
    throw UsageError("fanout does not speak this protocol");
}

}  // namespace notifyd::bench
