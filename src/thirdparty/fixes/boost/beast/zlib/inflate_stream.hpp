// In place of Beast 1.81's header of the same name, whose clear() does nothing: at the end of a message Beast feeds its
// inflater the empty block (RFC 7692 §7.2.2) until nothing comes out, and so once too often where the first feed still
// brought something. The inflater is left within that second block, and the next message is taken for broken (mended
// in later versions: boostorg/beast#3028). Beast calls clear() after each message when the client keeps no
// context, which we always ask for: here it does what its comment promises.
// Distributed under the Boost Software License 1.0, as the original is (Copyright 2016–2019 Vinnie Falco).
#ifndef BOOST_BEAST_ZLIB_INFLATE_STREAM_HPP
#define BOOST_BEAST_ZLIB_INFLATE_STREAM_HPP

#include <boost/beast/core/detail/config.hpp>
#include <boost/beast/zlib/detail/inflate_stream.hpp>

namespace boost {
namespace beast {
namespace zlib {

class inflate_stream : private detail::inflate_stream {
  public:
    inflate_stream() = default;

    void reset() { doReset(); }
    void reset(int window_bits) { doReset(window_bits); }
    // The original: doClear(), which is empty.
    void clear() { doReset(); }
    void write(z_params& zs, Flush flush, error_code& ec) { doWrite(zs, flush, ec); }
};

}  // namespace zlib
}  // namespace beast
}  // namespace boost

#endif
