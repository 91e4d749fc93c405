// The keys that encrypt TLS session tickets. Whoever obtains a key can read the sessions resumed with it, so keys are
// replaced often; a session ticket of the previous key can still be opened.
// Owns:   two keys, wiped on destruction.
// Thread: one loop; a new key is passed to every loop from outside.
// Fails:  TlsSessionKey::random throws if OpenSSL has no random numbers.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <optional>
#include <span>

namespace notifyd::gateway {

struct TlsSessionKey {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};

    [[nodiscard]] static TlsSessionKey random();

    TlsSessionKey() = default;
    TlsSessionKey(const TlsSessionKey&) = default;
    TlsSessionKey& operator=(const TlsSessionKey&) = default;
    ~TlsSessionKey();
};

class TlsSessionKeys {
  public:
    explicit TlsSessionKeys(const TlsSessionKey& first) : current_(first) {}

    void rotate(const TlsSessionKey& next) {
        previous_ = current_;
        current_ = next;
    }
    [[nodiscard]] const TlsSessionKey& current() const { return current_; }
    // nullptr: neither key has this name.
    [[nodiscard]] const TlsSessionKey* find(std::span<const unsigned char, 16> name) const;

    // Handshakes of this context seal and open session tickets with `keys`, which must outlive them.
    static void serve(SSL_CTX* context, const TlsSessionKeys* keys);

  private:
    TlsSessionKey current_;
    std::optional<TlsSessionKey> previous_;
};

}  // namespace notifyd::gateway
