// Stricter than Beast's parser wherever another server on the way might see a different boundary.
#include "http/request_reader.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/core/topic_name.hpp"

#include <boost/url.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;
namespace urls = boost::urls;

namespace {

using Progress = RequestReader::Progress;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

std::string_view view(const beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

Error url_too_long() {
    return {Errc::uri_too_long, "The URL is longer than 8 KiB"};
}

Error body_too_large() {
    return {Errc::payload_too_large, "The body is too large"};
}

Error trailer_too_long() {
    return {Errc::headers_too_large, "The trailer fields are larger than 16 KiB"};
}

// Whether the line of the last chunk, "0", has arrived, perhaps preceded by the end of the previous chunk.
bool begins_with_last_chunk(std::string_view text) {
    if (text.starts_with("\r\n")) text.remove_prefix(2);
    const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
    const std::string_view rest = text.substr(zeros);
    return zeros != 0 && (rest.starts_with('\r') || rest.starts_with(';')) && rest.find("\r\n") != rest.npos;
}

// Which part made the head too long: the URL or the fields.
Error head_too_long(std::string_view text) {
    const std::string_view line = text.substr(0, text.find('\r'));
    const std::size_t target = line.find(' ') + 1;
    const std::size_t end = std::min(line.find(' ', target), line.size());
    if (target != 0 && end - target > limits::url_bytes_max) return url_too_long();
    return {Errc::headers_too_large, "The headers are larger than 16 KiB"};
}

// RFC 9112 §3.2: a host and optionally a port; empty if the target has no authority.
bool is_host(std::string_view text) {
    const auto parsed = urls::parse_authority({text.data(), text.size()});
    return parsed && !parsed->has_userinfo();
}

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 9112 §6.3: if the end of a body is ambiguous, the rest must not be read as the next request.
Result<void> check_body_length(const BeastRequest& head, const HeadFields& fields) {
    const HeadField& coding = fields.transfer_encoding;
    const bool chunked = beast::iequals(coding.value, "chunked");
    if (coding.times > 1 || (coding.times == 1 && (!chunked || head.version() < 11))) {
        return Error{Errc::invalid_request, "Transfer-Encoding must be chunked"};
    }
    const HeadField& length = fields.content_length;
    if (length.times > 1 || (length.times == 1 && !is_number(length.value))) {
        return Error{Errc::invalid_request, "Content-Length must be one number"};
    }
    return {};
}

// RFC 9110 §5.3: the lines of a list form one list, but Beast looks only at the first one.
void join_lines(BeastRequest& head, http::field name) {
    if (head.count(name) < 2) return;
    std::string list;
    const auto lines = head.equal_range(name);
    for (auto line = lines.first; line != lines.second; ++line) {
        if (!list.empty()) list.append(", ");
        list.append(view(line->value()));
    }
    head.set(name, list);
}

Result<void> check_head(const BeastRequest& head, const HeadFields& fields) {
    if (head.target().size() > limits::url_bytes_max) return url_too_long();
    if (fields.host.times > 1 || (fields.host.times == 0 && head.version() >= 11)) {
        return Error{Errc::invalid_request, "The request must have one Host header"};
    }
    if (!is_host(fields.host.value)) return Error{Errc::invalid_request, "The Host header is not valid"};
    return check_body_length(head, fields);
}

}  // namespace

bool skip_empty_lines(beast::flat_buffer& buffer) {
    while (view(buffer).starts_with("\r\n")) buffer.consume(2);
    return !std::string_view("\r").starts_with(view(buffer));
}

RequestReader::RequestReader() {
    // It is only given whole heads, whose size has already been checked.
    parser_.header_limit(2 * static_cast<std::uint32_t>(limits::header_bytes_max));
    parser_.body_limit(boost::none);
    parser_.on_chunk_header(chunk_check_);
}

void RequestReader::ChunkCheck::operator()(std::uint64_t size,
                                           beast::string_view extensions,
                                           beast::error_code& error) {
    // Beast accepts a bare LF in a quoted value, where another server sees the end of the line. Nothing here uses
    // extensions, so they are kept short, and cannot be used to drag out a body (RFC 9112 §7.1.1).
    const auto is_border = [](char c) { return is_control(c) && c != '\t'; };
    extension_bytes += extensions.size();
    if (std::ranges::any_of(extensions, is_border) || extension_bytes > limits::header_bytes_max) {
        error = http::error::bad_chunk_extension;
        return;
    }
    if (size != 0) return;
    // Beast has found the end of the last line and of the message by now, so these bytes exist.
    const char* const line_end = extensions.data() + extensions.size();
    if (std::string_view(line_end, 4) == "\r\n\r\n") return;
    trailer = line_end + 2;
    error = http::error::bad_chunk;
}

bool RequestReader::has_body() const {
    return parser_.content_length().value_or(0) != 0 || parser_.chunked();
}

std::uint64_t RequestReader::body_bytes_at_most() const {
    return parser_.chunked() ? std::numeric_limits<std::uint64_t>::max() : parser_.content_length().value_or(0);
}

std::size_t RequestReader::body_room_wanted(const beast::flat_buffer& buffer, std::size_t bytes_max) const {
    if (!parser_.chunked()) {
        const std::uint64_t announced = parser_.content_length().value_or(0);
        return announced > bytes_max ? 0 : static_cast<std::size_t>(announced);
    }
    const std::string& body = request().body();
    const std::size_t needed = body.size() + buffer.size();
    if (needed <= body.capacity()) return body.capacity();
    // Doubled, so that the text is not copied for every piece. What exceeds the limit is never stored.
    return std::min(std::max(needed, 2 * body.capacity()), bytes_max);
}

Result<Progress> RequestReader::take_head(beast::flat_buffer& buffer) {
    const std::string_view text = view(buffer).substr(0, limits::header_bytes_max);
    const Result<std::size_t> end = lines_.find_end(text);
    if (!end) return end.error();
    if (*end == 0 && text.size() == limits::header_bytes_max) return head_too_long(text);
    if (*end == 0) return Progress::needs_more;
    beast::error_code error;
    parser_.put({text.data(), *end}, error);
    // Even for a truncated head: the error reply needs its request id.
    fields_ = read_head_fields(request());
    if (error || !parser_.is_header_done()) return malformed_request();
    buffer.consume(*end);
    if (fields_.connection.times > 1 || fields_.upgrade.times > 1) {
        join_lines(parser_.get(), http::field::connection);
        join_lines(parser_.get(), http::field::upgrade);
        // Joining replaces the lines.
        fields_ = read_head_fields(request());
    }
    if (const Result<void> checked = check_head(request(), fields_); !checked) return checked.error();
    return Progress::complete;
}

Result<Progress> RequestReader::take_body(beast::flat_buffer& buffer, std::size_t bytes_max) {
    if (parser_.content_length().value_or(0) > bytes_max) return body_too_large();
    parser_.eager(true);
    // Limits a chunked body, which Beast counts down.
    if (!std::exchange(body_begun_, true)) parser_.body_limit(bytes_max);
    // A chunked body ends with "0\r\n\r\n", so at least this much is still to come; Beast needs all of its last line at
    // once.
    const std::size_t bytes_min = parser_.chunked() ? 5 : 1;
    beast::error_code error;
    while (!error && !parser_.is_done() && buffer.size() >= bytes_min) {
        buffer.consume(parser_.put(buffer.data(), error));
    }
    if (error == http::error::body_limit) return body_too_large();
    if (chunk_check_.trailer != nullptr) return drop_trailer(buffer);
    if (error && error != http::error::need_more) return malformed_request();
    if (parser_.is_done()) return Progress::complete;
    // What remains is the line of a chunk, which nobody needs to be long, or trailer fields.
    if (buffer.size() < limits::header_bytes_max) return Progress::needs_more;
    return begins_with_last_chunk(view(buffer)) ? trailer_too_long() : malformed_request();
}

Result<Progress> RequestReader::drop_trailer(beast::flat_buffer& buffer) {
    const std::string_view left = view(buffer);
    const std::string_view trailer = left.substr(static_cast<std::size_t>(chunk_check_.trailer - left.data()));
    const Result<std::size_t> end = FieldLines().find_end(trailer);
    if (!end || *end == 0 || !are_fields(trailer.substr(0, *end))) return malformed_request();
    if (*end > limits::header_bytes_max) return trailer_too_long();
    buffer.consume(left.size() - trailer.size() + *end);
    return Progress::complete;
}

namespace {

// Characters that browsers leave unencoded in a query and in a path (URL Standard, "percent-encode sets"), although RFC
// 3986 requires encoding.
constexpr std::string_view raw_in_query = "|[]{}^`\\";
constexpr std::string_view raw_in_path = "|[]^";

// The target as RFC 3986 requires it. The authority of an absolute target may contain brackets.
std::string encode_raw(std::string_view target) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    std::string_view raw = target.starts_with('/') ? raw_in_path : std::string_view();
    for (const char c : target) {
        if (c == '?') raw = raw_in_query;
        if (raw.find(c) == std::string_view::npos) {
            encoded.push_back(c);
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded.append({'%', digits[byte / 16], digits[byte % 16]});
        }
    }
    return encoded;
}

// Requires that `encoded` is valid: two digits after each percent sign.
std::string read_path(std::string_view encoded) {
    std::string path;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        char c = encoded[i];
        const bool is_encoded = c == '%';
        if (is_encoded) {
            unsigned char byte = 0;
            std::from_chars(encoded.data() + i + 1, encoded.data() + i + 3, byte, 16);
            c = static_cast<char>(byte);
            i += 2;
        }
        if (is_encoded && c == '/') {
            path.append("%2F");
        } else if (c == '%') {
            path.append("%25");
        } else {
            path.push_back(c);
        }
    }
    return path;
}

}  // namespace

Result<Target> read_target(const BeastRequest& head) {
    std::string_view text = view(head.target());
    std::string encoded;
    if (text.find_first_of(raw_in_query) != std::string_view::npos) text = encoded = encode_raw(text);
    const Error bad(Errc::invalid_request, "The URL is not valid: percent-encode its special characters");
    Target target;
    if (text == "*" && head.method() == http::verb::options) {
        target.path = text;
        return target;
    }
    const bool origin_form = text.starts_with('/');
    const auto parsed = origin_form ? urls::parse_origin_form({text.data(), text.size()})
                                    : urls::parse_absolute_uri({text.data(), text.size()});
    if (!parsed) return bad;
    if (!origin_form) {
        const bool http_scheme =
            parsed->scheme_id() == urls::scheme::http || parsed->scheme_id() == urls::scheme::https;
        if (!http_scheme || parsed->has_userinfo()) return bad;
        // RFC 9112 §3.2.2 gives precedence to the target, but accepting two names for one request is not worth the
        // ambiguity.
        const urls::string_view authority = parsed->encoded_host_and_port();
        if (head.count(http::field::host) != 0 &&
            !beast::iequals(beast::string_view(authority.data(), authority.size()), head[http::field::host])) {
            return Error{Errc::invalid_request, "The Host header and the URL name different hosts"};
        }
    }
    const urls::string_view encoded_path = parsed->encoded_path();
    target.path = read_path({encoded_path.data(), encoded_path.size()});
    if (target.path.empty()) target.path.push_back('/');
    urls::encoding_opts form;
    form.space_as_plus = true;
    for (const auto& parameter : parsed->params(form)) {
        if (!is_valid_utf8(parameter.key) || !is_valid_utf8(parameter.value)) return bad;
        target.query.emplace_back(parameter.key, parameter.value);
    }
    if (!is_valid_utf8(target.path)) return bad;
    return target;
}

}  // namespace notifyd::gateway
