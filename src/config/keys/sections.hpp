// One function per section of the key table. A new key is one row in its section's function and one member in Config.
#pragma once

#include "../key_table.hpp"

namespace notifyd::config {

[[nodiscard]] Section server_section();
[[nodiscard]] Section tls_section();
[[nodiscard]] Section auth_section();
[[nodiscard]] Section claims_section();
[[nodiscard]] Section tokens_section();
[[nodiscard]] Section permissions_section();
[[nodiscard]] Section limits_section();
[[nodiscard]] Section connections_section();
[[nodiscard]] Section storage_section();
[[nodiscard]] Section fifo_section();
[[nodiscard]] Section delivery_section();
[[nodiscard]] Section presence_section();
[[nodiscard]] Section notifications_section();
[[nodiscard]] Section notification_types_section();
[[nodiscard]] Section channels_section();
[[nodiscard]] Section alarms_section();
[[nodiscard]] Section log_section();
[[nodiscard]] Section tracing_section();

}  // namespace notifyd::config
