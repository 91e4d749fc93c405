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
                .doc("Presence, read positions, and GET /chats with the number of unread messages."),
            key<section, &Presence::leave_after>("presence.leave_after",
                                                 duration(milliseconds{0}, std::chrono::hours(1)))
                .at_restart()
                .doc("How long a user may be away from a topic before others are informed; 0 = not at all."),
            key<section, &Presence::read_receipts>("presence.read_receipts", flag())
                .live()
                .restriction()
                .doc("Sends a user's read position to the other subscribers of the topic."),
        },
    };
}

}  // namespace notifyd::config
