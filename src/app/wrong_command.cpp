// CLI11 only reports that a command is missing, not the word found in its place.
#include "wrong_command.hpp"

#include "notifyd/core/near_name.hpp"

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
    const std::vector<std::string> near = nearest_names(words.front(), names, letters_off_max);
    return "there is no command `" + path + ' ' + words.front() + '`' +
           (near.size() != 1 ? "" : "; did you mean `" + path + ' ' + near.front() + "`?") + known;
}

}  // namespace notifyd::app
