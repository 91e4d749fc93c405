// CLI11 only reports that a command is missing, not the word found in its place.
#include "wrong_command.hpp"

#include "notifyd/core/near_name.hpp"

#include <algorithm>
#include <vector>

namespace notifyd::app {

namespace {

constexpr std::size_t letters_off_max = 2;

std::vector<std::string> names_of_commands(const CLI::App& group) {
    std::vector<std::string> names;
    for (const CLI::App* command : group.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    return names;
}

std::string listed(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list.append(list.empty() ? "" : ", ").append(name);
    return list;
}

// The command with the fewest letters off; empty if none is close enough, or if several are equally close.
std::string nearest(const std::string& word, const std::vector<std::string>& names) {
    const std::string folded = folded_name(word);
    for (std::size_t off = 0; off <= letters_off_max; ++off) {
        const auto is_so_far = [&](const std::string& name) {
            return letters_off(folded, folded_name(name), letters_off_max) == off;
        };
        const auto found = std::ranges::find_if(names, is_so_far);
        if (found == names.end()) continue;
        return std::any_of(found + 1, names.end(), is_so_far) ? std::string() : *found;
    }
    return {};
}

}  // namespace

std::string problem_with_command(const CLI::App& cli) {
    if (const std::vector<std::string> before = cli.remaining(); !before.empty() && before.front().starts_with('-')) {
        return before.front() + " cannot precede the command: options follow it, as in `notifyd serve --config FILE`";
    }
    // The innermost group in which CLI11 looked for a command.
    const CLI::App* group = &cli;
    std::string path = "notifyd";
    while (!group->get_subcommands().empty()) {
        group = group->get_subcommands().front();
        path += ' ' + group->get_name();
    }
    const std::vector<std::string> names = names_of_commands(*group);
    if (names.empty()) return {};
    const std::string known = "; the commands are: " + listed(names);
    const std::vector<std::string> words = group->remaining();
    if (words.empty()) return "`" + path + "` needs a command" + known;
    const std::string near = nearest(words.front(), names);
    return "there is no command `" + path + ' ' + words.front() + '`' +
           (near.empty() ? "" : "; did you mean `" + path + ' ' + near + "`?") + known;
}

}  // namespace notifyd::app
