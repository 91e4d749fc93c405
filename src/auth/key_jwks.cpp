// Reads the usable keys of a JWKS, whatever else it contains.
#include "jwk.hpp"
#include "jwks_text.hpp"
#include "key.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <functional>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

// Providers with many tenants publish dozens; the size of the set in bytes is bounded where it is read.
constexpr std::size_t keys_max = 100;
// How many entries are named one by one; the rest are counted.
constexpr std::size_t skipped_max = 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Error bad_jwks(std::string message) {
    return {Errc::invalid_request, std::move(message)};
}

// Whether a token could mean either key: only the algorithm distinguishes keys of the same name and type.
bool clashes(const Key& a, const Key& b) {
    const bool distinguishable = a.algorithm() && b.algorithm() && a.algorithm() != b.algorithm();
    return a.kid() && a.kid() == b.kid() && a.type() == b.type() && !distinguishable;
}

class Collector {
  public:
    void take(const json::value& entry, std::size_t number, JwkReading reading) {
        if (reading.key) {
            const auto other =
                std::ranges::find_if(read_.keys, [&](const Key& key) { return clashes(*reading.key, key); });
            if (other == read_.keys.end()) {
                read_.keys.push_back(std::move(*reading.key));
                numbers_.push_back(number);
                return;
            }
            const auto place = static_cast<std::size_t>(other - read_.keys.begin());
            reading.why_not = "it has the \"kid\" of key " + std::to_string(numbers_[place]) +
                              " and no \"alg\" that tells them apart";
        }
        if (!reading.why_not.empty()) skip(entry, number, std::move(reading.why_not));
    }
    void skip(const json::value& entry, std::size_t number, std::string reason) {
        ++skipped_;
        if (read_.skipped.size() >= skipped_max) return;
        const std::string text(json::serialize(entry));
        read_.skipped.push_back({number, shown_kid(entry), std::move(reason), std::hash<std::string>{}(text)});
    }
    [[nodiscard]] bool is_full() const { return read_.keys.size() >= keys_max; }

    [[nodiscard]] JwksReading finish() {
        if (skipped_ > read_.skipped.size()) {
            read_.skipped.back().reason +=
                " (and " + std::to_string(skipped_ - read_.skipped.size()) + " more entries are skipped)";
        }
        return std::move(read_);
    }

  private:
    JwksReading read_;
    std::vector<std::size_t> numbers_;  // of the keys in read_.keys
    std::size_t skipped_ = 0;
};

}  // namespace

Result<JwksReading> read_jwks(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const Result<JwksText> parsed = parse_jwks_text(text);
    if (!parsed) return bad_jwks("is not a JSON Web Key Set: " + parsed.error().message);
    const ObjectWithList& set = parsed->set;
    const json::value* list = set.object.if_contains("keys");
    if (list == nullptr || !list->is_array()) return bad_jwks("is not a JSON Web Key Set: it has no list \"keys\"");

    Collector collector;
    const json::array& entries = list->get_array();
    for (std::size_t at = 0; at < entries.size(); ++at) {
        if (collector.is_full()) {
            collector.skip(entries[at], at + 1, "it and those after it exceed the limit of 100 keys");
            break;
        }
        const auto unreadable = parsed->unreadable.find(at);
        JwkReading reading;
        if (unreadable != parsed->unreadable.end()) {
            reading.why_not = unreadable->second;
        } else if (set.doubtful.contains(at)) {
            reading.why_not = "it has a duplicate member";
        } else {
            reading = read_jwk(entries[at]);
        }
        collector.take(entries[at], at + 1, std::move(reading));
    }
    return collector.finish();
}

}  // namespace notifyd::auth
