// One keep-alive HTTP/1.1 connection: whole requests out, responses with Content-Length in.
// Owns: its stream. Thread: one. Fails: throws ConnectionError when closed or sent something it cannot read.
#pragma once

#include "stream.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

struct HttpResponse {
    unsigned status = 0;
    std::string_view body;  // points into the bytes that were parsed
    std::size_t bytes = 0;  // head and body
};

enum class HttpParse : std::uint8_t { complete, partial, broken };

HttpParse parse_http_response(std::string_view bytes, HttpResponse& response);

class HttpClient {
  public:
    HttpClient(const std::string& host, std::uint16_t port);

    int descriptor() const { return stream_.descriptor(); }

    void send(std::string_view request) { stream_.outgoing().append(request); }
    void flush() { stream_.flush(); }

    // Reads what has come and hands each response to `on_response`; it is valid during that call only.
    template <class OnResponse>
    void receive(Scratch& scratch, OnResponse&& on_response) {
        for (bool may_have_more = true; may_have_more;) {
            const Stream::Received received = stream_.receive(scratch);
            if (received.bytes.empty()) {
                return;
            }
            may_have_more = received.may_have_more;
            std::string_view bytes = received.bytes;
            HttpResponse response;
            HttpParse parsed = parse_http_response(bytes, response);
            for (; parsed == HttpParse::complete; parsed = parse_http_response(bytes, response)) {
                on_response(response);
                bytes.remove_prefix(response.bytes);
            }
            if (parsed == HttpParse::broken) {
                throw ConnectionError("a response of the server cannot be read");
            }
            stream_.keep(bytes);
        }
    }

  private:
    Stream stream_;
};

}  // namespace notifyd::bench
