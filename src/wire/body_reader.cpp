#include "body_reader.hpp"

#include "invalid.hpp"
#include "json_error.hpp"
#include "known_names.hpp"
#include "name_list.hpp"
#include "time_text.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::wire {

namespace {

std::optional<Error> check_object(const json::Document& document,
                                  std::string_view what,
                                  std::span<const std::string_view> names) {
    if (document.fault() != json::Fault::none) return json_error(document.fault(), JsonSource::body);
    if (document.root().kind() != json::Kind::object) return invalid(std::string(what) + " must be an object");
    std::vector<KnownMember> known;
    for (const std::string_view name : names) known.push_back({name});
    return read_members(document.members(), known);
}

}  // namespace

BodyReader::BodyReader(std::string_view body, const JsonLimits& limits, std::initializer_list<std::string_view> names)
    : document_(body, limits.depth_max), error_(check_object(document_, "The body", names)) {}

BodyReader::BodyReader(json::Value object,
                       const JsonLimits& limits,
                       std::initializer_list<std::string_view> names,
                       std::string path)
    : document_(object.text(), limits.depth_max),
      path_(std::move(path)),
      error_(check_object(document_, path_, names)) {}

std::string BodyReader::full_name(std::string_view name) const {
    return path_.empty() ? std::string(name) : (path_ + '.').append(name);
}

void BodyReader::refuse(std::string_view name, std::string_view what) {
    fail(invalid(full_name(name).append(" must be ").append(what)));
}

void BodyReader::fail(Error error) {
    if (!error_) error_ = std::move(error);
}

std::optional<std::string> BodyReader::text(std::string_view name) {
    return text(name, "a string", [](std::string_view) { return true; });
}

std::optional<std::string> BodyReader::text(std::string_view name, std::string_view what, Check check) {
    const json::Value given = value(name);
    if (!given.exists()) return std::nullopt;
    auto read = given.as_string();
    if (read && check(*read)) return read;
    refuse(name, what);
    return std::nullopt;
}

std::optional<bool> BodyReader::flag(std::string_view name) {
    const json::Value given = value(name);
    const auto read = given.as_boolean();
    if (given.exists() && !read) refuse(name, "true or false");
    return read;
}

std::optional<std::uint64_t> BodyReader::number(std::string_view name) {
    const json::Value given = value(name);
    const auto read = given.as_unsigned();
    if (given.exists() && !read) refuse(name, "a whole number");
    return read;
}

std::optional<EpochMs> BodyReader::time(std::string_view name) {
    const json::Value given = value(name);
    if (!given.exists()) return std::nullopt;
    const auto text = given.as_string();
    const auto read = read_time(text ? std::string_view(*text) : given.text(), full_name(name));
    if (read.has_value()) return *read;
    error_ = read.error();
    return std::nullopt;
}

std::optional<std::vector<std::string>> BodyReader::texts(std::string_view name,
                                                          std::size_t texts_max,
                                                          std::string_view what,
                                                          Check check) {
    const json::Value given = value(name);
    if (!given.exists()) return std::nullopt;
    auto read = read_names(given, texts_max);
    if (read && std::ranges::all_of(*read, check)) return read;
    refuse(name, std::string("an array of at most ").append(std::to_string(texts_max)).append(1, ' ').append(what));
    return std::nullopt;
}

TopicFields BodyReader::topic_fields() {
    // In a braced list, the members are read in this order.
    return {text("chatId"), text("targetClass"), text("targetId")};
}

json::Value BodyReader::value(std::string_view name) const {
    const auto all = members();
    const auto member = std::ranges::find(all, name, &json::Member::key);
    return member == all.end() || member->value.kind() == json::Kind::null ? json::Value{} : member->value;
}

std::span<const json::Member> BodyReader::members() const {
    return error_ ? std::span<const json::Member>{} : document_.members();
}

}  // namespace notifyd::wire
