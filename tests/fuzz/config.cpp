// A config file -> settings, or a list of mistakes.
#include "notifyd/config/load_config.hpp"

#include "input.hpp"

#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    static const int file = ::memfd_create("notifyd.toml", MFD_CLOEXEC);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    fuzz::require(::ftruncate(file, 0) == 0);
    fuzz::require(::pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
    const config::LoadResult loaded = config::load_config(path, {});
    if (loaded) {
        static_cast<void>(config::doubtful_settings(loaded->config));
        static_cast<void>(config::keys_without_effect(*loaded));
        return 0;
    }
    fuzz::require(!loaded.error().empty() && loaded.error().size() <= config::config_errors_max);
    for (const auto& error : loaded.error()) fuzz::require(!to_string(error).empty());
    return 0;
}
