// Reads PEM files through OpenSSL one certificate at a time, so that their order can be checked.
#include "tls/certificate_files.hpp"

#include "notifyd/core/free_with.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace notifyd::gateway {

namespace {

void release_stack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);  // does not free the certificates
}
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Stack = std::unique_ptr<STACK_OF(X509), FreeWith<release_stack>>;

Error unusable(std::string_view key, const std::filesystem::path& file, const std::string& why) {
    return {Errc::invalid_request,
            std::string(key).append(": ").append(file.string()).append(" cannot be used: ").append(why)};
}

std::string reason_of_openssl() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? "unknown reason" : reason;
}

Result<Bio> open(std::string_view key, const std::filesystem::path& file) {
    Bio bio(BIO_new_file(file.c_str(), "r"));
    if (!bio) return unusable(key, file, std::generic_category().message(errno));
    return bio;
}

int refuse_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

Result<std::vector<Certificate>> read_chain(const std::filesystem::path& file) {
    constexpr std::string_view key = "tls.certificate";
    const Result<Bio> bio = open(key, file);
    if (!bio) return bio.error();
    std::vector<Certificate> chain;
    bool asked = false;
    while (X509* certificate = PEM_read_bio_X509(bio->get(), nullptr, refuse_passphrase, &asked)) {
        chain.emplace_back(certificate);
    }
    const unsigned long last = ERR_peek_last_error();
    if (ERR_GET_LIB(last) != ERR_LIB_PEM || ERR_GET_REASON(last) != PEM_R_NO_START_LINE) {
        return unusable(
            key, file, "certificate " + std::to_string(chain.size() + 1) + " is broken: " + reason_of_openssl());
    }
    ERR_clear_error();
    if (chain.empty()) return unusable(key, file, "it holds no PEM certificate (-----BEGIN CERTIFICATE-----)");
    return chain;
}

Result<PrivateKey> read_key(const std::filesystem::path& file) {
    constexpr std::string_view key = "tls.private_key";
    const Result<Bio> bio = open(key, file);
    if (!bio) return bio.error();
    bool asked = false;
    PrivateKey made(PEM_read_bio_PrivateKey(bio->get(), nullptr, refuse_passphrase, &asked));
    ERR_clear_error();
    if (made) return made;
    if (!asked) return unusable(key, file, "it holds no PEM private key (-----BEGIN PRIVATE KEY-----)");
    return unusable(key,
                    file,
                    "it is encrypted, and there is nobody to type its passphrase; decrypt it with `openssl pkey -in " +
                        file.string() + " -out NEW_FILE`, and let only the server read the new file");
}

bool has_signed(X509* issuer, X509* subject) {
    return X509_check_issued(issuer, subject) == X509_V_OK;
}

std::string number(std::size_t at) {
    return "certificate " + std::to_string(at + 1);
}

// For each certificate, whether its path leads forward only, from each certificate to its issuer. A path ends where the
// issuer is missing or the certificate is self-signed. Several issuers mean several paths, of which one suffices, as
// with a CA that two roots have signed.
std::vector<bool> begins_ordered_path(const std::vector<Certificate>& chain) {
    std::vector<bool> ordered(chain.size());
    for (std::size_t at = chain.size(); at-- > 0;) {
        X509* subject = chain[at].get();
        bool has_issuer = false;
        for (std::size_t other = 0; other < chain.size(); ++other) {
            if (other == at || !has_signed(chain[other].get(), subject)) continue;
            has_issuer = true;
            if (other > at && ordered[other]) ordered[at] = true;
        }
        if (!has_issuer || has_signed(subject, subject)) ordered[at] = true;
    }
    return ordered;
}

// For a path in the wrong order: the certificate whose issuer precedes it.
std::string first_disorder(const std::vector<Certificate>& chain) {
    for (std::size_t at = 0; at < chain.size();) {
        std::size_t behind = at + 1;
        while (behind < chain.size() && !has_signed(chain[behind].get(), chain[at].get())) ++behind;
        for (std::size_t before = 0; behind == chain.size() && before < at; ++before) {
            if (!has_signed(chain[before].get(), chain[at].get())) continue;
            return number(before) + " has signed " + number(at) + " and must come after it";
        }
        at = behind;
    }
    return {};
}

// The server's own certificate must come first, followed by those from it to a root in that order (RFC 5246 §7.4.2),
// because not every client sorts them. Certificates on no such path do no harm.
std::string disorder_of(const std::vector<Certificate>& chain, EVP_PKEY* key) {
    if (X509_check_private_key(chain.front().get(), key) != 1) {
        for (std::size_t at = 1; at < chain.size(); ++at) {
            if (X509_check_private_key(chain[at].get(), key) == 1) {
                return number(at) + " is the server's own (tls.private_key is its key) and must be the first";
            }
        }
        return {};
    }
    return begins_ordered_path(chain).front() ? std::string() : first_disorder(chain);
}

Result<void> use(SSL_CTX* context, const config::Tls& tls, const std::vector<Certificate>& chain, EVP_PKEY* key) {
    const Stack others(sk_X509_new_null());
    for (std::size_t at = 1; others && at < chain.size(); ++at) sk_X509_push(others.get(), chain[at].get());
    constexpr int replace = 1;
    if (others && SSL_CTX_use_cert_and_key(context, chain.front().get(), key, others.get(), replace) == 1) return {};
    return unusable("tls.certificate", tls.certificate, reason_of_openssl());
}

}  // namespace

Result<void> use_certificate_files(SSL_CTX* context, const config::Tls& tls) {
    ERR_clear_error();
    const Result<std::vector<Certificate>> chain = read_chain(tls.certificate);
    if (!chain) return chain.error();
    const Result<PrivateKey> key = read_key(tls.private_key);
    if (!key) return key.error();
    const std::string disorder = disorder_of(*chain, key->get());
    if (!disorder.empty()) {
        return unusable("tls.certificate", tls.certificate, "its chain is in the wrong order: " + disorder);
    }
    if (X509_check_private_key(chain->front().get(), key->get()) != 1) {
        return unusable(
            "tls.private_key", tls.private_key, "it does not belong to the certificate in " + tls.certificate.string());
    }
    Result<void> used = use(context, tls, *chain, key->get());
    ERR_clear_error();
    return used;
}

}  // namespace notifyd::gateway
