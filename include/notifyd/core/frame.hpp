// Bytes for a socket, encoded once and shared by all connections of one loop: whole WebSocket frames, or an HTTP reply.
// The bytes share one allocation with the reference count.
// Thread: one loop. The count is not atomic, so a frame must never leave the loop that created it; debug and sanitizer
// builds check this.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <thread>

namespace notifyd {

class Frame {
  public:
    // Makes a frame of `size` bytes, to be filled through `bytes()` before it is shared.
    [[nodiscard]] static boost::intrusive_ptr<Frame> make(std::size_t size) {
        void* space = ::operator new(sizeof(Frame) + size);
        return {::new (space) Frame(size)};
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] const char* data() const { return reinterpret_cast<const char*>(this + 1); }
    [[nodiscard]] char* bytes() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] std::string_view view() const { return {data(), size_}; }

    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    friend void intrusive_ptr_add_ref(const Frame* frame) {
        frame->check_thread();
        ++frame->count_;
    }
    friend void intrusive_ptr_release(const Frame* frame) {
        frame->check_thread();
        if (--frame->count_ == 0) {
            frame->~Frame();
            ::operator delete(const_cast<Frame*>(frame));
        }
    }

  private:
    explicit Frame(std::size_t size) : size_(size) {}
    ~Frame() = default;

#ifdef NDEBUG
    void check_thread() const {}
#else
    void check_thread() const {
        assert(thread_ == std::this_thread::get_id());
    }
    std::thread::id thread_ = std::this_thread::get_id();
#endif

    std::size_t size_;
    mutable std::uint32_t count_ = 0;
};

using FramePtr = boost::intrusive_ptr<const Frame>;

// Plain bytes, such as an HTTP reply.
[[nodiscard]] FramePtr make_frame(std::string_view bytes);

}  // namespace notifyd
