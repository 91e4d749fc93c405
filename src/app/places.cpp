// Checks folders and sockets without creating anything.
#include "places.hpp"

#include "notifyd/gateway/gateway.hpp"

#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>

namespace notifyd::app {

namespace {

namespace fs = std::filesystem;

std::string problem_with_place(const fs::path& file) {
    std::error_code unknown;
    if (fs::is_directory(file, unknown)) return "is a folder: name a file in it";
    const fs::path folder = fs::absolute(file).parent_path();
    const fs::file_status status = fs::status(folder, unknown);
    // A path through something that is not a folder is reported as not found, too.
    if (status.type() == fs::file_type::not_found) {
        return "the folder " + folder.string() + " does not exist: create it, or name another";
    }
    if (status.type() == fs::file_type::regular) return folder.string() + " is a file, not a folder";
    return "";
}

void add_problem(std::vector<std::string>& problems, std::string_view key, const fs::path& file) {
    if (file.empty()) return;
    const std::string problem = problem_with_place(file);
    if (!problem.empty()) problems.push_back(std::string(key) + ": " + file.string() + ": " + problem);
}

}  // namespace

std::vector<std::string> problems_with_storage_path(const config::Config& config) {
    std::vector<std::string> problems;
    add_problem(problems, "storage.path", config.storage.path);
    return problems;
}

std::vector<std::string> problems_with_places(const config::Config& config) {
    std::vector<std::string> problems = problems_with_storage_path(config);
    add_problem(problems, "log.file", config.log.file);
    if (const Result<void> place = gateway::check_listen(config.server.listen); !place) {
        problems.push_back("server.listen: " + place.error().message);
    }
    return problems;
}

bool report_problems(const std::string& config_file, const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) std::cerr << config_file << ": " << problem << '\n';
    return !problems.empty();
}

}  // namespace notifyd::app
