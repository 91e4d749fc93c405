// The only place with toml++.
#include "toml_source.hpp"

#include <algorithm>
#include <utility>

#define TOML_EXCEPTIONS 0
// toml++ 3.3 assumes that a table's header begins with the first character of a key: "[!" is undefined behaviour
// where NDEBUG makes that a promise to the compiler, though a line further it has an error for it. It assumes nothing.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

namespace notifyd::config {

namespace {

bool is_bare(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') || character == '_' || character == '-';
    });
}

class Flattener {
  public:
    explicit Flattener(const std::string& file) : file_(file) {}

    void add_children(const std::string& prefix, const toml::table& table, std::size_t element) {
        for (const auto& [key, node] : table) {
            // A quoted key with a dot in it must not pass for a path: it keeps its quotes and matches nothing.
            const std::string name = is_bare(key.str()) ? std::string(key.str()) : '"' + std::string(key.str()) + '"';
            add(prefix.empty() ? name : prefix + '.' + name, node, element);
        }
    }

    std::vector<Setting> take() { return std::move(settings_); }

  private:
    void add(const std::string& path, const toml::node& node, std::size_t element) {
        if (const toml::table* table = node.as_table()) {
            push(path, TableKind::single, node, element);
            add_children(path, *table, element);
            return;
        }
        const toml::array* array = node.as_array();
        if (array != nullptr && array->is_array_of_tables()) {
            for (std::size_t at = 0; at < array->size(); ++at) {
                push(path, TableKind::element_of_list, *array->get(at), at);
                add_children(path, *array->get(at)->as_table(), at);
            }
            return;
        }
        push(path, array != nullptr ? list_value(*array) : scalar_value(node), node, element);
    }

    void push(const std::string& path, RawValue value, const toml::node& node, std::size_t element) {
        settings_.push_back(
            Setting{path, std::move(value), Origin{file_, std::size_t{node.source().begin.line}, ""}, element});
    }

    static RawValue scalar_value(const toml::node& node) {
        if (const auto* text = node.as_string()) return text->get();
        if (const auto* number = node.as_integer()) return number->get();
        if (const auto* number = node.as_floating_point()) return number->get();
        if (const auto* flag = node.as_boolean()) return flag->get();
        return Foreign{"a date or time"};
    }

    static RawValue list_value(const toml::array& array) {
        std::vector<std::string> texts;
        for (const toml::node& node : array) {
            const auto* text = node.as_string();
            if (text == nullptr) return Foreign{"a list that does not hold strings only"};
            texts.push_back(text->get());
        }
        return texts;
    }

    const std::string& file_;
    std::vector<Setting> settings_;
};

// toml++ ends some descriptions with what it saw, which may be a piece of a secret.
std::string without_quotation(std::string_view description) {
    return std::string(description.substr(0, description.find(", saw")));
}

}  // namespace

std::variant<std::vector<Setting>, ConfigError> read_toml(std::string_view text, const std::string& file) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return ConfigError{file,
                           std::size_t{error.source().begin.line},
                           "",
                           "not valid TOML: " + without_quotation(error.description())};
    }
    Flattener flattener(file);
    flattener.add_children("", parsed.table(), 0);
    return flattener.take();
}

}  // namespace notifyd::config
