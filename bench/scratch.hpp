// The receive buffers. All connections share them, so that they stay in the CPU's cache.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace notifyd::bench {

class Scratch {
  public:
    // Larger than any frame that the server may send, and small enough for the L2 cache.
    static constexpr std::size_t bytes_max = 512 * 1024;
    static constexpr std::size_t encrypted_bytes_max = 256 * 1024;

    std::span<char> bytes() { return bytes_; }
    // Data received over TLS, before it is decrypted into `bytes`.
    std::span<char> encrypted() { return encrypted_; }

  private:
    std::vector<char> bytes_ = std::vector<char>(bytes_max);
    std::vector<char> encrypted_ = std::vector<char>(encrypted_bytes_max);
};

}  // namespace notifyd::bench
