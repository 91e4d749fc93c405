// Finds near misses, and words the errors about them.
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
// A shorter name may only differ in case: _id is not id.
constexpr std::size_t folded_letters_min = 3;
// None of our names is longer, so checking longer ones would be a waste of time.
constexpr std::size_t name_bytes_max = 64;
// At most this many unknown names are checked: an object with more of them was not mistyped.
constexpr std::size_t unknown_names_max = 100;

// Like folded_name, but without allocating: a request may have many unknown names.
class Folded {
  public:
    // The name has at most name_bytes_max bytes.
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

// The names of one request, each folded once.
class KnownNames {
  public:
    // `rest_min`: how many letters a name must have besides its Id for the Id to be omitted.
    KnownNames(std::span<const std::string_view> names, std::size_t rest_min) : rest_min_(rest_min) {
        names_.reserve(names.size());
        for (const std::string_view name : names) names_.push_back({name, Folded(name)});
    }

    // Requires that `written` is none of them.
    [[nodiscard]] std::optional<std::string_view> near(std::string_view written) const {
        if (written.size() > name_bytes_max) return std::nullopt;
        const Folded folded(written);
        const std::string_view name = folded.text();
        if (name.empty()) return std::nullopt;
        // The same name in a different spelling is nearer than one that is a letter off.
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

    // The first letter must match: subId is not hubId.
    [[nodiscard]] bool is_near(std::string_view written, std::string_view known) const {
        if (written.front() != known.front()) return false;
        if (is_without_id(written, known, rest_min_)) return true;
        return known.size() >= letters_min && is_one_letter_off(written, known);
    }

    std::vector<Name> names_;
    std::size_t rest_min_;
};

Error wrong_name(std::string_view written, std::string_view meant) {
    std::string message("Unknown name \"");
    message.append(written).append("\": did you mean \"").append(meant).append("\"?");
    return {Errc::invalid_request, std::move(message)};
}

class MemberReader {
  public:
    explicit MemberReader(std::span<const KnownMember> known) : known_(known) {}

    void read(const json::Member& member) {
        const auto place = std::ranges::find(known_, member.key, &KnownMember::name);
        if (place == known_.end()) {
            check_unknown(member.key);
        } else if (place->place != nullptr && member.value.kind() != json::Kind::null) {
            *place->place = member.value;
        }
    }
    [[nodiscard]] std::optional<Error> take_error() { return std::move(error_); }

  private:
    void check_unknown(std::string_view name) {
        // `ack` is something other than ackId.
        constexpr std::size_t rest_min = 4;
        if (error_ || ++unknown_ > unknown_names_max) return;
        if (!names_) {
            std::vector<std::string_view> names;
            for (const KnownMember& one : known_) names.push_back(one.name);
            names_.emplace(names, rest_min);
        }
        if (const auto meant = names_->near(name)) error_ = wrong_name(name, *meant);
    }

    std::span<const KnownMember> known_;
    std::optional<KnownNames> names_;
    std::size_t unknown_ = 0;
    std::optional<Error> error_;
};

}  // namespace

std::optional<Error> read_members(std::span<const json::Member> members, std::span<const KnownMember> known) {
    MemberReader reader(known);
    for (const json::Member& member : members) reader.read(member);
    return reader.take_error();
}

std::optional<Error> read_members(json::Value object, std::span<const KnownMember> known) {
    MemberReader reader(known);
    json::MemberCursor members(object);
    while (const auto member = members.next()) reader.read(*member);
    return reader.take_error();
}

Result<void> check_names(const QueryParameters& query, std::span<const std::string_view> known) {
    // So that ?org= counts as a near miss of orgId.
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
