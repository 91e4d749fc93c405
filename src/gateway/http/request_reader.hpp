// Reads one HTTP/1.1 request from a buffer of bytes, whatever their source: where it begins and ends, and what must be
// refused so that nobody can see two requests in it (RFC 9112 §11.2).
// Flow:   socket -> buffer -> take_head, take_body -> read_target -> router
// Owns:   Beast's parser.
// Thread: one loop.
// Fails:  with an Error; the connection must then end, because the start of the next request is unknown.
#pragma once

#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"

#include "http/field_lines.hpp"
#include "http/head_fields.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::gateway {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// Skips empty lines before a request (RFC 9112 §2.2); returns whether the buffer then contains part of one.
[[nodiscard]] bool skip_empty_lines(boost::beast::flat_buffer& buffer);

class RequestReader {
  public:
    enum class Progress : std::uint8_t { needs_more, complete };

    RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    // Reads the request line and the fields, at most limits::header_bytes_max.
    [[nodiscard]] Result<Progress> take_head(boost::beast::flat_buffer& buffer);
    // Call after the head; reads at most `bytes_max`, whether announced or as chunks arrive.
    [[nodiscard]] Result<Progress> take_body(boost::beast::flat_buffer& buffer, std::size_t bytes_max);

    // How much memory the body's text needs before the next take_body: all that was announced, or, for a chunked body,
    // enough for what the buffer holds. 0: none, or the body is larger than `bytes_max`, which take_body reports.
    [[nodiscard]] std::size_t body_room_wanted(const boost::beast::flat_buffer& buffer, std::size_t bytes_max) const;
    // Makes that room, so that take_body allocates nothing.
    void reserve_body(std::size_t bytes) { parser_.get().body().reserve(bytes); }

    // What has been read so far: nothing, or the whole head and perhaps the body.
    [[nodiscard]] const BeastRequest& request() const { return parser_.get(); }
    // The fields of the same head; none after release().
    [[nodiscard]] const HeadFields& fields() const { return fields_; }
    [[nodiscard]] std::string take_body_text() { return std::move(parser_.get().body()); }
    [[nodiscard]] BeastRequest release() {
        fields_ = {};
        return parser_.release();
    }
    [[nodiscard]] bool has_body() const;
    // As announced; a chunked body may have any size.
    [[nodiscard]] std::uint64_t body_bytes_at_most() const;
    [[nodiscard]] bool keep_alive() const { return parser_.keep_alive(); }

  private:
    // The fields after the last chunk, which the buffer contains completely, are ignored.
    [[nodiscard]] Result<Progress> drop_trailer(boost::beast::flat_buffer& buffer);

    // Beast calls it for each chunk, and for the last one (of size 0) before it reads the fields that may follow. Those
    // arrive too late, after decisions based on the head, and Beast would add them to it, so it is stopped before them.
    struct ChunkCheck {
        const char* trailer = nullptr;  // where they begin in the buffer; null: there are none
        std::size_t extension_bytes = 0;
        void operator()(std::uint64_t size, boost::beast::string_view extensions, boost::beast::error_code& error);
    };

    ChunkCheck chunk_check_;
    RequestParser parser_;
    HeadFields fields_;
    FieldLines lines_;
    bool body_begun_ = false;
};

// The path, at least "/" (or "*": the server itself, for OPTIONS), and the query. Percent-decoded, except for what
// determines the path's structure: a slash inside a segment stays %2F, so a percent sign stays %25.
struct Target {
    std::string path;
    QueryParameters query;
};

// RFC 9112 §3.2: the origin form, the absolute form that proxies use, and the asterisk of OPTIONS.
[[nodiscard]] Result<Target> read_target(const BeastRequest& head);

}  // namespace notifyd::gateway
