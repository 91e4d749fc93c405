// A temporary folder with a config file, removed at the end of the test.
#pragma once

#include "notifyd/config/load_config.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace notifyd::config::testing {

class ConfigFolder {
  public:
    ConfigFolder()
        : folder_(std::filesystem::temp_directory_path() /
                  ("notifyd-config-test-" + std::to_string(::getpid()) + '-' + std::to_string(next_number()))) {
        std::filesystem::create_directories(folder_);
    }
    ~ConfigFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    ConfigFolder(const ConfigFolder&) = delete;
    ConfigFolder& operator=(const ConfigFolder&) = delete;

    std::filesystem::path write(std::string_view name, std::string_view text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return folder_ / name;
    }

    [[nodiscard]] LoadResult load(std::string_view toml, const Environment& environment = {}) const {
        return load_config(write("notifyd.toml", toml), environment);
    }

    // One error per line, without the folder's name; "" if the config is valid.
    [[nodiscard]] std::string errors(std::string_view toml, const Environment& environment = {}) const {
        const LoadResult result = load(toml, environment);
        std::string all;
        if (result.has_value()) return all;
        for (const ConfigError& error : result.error()) {
            if (!all.empty()) all += '\n';
            std::string line = to_string(error);
            const std::string prefix = folder_.string() + '/';
            for (auto at = line.find(prefix); at != std::string::npos; at = line.find(prefix))
                line.erase(at, prefix.size());
            all += line;
        }
        return all;
    }

    [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

  private:
    static int next_number() {
        static std::atomic<int> number{0};
        return ++number;
    }

    std::filesystem::path folder_;
};

}  // namespace notifyd::config::testing
