// Near misses and their sentences.
#include "known_names.hpp"

#include "notifyd/core/near_name.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

// In a shorter name, one letter makes a different word.
constexpr std::size_t letters_min = 4;
// A shorter name is written in another case at most: _id is not id.
constexpr std::size_t folded_letters_min = 3;
// No name of ours is longer; what is would only cost time.
constexpr std::size_t name_bytes_max = 64;
// At most this many unknown names are checked: an object with more of them was not mistyped.
constexpr std::size_t unknown_names_max = 100;

// As folded_name, but without memory of its own: a request may have many unknown names.
class Folded {
  public:
    // The name has name_bytes_max bytes at most.
    explicit Folded(std::string_view name) {
        fold_name(name, [this](char letter) { letters_[size_++] = letter; });
    }
    [[nodiscard]] std::string_view text() const { return {letters_.data(), size_}; }

  private:
    std::array<char, name_bytes_max> letters_{};
    std::size_t size_ = 0;
};

// Whether `written` is "chats" or "user" where `name` is "chatids" or "userid".
bool is_without_id(std::string_view written, std::string_view name, std::size_t letters) {
    const std::size_t at = name.rfind("id");
    if (at == std::string_view::npos || at + 3 < name.size() || written.size() + 2 != name.size()) return false;
    return written.size() >= letters && name.starts_with(written.substr(0, at)) &&
           name.substr(at + 2) == written.substr(at);
}

// The names of one request, folded once.
class KnownNames {
  public:
    // `rest_min`: how many letters a name must have besides its Id for that to be left out.
    KnownNames(std::span<const std::string_view> names, std::size_t rest_min) : rest_min_(rest_min) {
        names_.reserve(names.size());
        for (const std::string_view name : names) names_.push_back({name, Folded(name)});
    }

    // `written` is none of them.
    [[nodiscard]] std::optional<std::string_view> near(std::string_view written) const {
        if (written.size() > name_bytes_max) return std::nullopt;
        const Folded folded(written);
        const std::string_view name = folded.text();
        if (name.empty()) return std::nullopt;
        // The same name in another spelling is nearer than one that is a letter off.
        for (const Name& known : names_) {
            const bool folds = known.folded.text().size() >= folded_letters_min || written.size() == known.name.size();
            if (folds && known.folded.text() == name) return known.name;
        }
        for (const Name& known : names_) {
            if (is_near(name, known.folded.text())) return known.name;
        }
        return std::nullopt;
    }

  private:
    struct Name {
        std::string_view name;
        Folded folded;
    };

    // The first letter is never the one that is off: subId is not hubId.
    [[nodiscard]] bool is_near(std::string_view written, std::string_view known) const {
        if (written.front() != known.front()) return false;
        if (is_without_id(written, known, rest_min_)) return true;
        return known.size() >= letters_min && is_one_letter_off(written, known);
    }

    std::vector<Name> names_;
    std::size_t rest_min_;
};

Error wrong_name(std::string_view written, std::string_view meant) {
    std::string sentence("Unknown name \"");
    sentence.append(written).append("\": did you mean \"").append(meant).append("\"?");
    return {Errc::invalid_request, std::move(sentence)};
}

}  // namespace

std::optional<Error> read_members(JsonValue object, std::span<const KnownMember> known) {
    // An `ack` is something else than an ackId.
    constexpr std::size_t rest_min = 4;
    std::optional<Error> wrong;
    std::optional<KnownNames> names;
    std::size_t unknown = 0;
    MemberCursor cursor(object);
    while (const auto member = cursor.next()) {
        const auto place = std::ranges::find(known, member->key, &KnownMember::name);
        if (place != known.end()) {
            const bool is_given = member->value.kind() != JsonKind::null;
            if (place->place != nullptr && is_given) *place->place = member->value;
            continue;
        }
        if (wrong || ++unknown > unknown_names_max) continue;
        if (!names) {
            std::vector<std::string_view> texts;
            for (const KnownMember& one : known) texts.push_back(one.name);
            names.emplace(texts, rest_min);
        }
        if (const auto meant = names->near(member->key)) wrong = wrong_name(member->key, *meant);
    }
    return wrong;
}

Result<void> check_names(const QueryParameters& query, std::span<const std::string_view> known) {
    // So that ?org= is an orgId.
    constexpr std::size_t rest_min = 3;
    std::optional<KnownNames> names;
    std::size_t unknown = 0;
    for (const auto& [name, value] : query) {
        if (std::ranges::find(known, name) != known.end()) continue;
        if (++unknown > unknown_names_max) break;
        if (!names) names.emplace(known, rest_min);
        if (const auto meant = names->near(name)) return wrong_name(name, *meant);
    }
    return {};
}

}  // namespace notifyd::wire
