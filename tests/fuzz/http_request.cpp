// Bytes of a connection -> requests -> target, query and route. The first byte selects how they are split into pieces.
#include "notifyd/core/limits.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/wire/connect.hpp"
#include "notifyd/wire/messages.hpp"
#include "notifyd/wire/permissions.hpp"

#include "http/request_reader.hpp"
#include "http/route_match.hpp"
#include "input.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

using namespace notifyd;
using gateway::RequestReader;

namespace {

constexpr std::size_t body_bytes_max = 4096;

constexpr gateway::Route table[] = {{"GET", "/messages"},
                                    {"POST", "/publish"},
                                    {"POST", "/dlq/redrive"},
                                    {"POST", "/dlq/{id}/redrive"},
                                    {"DELETE", "/dlq/{id}"}};

// Puts the next piece into the buffer; returns false if there is none.
class Pieces {
  public:
    Pieces(std::string_view bytes, std::size_t size) : bytes_(bytes), size_(size) {}
    bool next(boost::beast::flat_buffer& buffer) {
        if (bytes_.empty()) return false;
        const std::string_view piece = bytes_.substr(0, size_);
        std::copy(piece.begin(), piece.end(), static_cast<char*>(buffer.prepare(piece.size()).data()));
        buffer.commit(piece.size());
        bytes_.remove_prefix(piece.size());
        return true;
    }

  private:
    std::string_view bytes_;
    std::size_t size_;
};

// What our single pass found must equal what Beast finds by name.
void compare(const gateway::HeadFields& fields, const gateway::BeastRequest& head) {
    const std::pair<const char*, const gateway::HeadField*> named[] = {{"Authorization", &fields.authorization},
                                                                       {"Connection", &fields.connection},
                                                                       {"Content-Encoding", &fields.content_encoding},
                                                                       {"Content-Length", &fields.content_length},
                                                                       {"Content-Type", &fields.content_type},
                                                                       {"X-Correlation-Id", &fields.correlation_id},
                                                                       {"Host", &fields.host},
                                                                       {"Idempotency-Key", &fields.idempotency_key},
                                                                       {"Origin", &fields.origin},
                                                                       {"X-Request-Id", &fields.request_id},
                                                                       {"traceparent", &fields.traceparent},
                                                                       {"Transfer-Encoding", &fields.transfer_encoding},
                                                                       {"Upgrade", &fields.upgrade},
                                                                       {"User-Agent", &fields.user_agent}};
    for (const auto& [name, field] : named) {
        fuzz::require(field->times == head.count(name));
        fuzz::require(field->value == std::string_view(head[name].data(), head[name].size()));
    }
    const auto [begin, end] = head.equal_range("X-Forwarded-For");
    fuzz::require(std::equal(begin,
                             end,
                             fields.forwarded_for.begin(),
                             fields.forwarded_for.end(),
                             [](const auto& line, std::string_view value) { return line.value() == value; }));
}

void use(const gateway::BeastRequest& head) {
    const Result<gateway::Target> target = gateway::read_target(head);
    if (!target) return;
    fuzz::require(is_valid_utf8(target->path) && !target->path.empty());
    const gateway::RouteMatch match =
        match_route(table, {head.method_string().data(), head.method_string().size()}, target->path);
    fuzz::require(match.route == nullptr || match.allow.empty());
    static_cast<void>(wire::parse_connect_query(target->query));
    static_cast<void>(wire::parse_messages_query(target->query));
}

template <class Take>
bool read(boost::beast::flat_buffer& buffer, Pieces& pieces, Take take) {
    for (;;) {
        const Result<RequestReader::Progress> progress = take();
        if (!progress) return false;
        if (*progress == RequestReader::Progress::complete) return true;
        if (!pieces.next(buffer)) return false;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = data[0] == 0 ? limits::header_bytes_max : data[0];
    Pieces pieces(fuzz::text_of(data + 1, size - 1), piece);
    boost::beast::flat_buffer buffer(8 * limits::header_bytes_max);
    for (;;) {
        while (!gateway::skip_empty_lines(buffer)) {
            if (!pieces.next(buffer)) return 0;
        }
        RequestReader reader;
        if (!read(buffer, pieces, [&] { return reader.take_head(buffer); })) return 0;
        compare(reader.fields(), reader.request());
        use(reader.request());
        if (!read(buffer, pieces, [&] { return reader.take_body(buffer, body_bytes_max); })) return 0;
        fuzz::require(reader.request().body().size() <= body_bytes_max);
    }
}
