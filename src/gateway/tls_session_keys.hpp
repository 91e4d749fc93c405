// The keys that TLS session tickets are sealed with: whoever learns one can read the sessions resumed by it, so they
// are replaced often, and a ticket of the key before still opens.
// Owns:   two keys, wiped when they go.
// Thread: one loop; a new key comes to every loop from outside.
// Fails:  TicketKey::random throws where OpenSSL has no random numbers.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <optional>
#include <span>

namespace notifyd::gateway {

struct TicketKey {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};

    [[nodiscard]] static TicketKey random();

    TicketKey() = default;
    TicketKey(const TicketKey&) = default;
    TicketKey& operator=(const TicketKey&) = default;
    ~TicketKey();
};

class TicketKeys {
  public:
    explicit TicketKeys(const TicketKey& first) : current_(first) {}

    void rotate(const TicketKey& next) {
        previous_ = current_;
        current_ = next;
    }
    [[nodiscard]] const TicketKey& current() const { return current_; }
    // nullptr: of neither.
    [[nodiscard]] const TicketKey* find(std::span<const unsigned char, 16> name) const;

    // Handshakes of this context seal and open tickets with `keys`, which outlives them.
    static void serve(SSL_CTX* context, const TicketKeys* keys);

  private:
    TicketKey current_;
    std::optional<TicketKey> previous_;
};

}  // namespace notifyd::gateway
