#include "envelope_text.hpp"

#include "notifyd/wire/websocket_frame.hpp"

#include "json_writer.hpp"

#include <array>

namespace notifyd::wire {

std::string open_envelope(const RawJson& id, std::string_view type, EpochMs now) {
    std::string text = "{\"id\":" + id.text;
    append_string_member(text, ",\"type\":", type);
    append_number_member(text, ",\"timestamp\":", now);
    return text += ",\"payload\":{";
}

FramePtr text_frame(std::string_view text) {
    const std::array<std::string_view, 1> pieces{text};
    return make_websocket_frame(Opcode::text, pieces);
}

}  // namespace notifyd::wire
