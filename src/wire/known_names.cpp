// Near misses and their sentences.
#include "known_names.hpp"

#include "notifyd/core/near_name.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

// A letter more or less makes another word of a shorter name.
constexpr std::size_t letters_min = 4;
// No name of ours is longer; what is would only cost time.
constexpr std::size_t name_bytes_max = 64;
// So many unknown names are looked at: more of them are nobody's typing mistakes.
constexpr std::size_t unknown_names_max = 100;

// "chatids" -> "chats", "userid" -> "user"; empty where a name has no Id, or is nothing else.
std::string without_id(std::string folded) {
    const std::size_t at = folded.rfind("id");
    if (at == std::string::npos || at + 3 < folded.size() || at == 0) return {};
    return folded.erase(at, 2);
}

bool is_near(const std::string& written, std::string_view known) {
    const std::string name = folded_name(known);
    if (written == without_id(name)) return true;
    return name.size() >= letters_min && letters_off(written, name, 1) == 1;
}

Error wrong_name(std::string_view written, std::string_view meant) {
    std::string sentence("Unknown name \"");
    sentence.append(written).append("\": did you mean \"").append(meant).append("\"?");
    return {Errc::invalid_request, std::move(sentence)};
}

}  // namespace

std::optional<std::string_view> near_miss(std::string_view written, std::span<const std::string_view> known) {
    if (written.size() > name_bytes_max || std::ranges::find(known, written) != known.end()) return std::nullopt;
    const std::string name = folded_name(written);
    if (name.empty()) return std::nullopt;
    // The same name in another spelling is nearer than one that is a letter off.
    const auto same = std::ranges::find(known, name, folded_name);
    if (same != known.end()) return *same;
    const auto near = std::ranges::find_if(known, [&](std::string_view one) { return is_near(name, one); });
    if (near == known.end()) return std::nullopt;
    return *near;
}

std::optional<Error> read_members(JsonValue object, std::span<const KnownMember> known) {
    std::optional<Error> wrong;
    std::vector<std::string_view> names;
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
        if (names.empty()) std::ranges::transform(known, std::back_inserter(names), &KnownMember::name);
        if (const auto meant = near_miss(member->key, names)) wrong = wrong_name(member->key, *meant);
    }
    return wrong;
}

Result<void> check_names(const QueryParameters& query, std::span<const std::string_view> known) {
    std::size_t unknown = 0;
    for (const auto& [name, value] : query) {
        if (std::ranges::find(known, name) != known.end()) continue;
        if (++unknown > unknown_names_max) break;
        if (const auto meant = near_miss(name, known)) return wrong_name(name, *meant);
    }
    return {};
}

}  // namespace notifyd::wire
