// Hashes with OpenSSL's SHA-256.
#include "notifyd/publish/deduplication_key.hpp"

#include <openssl/evp.h>

#include <stdexcept>
#include <string>

namespace notifyd::publish {

namespace {

using Digest = DeduplicationKey;

Digest sha256(std::string_view text) {
    Digest digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
    return digest;
}

std::string to_hex(const Digest& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest) text.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    return text;
}

// Prefixed with its length, so that two different lists of texts never become the same bytes.
void append(std::string& out, std::string_view text) {
    for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(text.size() >> shift & 0xFFU);
    out += text;
}

DeduplicationKey key_of(std::string_view name_space, const UserId& user, const TopicName& topic, std::string_view id) {
    std::string text;
    append(text, name_space);
    append(text, user.get());
    append(text, topic.text());
    append(text, id);
    return sha256(text);
}

}  // namespace

DeduplicationKey deduplication_key(const UserId& user, const TopicName& topic, std::string_view id) {
    return key_of("id", user, topic, id);
}

DeduplicationKey content_deduplication_key(const UserId& user,
                                           const TopicName& topic,
                                           std::string_view payload_fields) {
    return key_of("content", user, topic, to_hex(sha256(payload_fields)));
}

DeduplicationKey request_key(const UserId& user, std::string_view id) {
    std::string text;
    append(text, "request");
    append(text, user.get());
    append(text, id);
    return sha256(text);
}

}  // namespace notifyd::publish
