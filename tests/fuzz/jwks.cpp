// The answer of an identity provider -> keys; also a PEM file of the operator.
#include "notifyd/auth/key_set.hpp"

#include "input.hpp"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    const std::string text(fuzz::text_of(data, size));
    auth::KeySources sources;
    sources.algorithms = {config::Algorithm::rs256, config::Algorithm::es256, config::Algorithm::eddsa};
    sources.jwks_json = text;
    static_cast<void>(auth::make_key_set(sources));
    sources.jwks_json.clear();
    sources.public_key_pem = text;
    static_cast<void>(auth::make_key_set(sources));
    return 0;
}
