// [auth], [auth.claims], [tokens] and [permissions].
#include "../fetched_url.hpp"
#include "common_readers.hpp"
#include "sections.hpp"

#include <tuple>

namespace notifyd::config {

namespace {

using namespace std::chrono_literals;

Reader<std::vector<Algorithm>> algorithms() {
    Choices<Algorithm> choices;
    for (const Algorithm algorithm : {Algorithm::hs256,
                                      Algorithm::rs256,
                                      Algorithm::rs384,
                                      Algorithm::rs512,
                                      Algorithm::ps256,
                                      Algorithm::es256,
                                      Algorithm::es384,
                                      Algorithm::eddsa}) {
        choices.emplace_back(to_string(algorithm), algorithm);
    }
    return some_of<Algorithm>(std::move(choices));
}

// One key for two kinds of source.
Key jwks_key(std::string_view name) {
    auto apply = [](Config& config, const Setting& setting, const Surroundings& surroundings) {
        const auto written = as_text(setting);
        const bool is_url = written && is_meant_as_url(*written);
        config.auth.jwks_url = is_url ? *written : std::string();
        config.auth.jwks_file.clear();
        if (is_url) return problem_with_fetched_url(*written);
        return convert(readable_file(), setting, surroundings, [&](std::filesystem::path path) {
            config.auth.jwks_file = std::move(path);
        });
    };
    Key row = key_at(
        name, std::move(apply), [](auto& config) { return std::tie(config.auth.jwks_file, config.auth.jwks_url); });
    row.values = "the path of a file, or an http or https URL";
    row.to_toml = [](const Config& config) {
        return toml_text(config.auth.jwks_url.empty() ? config.auth.jwks_file.string() : config.auth.jwks_url);
    };
    row.file = [](const Config& config) { return config.auth.jwks_file; };
    return row;
}

Key claim_key(std::string_view name, TopicClass topic_class) {
    const Reader<std::string> reader = text("the name of a claim", is_not_empty);
    auto apply = [reader, topic_class](Config& config, const Setting& setting, const Surroundings& surroundings) {
        return convert(reader, setting, surroundings, [&](std::string claim) {
            config.auth.claims[topic_class] = std::move(claim);
        });
    };
    // A claim that is not given is the same as an empty one.
    auto claim_in = [topic_class](const Config& config) {
        const auto found = config.auth.claims.find(topic_class);
        return found == config.auth.claims.end() ? std::string() : found->second;
    };
    Key row;
    row.name = name;
    row.values = values_of(reader);
    row.apply = std::move(apply);
    row.is_same = [claim_in](const Config& one, const Config& other) { return claim_in(one) == claim_in(other); };
    row.copy = [topic_class, claim_in](const Config& from, Config& to) {
        to.auth.claims.erase(topic_class);
        if (std::string claim = claim_in(from); !claim.empty()) to.auth.claims[topic_class] = std::move(claim);
    };
    row.to_toml = [claim_in](const Config& config) { return toml_text(claim_in(config)); };
    return row;
}

}  // namespace

Section auth_section() {
    constexpr auto section = &Config::auth;
    return {
        "auth",
        "",
        {
            key<section, &Auth::algorithms>("auth.algorithms", algorithms())
                .live()
                .doc("Signature algorithms that are accepted, whatever a token's header says. EdDSA means Ed25519."),
            key<section, &Auth::hs256_secret>("auth.hs256_secret", secret())
                .live()
                .doc("Secret for HS256, at least 32 bytes."),
            key<section, &Auth::public_key>("auth.public_key", readable_file())
                .live()
                .doc(R"(PEM file with the token issuer's public key: RSA of at least 2048 bits, EC P-256 or P-384,
                    or Ed25519.)"),
            jwks_key("auth.jwks")
                .live()
                .doc(R"(JWKS file, or its http(s) URL: at most 100 keys and 256 KiB. Entries that cannot be used
                    are skipped with a warning. The URL's certificate must be valid for its host and signed by an
                    authority that the system trusts (SSL_CERT_FILE names others); redirects are not followed. The
                    server starts without an answer, but is not ready and answers the provider's tokens with 503
                    until it has one. If the URL fails later, the keys fetched last remain in use for a day, or
                    for ten times jwks_refresh if that is longer; after that, the server behaves as it does at the
                    start.)"),
            key<section, &Auth::jwks_refresh>("auth.jwks_refresh", duration(1s, 24h))
                .live()
                .doc(R"(How often a JWKS URL is fetched again. A token with an unknown `kid` triggers a fetch at
                    once, but at most every 30 seconds; failed fetches are retried after 1s, 2s, 4s … up to a
                    minute.)"),
            key<section, &Auth::issuer>("auth.issuer", any_text())
                .live()
                .restriction()
                .doc(R"(What a token's `iss` must be; "" = not checked. The keys of a JWKS belong to this issuer.)"),
            key<section, &Auth::audience>("auth.audience", non_empty_texts())
                .live()
                .restriction()
                .doc(R"(A token's `aud` (or the `client_id` of an access token) must contain one of these; [] = not
                    checked.)"),
            key<section, &Auth::leeway>("auth.leeway", duration(0ms, 10min))
                .live()
                .doc("Clock difference that is tolerated in `exp` and `nbf`."),
            key<section, &Auth::user_claim>("auth.user_claim", non_empty_text())
                .live()
                .doc("The claim that holds the user id."),
            key<section, &Auth::publish_grants>("auth.publish_grants", non_empty_texts())
                .live()
                .restriction()
                .doc("Scopes or groups that may publish to any topic."),
            key<section, &Auth::admin_grants>("auth.admin_grants", non_empty_texts())
                .live()
                .restriction()
                .doc("Scopes or groups that may do everything."),
        },
    };
}

Section claims_section() {
    return {
        "auth.claims",
        "Claims that make a user a member of topics: topic class = name of the claim that holds the ids.",
        {
            claim_key("auth.claims.org", TopicClass::org)
                .live()
                .example(R"(org = "custom:orgId")")
                .doc("The claim that holds the ids of the user's organizations."),
            claim_key("auth.claims.hub", TopicClass::hub)
                .live()
                .example(R"(hub = "custom:hubId")")
                .doc("The claim that holds the ids of the user's hubs."),
            claim_key("auth.claims.project", TopicClass::project)
                .live()
                .example(R"(project = "custom:projectId")")
                .doc("The claim that holds the ids of the user's projects."),
        },
    };
}

Section tokens_section() {
    constexpr auto section = &Config::tokens;
    return {
        "tokens",
        "",
        {
            key<section, &Tokens::secret>("tokens.secret", secret())
                .live()
                .doc(R"(Signs the single-use connection tokens, at least 32 bytes (openssl rand -base64 32); "" =
                    POST /ws/token is off.)"),
            key<section, &Tokens::previous_secret>("tokens.previous_secret", secret())
                .live()
                .doc(R"(The secret before the last change, which is still accepted: keep it for the ttl, then
                    remove it.)"),
            key<section, &Tokens::ttl>("tokens.ttl", duration(1s, 24h))
                .live()
                .doc("How long a connection token is valid; it also expires with the JWT that it was issued for."),
            key<section, &Tokens::per_minute>("tokens.per_minute", limit())
                .live()
                .doc(R"(Connection tokens that a user may request per minute; 0 = no limit, except that at most
                    1,000 may be unexpired.)"),
            key<section, &Tokens::admin_channels>("tokens.admin_channels", texts("channel names", is_name))
                .live()
                .restriction()
                .doc("Notification channels reserved for admins."),
        },
    };
}

Section permissions_section() {
    constexpr auto section = &Config::permissions;
    return {
        "permissions",
        "",
        {
            key<section, &Permissions::direct_messages>("permissions.direct_messages", flag())
                .live()
                .restriction()
                .doc("Any user may publish to any other user's own topic."),
            key<section, &Permissions::self_claim>("permissions.self_claim", flag())
                .live()
                .doc(R"(A user who grants a permission on a topic on which nobody has one becomes its admin and can
                    read its history: for development, or where the ids of chats cannot be guessed. Never for the
                    classes in [auth.claims].)"),
        },
    };
}

}  // namespace notifyd::config
