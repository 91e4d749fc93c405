#include "notifyd/wire/preferences.hpp"

#include "notifyd/core/name.hpp"

#include "body_reader.hpp"
#include "invalid.hpp"
#include "object_writer.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace notifyd::wire {

namespace {

constexpr std::size_t types_max = 1'000;
constexpr std::array<std::string_view, 3> switch_names{"inApp", "email", "push"};

// The switches that are set, in the order of their names.
using Switches = std::map<std::string, bool, std::less<>>;

struct Settings {
    Switches own;
    std::map<std::string, Switches, std::less<>> types;
};

Switches read_switches(json::Value object) {
    Switches switches;
    json::MemberCursor members(object);
    while (const auto member = members.next()) {
        const auto value = member->value.as_boolean();
        if (value) switches.emplace(member->key, *value);
    }
    return switches;
}

// From a text that write_settings has made.
Settings read_settings(const Preferences& preferences) {
    Settings settings;
    if (!preferences.text) return settings;
    const json::Value root = json::root_value(*preferences.text);
    settings.own = read_switches(root);
    json::MemberCursor members(root);
    while (const auto member = members.next()) {
        if (member->key != "types") continue;
        json::MemberCursor types(member->value);
        while (const auto type = types.next()) settings.types.emplace(type->key, read_switches(type->value));
    }
    return settings;
}

void write_switches(ObjectWriter& object, const Switches& switches) {
    for (const std::string_view name : switch_names) {
        if (const auto found = switches.find(name); found != switches.end()) object.flag(name, found->second);
    }
}

void write_types(ObjectWriter& object, const Settings& settings) {
    // Names of types need no escapes.
    for (const auto& [type, switches] : settings.types) object.object(type, switches, write_switches);
}

bool is_off(const Switches& switches, std::string_view name) {
    const auto found = switches.find(name);
    return found != switches.end() && !found->second;
}

template <class Changes>
void apply_changes(const Changes& changes, Switches& switches) {
    for (const auto& [name, change] : changes) {
        if (change) {
            switches.insert_or_assign(name, *change);
        } else {
            switches.erase(name);
        }
    }
}

}  // namespace

Result<PreferencesPatch::Changes> PreferencesPatch::read_changes(json::Value object, const std::string& path) {
    BodyReader fields(object, JsonLimits{}, {"inApp", "email", "push"}, path);
    if (fields.error()) return *fields.error();
    Changes changes;
    for (const std::string_view name : switch_names) {
        const auto members = fields.members();
        const auto member = std::ranges::find(members, name, &json::Member::key);
        if (member != members.end()) changes.emplace(name, fields.flag(name));
    }
    if (fields.error()) return *fields.error();
    return changes;
}

Result<PreferencesPatch> PreferencesPatch::parse(std::string_view body, const JsonLimits& limits) {
    BodyReader fields(body, limits, {"inApp", "email", "push", "types"});
    if (fields.error()) return *fields.error();
    PreferencesPatch patch;
    for (const json::Member& member : fields.members()) {
        if (std::ranges::find(switch_names, member.key) != switch_names.end()) {
            patch.own_.emplace(member.key, fields.flag(member.key));
        }
        if (member.key == "types") patch.unsets_types_ = member.value.kind() == json::Kind::null;
    }
    if (fields.error()) return *fields.error();
    const json::Value types = fields.value("types");
    if (!types.exists()) return patch;
    if (types.kind() != json::Kind::object) return invalid("types must be an object");
    json::MemberCursor members(types);
    while (const auto type = members.next()) {
        const std::string name(type->key);
        if (!is_name(name) || patch.types_.size() == types_max) return invalid("types: unknown notification type");
        auto& changes = patch.types_[name];
        if (type->value.kind() == json::Kind::null) continue;
        auto read = read_changes(type->value, "types." + name);
        if (read.has_error()) return read.error();
        changes = *std::move(read);
    }
    return patch;
}

std::vector<std::string> PreferencesPatch::types() const {
    std::vector<std::string> names;
    for (const auto& [type, changes] : types_) {
        if (changes) names.push_back(type);
    }
    return names;
}

Preferences PreferencesPatch::apply(const Preferences& before, EpochMs now) const {
    Settings settings = read_settings(before);
    apply_changes(own_, settings.own);
    if (unsets_types_) settings.types.clear();
    for (const auto& [type, changes] : types_) {
        if (changes) {
            apply_changes(*changes, settings.types[type]);
        } else {
            settings.types.erase(type);
        }
    }
    Preferences after;
    after.updated_at = now;
    after.in_app = !is_off(settings.own, "inApp");
    for (const auto& [type, switches] : settings.types) {
        if (is_off(switches, "inApp")) after.muted_types.push_back(type);
    }
    JsonReply text;
    write_switches(text, settings.own);
    text.object("types", settings, write_types);
    after.text = text.take();
    return after;
}

std::string preferences_reply(const Preferences& preferences) {
    const Settings settings = read_settings(preferences);
    JsonReply reply;
    for (const std::string_view name : switch_names) reply.flag(name, !is_off(settings.own, name));
    reply.object("types", settings, write_types);
    if (preferences.updated_at == 0) {
        reply.raw("updatedAt") += "null";
    } else {
        reply.time("updatedAt", preferences.updated_at);
    }
    return reply.take();
}

}  // namespace notifyd::wire
