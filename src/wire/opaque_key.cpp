// A key is base64url of a version, the position, and a digest of the position and of the query it belongs to.
#include "notifyd/wire/opaque_key.hpp"

#include "notifyd/core/base64url.hpp"

#include "query_reader.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

namespace notifyd::wire {

namespace {

// The first byte identifies the layout; any other value comes from another build.
constexpr char page_key_version = 1;
constexpr char list_key_version = 2;
constexpr std::size_t number_bytes = 8;

// FNV-1a guards against mistakes, not against malice: a forged key only names another position in a list that its
// author may read anyway.
class Digest {
  public:
    void add(std::uint64_t number) {
        for (std::size_t i = 0; i < number_bytes; ++i) add_byte(static_cast<std::uint8_t>(number >> (8 * i)));
    }
    void add(std::string_view text) {
        add(std::uint64_t{text.size()});
        for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
    }
    // Distinguishes absent from 0.
    void add(const std::optional<EpochMs>& time) {
        add(std::uint64_t{time.has_value()});
        add(static_cast<std::uint64_t>(time.value_or(0)));
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

  private:
    void add_byte(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001B3U; }

    std::uint64_t hash_ = 0xCBF29CE484222325U;
};

std::uint64_t digest_of(const PageCursor& next, const PageQuery& query) {
    Digest digest;
    digest.add(next.counter);
    digest.add(static_cast<std::uint64_t>(next.position));
    digest.add(query.topic.text());
    digest.add(static_cast<std::uint64_t>(query.order));
    digest.add(query.from_time);
    digest.add(query.to_time);
    digest.add(std::uint64_t{query.sequences.size()});
    for (const SequenceRange& range : query.sequences) {
        digest.add(range.first);
        digest.add(range.last);
    }
    return digest.value();
}

std::uint64_t digest_of(ListKind kind, std::string_view subject, std::string_view last) {
    Digest digest;
    digest.add(static_cast<std::uint64_t>(kind));
    digest.add(subject);
    digest.add(last);
    return digest.value();
}

void append_number(std::string& bytes, std::uint64_t number) {
    for (std::size_t i = 0; i < number_bytes; ++i) bytes += static_cast<char>(number >> (8 * i));
}

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = number_bytes; i-- > 0;) number = number << 8U | static_cast<std::uint8_t>(bytes[at + i]);
    return number;
}

}  // namespace

Error bad_start_key() {
    return {Errc::invalid_request, "Invalid startKey format"};
}

std::string encode_page_key(const PageCursor& next, const PageQuery& query) {
    std::string bytes(1, page_key_version);
    append_number(bytes, next.counter);
    append_number(bytes, static_cast<std::uint64_t>(next.position));
    append_number(bytes, digest_of(next, query));
    return base64url_encode(bytes);
}

Result<PageCursor> decode_page_key(std::string_view key, const PageQuery& query) {
    constexpr std::size_t key_bytes = 1 + 3 * number_bytes;
    const auto bytes = base64url_decode(key);
    if (!bytes || bytes->size() != key_bytes || bytes->front() != page_key_version) return bad_start_key();
    const PageCursor next{number_at(*bytes, 1), static_cast<Position>(number_at(*bytes, 1 + number_bytes))};
    if (number_at(*bytes, 1 + 2 * number_bytes) != digest_of(next, query)) return bad_start_key();
    return next;
}

std::string encode_list_key(ListKind kind, std::string_view subject, std::string_view last) {
    std::string bytes(1, list_key_version);
    append_number(bytes, digest_of(kind, subject, last));
    bytes.append(last);
    return base64url_encode(bytes);
}

Result<std::string> decode_list_key(ListKind kind, std::string_view subject, std::string_view key) {
    constexpr std::size_t head_bytes = 1 + number_bytes;
    auto bytes = base64url_decode(key);
    if (!bytes || bytes->size() < head_bytes || bytes->front() != list_key_version) return bad_start_key();
    const std::uint64_t digest = number_at(*bytes, 1);
    bytes->erase(0, head_bytes);
    if (digest != digest_of(kind, subject, *bytes)) return bad_start_key();
    return *std::move(bytes);
}

Result<std::optional<std::string>> decode_list_start(ListKind kind,
                                                     std::string_view subject,
                                                     const std::optional<std::string>& key) {
    if (!key) return std::optional<std::string>{};
    Result<std::string> last = decode_list_key(kind, subject, *key);
    if (!last) return last.error();
    return std::optional(*std::move(last));
}

Result<std::optional<Uuid>> decode_id_list_start(ListKind kind,
                                                 std::string_view subject,
                                                 const std::optional<std::string>& key) {
    const Result<std::optional<std::string>> last = decode_list_start(kind, subject, key);
    if (!last) return last.error();
    if (!*last) return std::optional<Uuid>{};
    const std::optional<Uuid> id = Uuid::parse(**last);
    if (!id) return bad_start_key();
    return id;
}

std::string encode_chat_key(const UserId& user, const ChatPlace& last) {
    return encode_list_key(ListKind::chats, user.get(), std::to_string(last.last_message) + ' ' + last.topic.text());
}

Result<std::optional<ChatPlace>> decode_chat_list_start(const UserId& user, const std::optional<std::string>& key) {
    const Result<std::optional<std::string>> last = decode_list_start(ListKind::chats, user.get(), key);
    if (!last) return last.error();
    if (!*last) return std::optional<ChatPlace>{};
    const std::string_view text = **last;
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return bad_start_key();
    const auto position = parse_digits(text.substr(0, space));
    Result<TopicName> topic = TopicName::parse(text.substr(space + 1));
    constexpr auto position_max = static_cast<std::uint64_t>(std::numeric_limits<Position>::max());
    if (!position || *position > position_max || !topic) return bad_start_key();
    return std::optional(ChatPlace{static_cast<Position>(*position), std::move(*topic)});
}

}  // namespace notifyd::wire
