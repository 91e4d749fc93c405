#include "envelope_text.hpp"

#include "json_writer.hpp"

namespace notifyd::wire {

std::string open_envelope(const RawJson& id, std::string_view type, EpochMs now) {
    std::string text = "{\"id\":" + id.text;
    append_string_member(text, ",\"type\":", type);
    append_number_member(text, ",\"timestamp\":", now);
    return text += ",\"payload\":{";
}

}  // namespace notifyd::wire
