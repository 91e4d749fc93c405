#include "http_client.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace notifyd::bench {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t head_bytes_max = 16 * 1024;

std::optional<std::size_t> parse_size(std::string_view text) {
    const std::size_t start = std::min(text.find_first_not_of(' '), text.size());
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), number);
    return error == std::errc{} ? std::optional(number) : std::nullopt;
}

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_content_length(std::string_view name) {
    constexpr std::string_view content_length = "content-length";
    return std::ranges::equal(name, content_length, {}, lower);
}

std::optional<std::size_t> content_length_of(std::string_view head) {
    std::size_t line = head.find(line_end);
    while (line != std::string_view::npos) {
        const std::size_t start = line + line_end.size();
        line = head.find(line_end, start);
        const std::string_view field = head.substr(start, line == std::string_view::npos ? line : line - start);
        const std::size_t colon = field.find(':');
        if (colon != std::string_view::npos && is_content_length(field.substr(0, colon))) {
            return parse_size(field.substr(colon + 1));
        }
    }
    return std::nullopt;
}

}  // namespace

Parse parse_http_response(std::string_view bytes, HttpResponse& response) {
    const std::size_t head_bytes = bytes.find(head_end);
    if (head_bytes == std::string_view::npos) {
        return bytes.size() > head_bytes_max ? Parse::broken : Parse::partial;
    }
    constexpr std::string_view version = "HTTP/1.1 ";
    const std::string_view head = bytes.substr(0, head_bytes);
    if (!head.starts_with(version)) {
        return Parse::broken;
    }
    const std::optional<std::size_t> status = parse_size(head.substr(version.size()));
    const std::optional<std::size_t> body_bytes = content_length_of(head);
    if (!status || *status > 999 || !body_bytes || *body_bytes > Scratch::bytes_max) {
        return Parse::broken;
    }
    const std::size_t body_start = head_bytes + head_end.size();
    if (bytes.size() - body_start < *body_bytes) {
        return Parse::partial;
    }
    response.status = static_cast<unsigned>(*status);
    response.body = bytes.substr(body_start, *body_bytes);
    response.bytes = body_start + *body_bytes;
    return Parse::complete;
}

HttpClient::HttpClient(const Endpoint& endpoint) : stream_(endpoint) {
    while (!stream_.establish()) {
        stream_.wait();
    }
}

}  // namespace notifyd::bench
