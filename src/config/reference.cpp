// Lays out the key table as a config file and as a page of Markdown.
#include "reference.hpp"

#include "key_table.hpp"

#include <algorithm>
#include <string_view>

namespace notifyd::config {

namespace {

constexpr std::size_t columns_max = 120;

constexpr std::string_view sample_head =
    R"(# notifyd.toml: every setting with its default. Commented settings have no effect yet, or are examples.
# Three edits make a server that starts:
#  1. auth.jwks and auth.issuer: where your identity provider publishes its keys, and the `iss` of its tokens.
#  2. tls.certificate and tls.private_key: PEM files (behind a TLS proxy: server.listen = "127.0.0.1:8443").
#  3. storage.path: a file where the server may write; under systemd "/var/lib/notifyd/notifyd.db".
# `notifyd check-config` reports mistakes, and whether the keys can be fetched.
# Durations: "200ms", "30s", "5m", "2h", "30d". Sizes: "256KiB", "4MiB", or bytes. For every limit, 0 means off.
# Relative paths start at this file's folder. A secret is the text itself, "file:PATH" or "env:NAME".
# SIGHUP reloads the file; where a comment says "Needs a restart.", a change waits for the next start.
# The environment overrides the file: NOTIFYD_<SECTION>__<KEY>, such as NOTIFYD_LIMITS__MAX_MESSAGE=1MiB; lists are
# separated by commas, and [] is an empty list. An empty variable counts as not set; a NOTIFYD_ variable that is not a
# setting causes a warning.
)";

constexpr std::string_view page_head = R"(# Configuration

<!-- Generated from src/config/keys by script/config-reference: do not edit. -->

notifyd reads one TOML file (`notifyd serve --config FILE`); [config/notifyd.toml](../config/notifyd.toml) lists every
key with its default. `notifyd check-config` reports every mistake with file, line and key. Unknown keys are errors.

- **Durations** are strings such as `"200ms"`, `"30s"`, `"5m"`, `"2h"` or `"30d"`. **Sizes** are strings such as
  `"256KiB"` or `"4MiB"`, or numbers of bytes.
- For every **limit**, 0 means off.
- **Relative paths** start at the config file's folder.
- **Secrets** are the text itself, `"file:PATH"` (a trailing newline is removed) or `"env:NAME"`. They are never logged.
- The **environment** overrides the file: `NOTIFYD_<SECTION>__<KEY>`, such as `NOTIFYD_LIMITS__MAX_MESSAGE=1MiB`. Lists
  are separated by commas, and `[]` is an empty list. An empty variable counts as not set; a `NOTIFYD_` variable that is
  not a setting causes a warning. `[[channels]]` can only be set in the file.
- **SIGHUP** reloads the file and the environment. If anything is wrong, the running configuration stays as it is. The
  log event `config_reloaded` lists the keys that changed (`live`) and those that wait for a restart (`at_restart`).
)";

// Fills lines with the text's words. The first line begins with `first`, the others with `next`.
std::string wrapped(std::string_view text, std::string_view first, std::string_view next) {
    constexpr std::string_view space = " \n";
    std::string out;
    std::string line(first);
    bool is_begun = false;
    for (std::size_t at = text.find_first_not_of(space); at < text.size();) {
        const std::size_t end = std::min(text.find_first_of(space, at), text.size());
        if (is_begun && line.size() + 1 + end - at > columns_max) {
            out += line + '\n';
            line = next;
            is_begun = false;
        }
        if (is_begun) line += ' ';
        line += text.substr(at, end - at);
        is_begun = true;
        at = text.find_first_not_of(space, end);
    }
    return is_begun ? out + line + '\n' : out;
}

std::string commented(std::string_view text) {
    return wrapped(text, "# ", "# ");
}
std::string item(std::string_view text) {
    return wrapped(text, "- ", "  ");
}
std::string paragraph(std::string_view text) {
    return wrapped(text, "", "");
}

bool is_inert(const Section& section) {
    return std::ranges::all_of(section.keys, [](const Key& key) { return key.effect == Effect::none_yet; });
}

// "limits.max_message" -> "max_message"
std::string short_name(const Key& key) {
    return std::string(key.name.substr(key.name.rfind('.') + 1));
}

std::string sample_key(const Section& section, const Key& key) {
    std::string comment(key.documentation);
    if (key.is_choice) comment += " Values: " + key.values + '.';
    if (key.effect == Effect::at_restart) comment += " Needs a restart.";
    if (key.effect == Effect::none_yet && !is_inert(section)) comment += " No effect in this version.";
    const bool is_example = !key.example_line.empty();
    const std::string line =
        is_example ? std::string(key.example_line) : short_name(key) + " = " + key.to_toml(Config());
    const bool is_off = is_example || key.effect == Effect::none_yet;
    return commented(comment) + (is_off ? "# " : "") + line + '\n';
}

std::string effect_of(const Key& key) {
    switch (key.effect) {
        case Effect::on_reload:
            return "on reload";
        case Effect::at_restart:
            return "after a restart";
        case Effect::none_yet:
            return "not in this version";
    }
    return "";
}

std::string page_key(const Key& key) {
    std::string text = "\n### `" + std::string(key.name) + "`\n\n" + paragraph(key.documentation) + '\n';
    text += item("Value: " + key.values + (key.is_secret ? " (secret)" : ""));
    text += key.example_line.empty() ? "- Default: `" + key.to_toml(Config()) + "`\n"
                                     : "- Example: `" + std::string(key.example_line) + "`\n";
    text += "- Takes effect: " + effect_of(key) + '\n';
    if (key.is_restriction) text += "- A reload that removes this key, once set, is refused.\n";
    return text;
}

}  // namespace

std::string sample_config() {
    std::string text(sample_head);
    for (const Section& section : key_table()) {
        const bool is_list = section.name == channels_list;
        std::string comment(section.documentation);
        if (is_inert(section)) comment += " No effect in this version.";
        text += '\n' + commented(comment);
        text += is_list ? "# [[" + std::string(section.name) + "]]\n" : '[' + std::string(section.name) + "]\n";
        for (const Key& key : section.keys) text += sample_key(section, key);
    }
    return text;
}

std::string reference_page() {
    std::string text(page_head);
    for (const Section& section : key_table()) {
        const bool is_list = section.name == channels_list;
        const std::string name(section.name);
        text += is_list ? "\n## `[[" + name + "]]`\n" : "\n## `[" + name + "]`\n";
        if (!section.documentation.empty()) text += '\n' + paragraph(section.documentation);
        for (const Key& key : section.keys) text += page_key(key);
    }
    return text;
}

}  // namespace notifyd::config
