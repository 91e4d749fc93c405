// One HTTP/1.1 request out of a buffer of bytes, wherever those come from: where it begins and ends, and what of it is
// refused so that nobody can take it for two (RFC 9112 §11.2).
// Flow:   socket -> buffer -> take_head, take_body -> read_target -> router
// Owns:   Beast's parser.
// Thread: one loop.
// Fails:  by Error; the connection must then end, because where the next request begins cannot be told.
#pragma once

#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"

#include "field_lines.hpp"
#include "head_fields.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::gateway {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// Empty lines before a request are passed over (RFC 9112 §2.2); whether the buffer then holds something of one.
[[nodiscard]] bool skip_empty_lines(boost::beast::flat_buffer& buffer);

class RequestReader {
  public:
    enum class Progress : std::uint8_t { needs_more, complete };

    RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    // Request line and fields, at most limits::header_bytes_max of them.
    [[nodiscard]] Result<Progress> take_head(boost::beast::flat_buffer& buffer);
    // After the head; at most `bytes_max`, as announced or as they come.
    [[nodiscard]] Result<Progress> take_body(boost::beast::flat_buffer& buffer, std::size_t bytes_max);

    // How much memory the body's text needs before the next take_body: all that was announced, or, for a chunked body,
    // enough for what the buffer holds. 0: none, or the body is larger than `bytes_max`, which take_body reports.
    [[nodiscard]] std::size_t body_room_wanted(const boost::beast::flat_buffer& buffer, std::size_t bytes_max) const;
    // Makes that room, so that take_body allocates nothing.
    void reserve_body(std::size_t bytes) { parser_.get().body().reserve(bytes); }

    // As far as it was read: nothing, or the whole head and perhaps the body.
    [[nodiscard]] const BeastRequest& request() const { return parser_.get(); }
    // Of the same lines; none after release().
    [[nodiscard]] const HeadFields& fields() const { return fields_; }
    [[nodiscard]] std::string take_body_text() { return std::move(parser_.get().body()); }
    [[nodiscard]] BeastRequest release() {
        fields_ = {};
        return parser_.release();
    }
    [[nodiscard]] bool has_body() const;
    // As announced; a chunked one may be of any size.
    [[nodiscard]] std::uint64_t body_bytes_at_most() const;
    [[nodiscard]] bool keep_alive() const { return parser_.keep_alive(); }

  private:
    // The fields behind the last chunk, which the buffer holds whole: nothing is done with them.
    [[nodiscard]] Result<Progress> drop_trailer(boost::beast::flat_buffer& buffer);

    // Beast calls it for each chunk, and for the last one (of size 0) before it reads the fields that may follow. Those
    // come too late for whoever decided by the head, and Beast would put them into it: so it is stopped before them.
    struct ChunkCheck {
        const char* trailer = nullptr;  // where in the buffer they begin; null: there are none
        std::size_t extension_bytes = 0;
        void operator()(std::uint64_t size, boost::beast::string_view extensions, boost::beast::error_code& error);
    };

    ChunkCheck chunk_check_;
    RequestParser parser_;
    HeadFields fields_;
    FieldLines lines_;
    bool body_begun_ = false;
};

// The path, at least "/" (or "*": the server itself, for OPTIONS), and the query. Percent-decoded, but for what makes a
// path's structure: a slash inside a segment stays %2F, and so a percent sign stays %25.
struct Target {
    std::string path;
    QueryParameters query;
};

// RFC 9112 §3.2: the origin form, the absolute form that proxies use, and the asterisk of OPTIONS.
[[nodiscard]] Result<Target> read_target(const BeastRequest& head);

}  // namespace notifyd::gateway
