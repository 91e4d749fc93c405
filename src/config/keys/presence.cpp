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
                .doc("Whether users can see who is connected to a topic, and how available they are."),
            key<section, &Presence::leave_after>("presence.leave_after",
                                                 duration(milliseconds{0}, std::chrono::hours(1)))
                .at_restart()
                .doc("How long a user may be away from a topic before others are informed; 0 = not at all."),
        },
    };
}

}  // namespace notifyd::config
