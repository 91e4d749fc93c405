// The result of parsing, and a class that splits a byte stream into messages.
// add returns false if the bytes cannot be a message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

enum class Parse : std::uint8_t { complete, partial, broken };

// `parse(bytes, message)` reads the message at the front and sets `message.bytes` to its length. Messages are parsed in
// place; only a message that is split across pieces is copied and reassembled.
template <class Message, Parse (*parse)(std::string_view, Message&)>
class MessageCutter {
  public:
    template <class OnMessage>
    bool add(std::string_view piece, OnMessage&& on_message) {
        if (unfinished_.empty()) [[likely]] {
            const bool whole = cut(piece, on_message);
            unfinished_.assign(piece);
            return whole;
        }
        unfinished_.append(piece);
        std::string_view rest = unfinished_;
        const bool whole = cut(rest, on_message);
        unfinished_.erase(0, unfinished_.size() - rest.size());
        return whole;
    }

  private:
    // Leaves the incomplete message at the end in `bytes`.
    template <class OnMessage>
    static bool cut(std::string_view& bytes, OnMessage&& on_message) {
        Message message;
        while (!bytes.empty()) {
            const Parse parsed = parse(bytes, message);
            if (parsed != Parse::complete) {
                return parsed == Parse::partial;
            }
            on_message(message);
            bytes.remove_prefix(message.bytes);
        }
        return true;
    }

    std::string unfinished_;
};

}  // namespace notifyd::bench
