// Where log lines go: a file, or stderr, whatever that is. Writing never blocks on a reader that has stopped. Used by
// one thread at a time. Opening throws std::runtime_error; a failed write may leave half a line behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace notifyd::observability {

class LogOutput {
  public:
    [[nodiscard]] static LogOutput to_stderr();
    // Appends to the file and creates it if necessary, as root for the folder's owner. A new file gets the mode and the
    // owner of `model`'s file. Root does not follow a symbolic link that another user has made.
    [[nodiscard]] static LogOutput to_file(const std::filesystem::path& path, const LogOutput* model = nullptr);

    LogOutput(LogOutput&& other) noexcept;
    LogOutput& operator=(LogOutput&& other) noexcept;
    ~LogOutput();

    enum class Written : std::uint8_t { some, not_now, failed };
    // Writes what fits without waiting; `count` returns how much.
    [[nodiscard]] Written write_some(std::string_view text, std::size_t& count);
    // Waits briefly for room.
    void wait_for_room() const;
    // Whether the file has been deleted, so that nobody would find what is written to it.
    [[nodiscard]] bool is_deleted() const;

  private:
    enum class Kind : std::uint8_t { file, socket, nonblocking, blocking };
    enum class Owner : std::uint8_t { ours, process };
    LogOutput(int descriptor, Kind kind, Owner owner) : descriptor_(descriptor), kind_(kind), owner_(owner) {}

    int descriptor_;
    Kind kind_;
    Owner owner_;
};

}  // namespace notifyd::observability
