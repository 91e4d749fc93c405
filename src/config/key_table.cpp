// All sections of the key table.
#include "key_table.hpp"

#include "keys/sections.hpp"

namespace notifyd::config {

const std::vector<Section>& key_table() {
    static const std::vector<Section> table = {
        server_section(),
        tls_section(),
        auth_section(),
        claims_section(),
        tokens_section(),
        permissions_section(),
        limits_section(),
        connections_section(),
        storage_section(),
        fifo_section(),
        delivery_section(),
        presence_section(),
        notifications_section(),
        notification_types_section(),
        channels_section(),
        alarms_section(),
        log_section(),
        tracing_section(),
    };
    return table;
}

const Key* find_key(std::string_view written) {
    for (const Key& key : all_keys()) {
        if (key.matches(written)) return &key;
    }
    return nullptr;
}

}  // namespace notifyd::config
