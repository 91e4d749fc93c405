// The dead letters in a database file, for `notifyd dlq`: beside a running server, or while none is running.
// Its connection neither checkpoints nor removes the log, so that the server's own rules hold.
// Thread: a command's. Fails: with one message that names the file.
#pragma once

#include "notifyd/core/dead_letter.hpp"
#include "notifyd/storage/startup.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite {

struct LetterChoice {
    std::optional<std::string> queue;  // nullopt: all
    std::optional<Uuid> id;
};

class DeadLetterFile {
  public:
    enum class Access : std::uint8_t { read, change };
    [[nodiscard]] static Startup<DeadLetterFile> open(const std::string& database, Access access);

    DeadLetterFile(DeadLetterFile&& other) noexcept;
    DeadLetterFile& operator=(DeadLetterFile&&) = delete;
    ~DeadLetterFile();

    // Oldest first, up to `letters_max`; returns whether there are more.
    [[nodiscard]] Startup<bool> visit(const LetterChoice& choice,
                                      std::size_t letters_max,
                                      const std::function<void(const DeadLetter&)>& visit);
    [[nodiscard]] Startup<std::size_t> count(const LetterChoice& choice);
    // Deletes those that exist now, in slices between which the server can commit.
    [[nodiscard]] Startup<std::size_t> purge(const LetterChoice& choice);
    // Asks the server to send them again; returns their ids.
    [[nodiscard]] Startup<std::vector<Uuid>> mark(const LetterChoice& choice);

    struct Taken {
        std::size_t redriven = 0;
        std::size_t failed = 0;
    };
    // What became of marked letters; removes those that the server is done with from `marked`.
    [[nodiscard]] Startup<Taken> take_done(std::vector<Uuid>& marked);

  private:
    class Parts;
    explicit DeadLetterFile(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

// Whether a process has the database open, because only a server can send.
[[nodiscard]] Startup<bool> is_served(const std::string& database);

}  // namespace notifyd::storage::sqlite
