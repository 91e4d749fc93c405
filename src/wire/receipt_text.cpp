// Writes a receipt as JSON.
#include "receipt_text.hpp"

#include "json_writer.hpp"

#include <cstddef>

namespace notifyd::wire {

void append_receipt_members(std::string& out, const Receipt& receipt, std::string_view message) {
    constexpr std::size_t usual_bytes = 320;
    out.reserve(out.size() + usual_bytes + receipt.group_id.size());
    append_string_member(out, "\"message\":", message);
    append_string_member(out, ",\"messageId\":", receipt.id.get().to_string());
    append_string_member(out, ",\"messageType\":", to_string(receipt.type));
    append_string_member(out, ",\"targetChannel\":", receipt.target_channel);
    if (receipt.type == MessageType::fifo) append_string_member(out, ",\"messageGroupId\":", receipt.group_id);
    if (receipt.sequence != 0) append_number_member(out, ",\"sequenceNumber\":", receipt.sequence);
    append_time_member(out, ",\"timestamp\":", receipt.timestamp);
    if (receipt.lifetime == Lifetime::transient) out += transient_member;
    if (receipt.duplicate) out += duplicate_member;
}

}  // namespace notifyd::wire
