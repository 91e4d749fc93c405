// [presence].
#include "common_readers.hpp"
#include "sections.hpp"

namespace notifyd::config {

Section presence_section() {
    constexpr auto section = &Config::presence;
    return {
        "presence",
        "",
        {
            key<section, &Presence::enabled>("presence.enabled", flag())
                .at_restart()
                .doc("Read positions, and GET /chats with the number of unread messages."),
            key<section, &Presence::read_receipts>("presence.read_receipts", flag())
                .live()
                .restriction()
                .doc("Sends a user's read position to the other subscribers of the topic."),
        },
    };
}

}  // namespace notifyd::config
