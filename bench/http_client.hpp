// A keep-alive HTTP/1.1 connection that sends complete requests and receives responses with a Content-Length.
// Throws ConnectionError if the connection is closed or receives something that cannot be parsed.
#pragma once

#include "parse.hpp"
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

Parse parse_http_response(std::string_view bytes, HttpResponse& response);

class HttpClient {
  public:
    explicit HttpClient(const Endpoint& endpoint);

    int descriptor() const { return stream_.descriptor(); }

    void send(std::string_view request) { stream_.outgoing().append(request); }
    void flush() { stream_.flush(); }

    // Reads what has arrived and passes each response to `on_response`; it is valid only during that call.
    template <class OnResponse>
    void receive(Scratch& scratch, OnResponse&& on_response) {
        stream_.receive_with(scratch, [&](std::string_view bytes) {
            HttpResponse response;
            Parse parsed = parse_http_response(bytes, response);
            for (; parsed == Parse::complete; parsed = parse_http_response(bytes, response)) {
                on_response(response);
                bytes.remove_prefix(response.bytes);
            }
            if (parsed == Parse::broken) {
                throw ConnectionError("a response of the server cannot be read");
            }
            return bytes;
        });
    }

  private:
    Stream stream_;
};

}  // namespace notifyd::bench
