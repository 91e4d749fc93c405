// Decoded query strings -> typed values. The input has lines of "name=value".
#include "notifyd/core/topic_name.hpp"
#include "notifyd/wire/connect.hpp"
#include "notifyd/wire/connections.hpp"
#include "notifyd/wire/dead_letters.hpp"
#include "notifyd/wire/messages.hpp"
#include "notifyd/wire/permissions.hpp"
#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/read_positions.hpp"

#include "input.hpp"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    std::string_view text = fuzz::text_of(data, size);
    if (!is_valid_utf8(text)) return 0;
    QueryParameters query;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::size_t equals = std::min(line.find('='), line.size());
        query.emplace_back(std::string(line.substr(0, equals)),
                           std::string(line.substr(std::min(equals + 1, line.size()))));
    }
    const auto connect = wire::parse_connect_query(query);
    if (connect) {
        fuzz::require(connect->topics.size() <= limits::connect_topics_max);
        static_cast<void>(wire::check_resume(connect->resume.topics, connect->topics));
    }
    static_cast<void>(wire::parse_messages_query(query));
    static_cast<void>(wire::parse_permissions_query(query));
    static_cast<void>(wire::parse_revoke_query(query));
    static_cast<void>(wire::parse_chats_query(query));
    static_cast<void>(wire::parse_dead_letters_query(query));
    static_cast<void>(wire::parse_redrive_query(query));
    static_cast<void>(wire::parse_presence_query(query));
    return 0;
}
