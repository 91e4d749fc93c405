#include "works/fanout.hpp"

#include "dialects/mqtt_client.hpp"
#include "dialects/nats_client.hpp"
#include "dialects/socketio_client.hpp"
#include "dialects/text_clients.hpp"
#include "works/fanout_work.hpp"

namespace notifyd::bench {

Report run_fanout(const Options& options) {
    switch (options.protocol) {
        case Protocol::notifyd:
            return FanoutWork<NotifydClient>(options).run();
        case Protocol::broadcast:
            return FanoutWork<BroadcastClient>(options).run();
        case Protocol::socketio:
            return FanoutWork<SocketIoClient>(options).run();
        case Protocol::nchan:
            return FanoutWork<NchanClient>(options).run();
        case Protocol::mqtt:
            return FanoutWork<MqttClient>(options).run();
        case Protocol::nats:
            return FanoutWork<NatsClient>(options).run();
        case Protocol::redis:
        case Protocol::jetstream:
        case Protocol::plain:
            break;
    }
    throw UsageError("fanout does not speak this protocol");
}

}  // namespace notifyd::bench
