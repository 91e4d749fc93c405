// The retrieval handler: returns a page of a topic's messages to a caller who may read it
// (docs/protocol.md#get-messages).
// Flow:   GET /messages -> messages() -> ports::MessageReader -> done
// Thread: one loop; one instance per loop. `done` runs on that loop, perhaps inside the call.
// Fails:  not_found (history is off), forbidden, invalid_request (limit, startKey), rate_limited and unavailable (from
//         the reader).
#pragma once

#include "notifyd/core/history_request.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/ports/message_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace notifyd::permissions {
class PermissionManager;
}

namespace notifyd::history {

struct HistoryPage {
    Page page;
    // The key of the next page, if there is one.
    std::optional<std::string> next_key;
};

// The setting storage.history.
enum class HistoryMode : std::uint8_t { on, off };

class RetrievalHandler {
  public:
    using Done = UniqueFunction<void(Result<HistoryPage>)>;

    // Both must outlive the handler.
    RetrievalHandler(const permissions::PermissionManager& permissions, ports::MessageReader& reader, HistoryMode mode);

    void messages(const Identity& caller, HistoryRequest request, Done done);

    // The epoch of the database, which is part of the reply.
    [[nodiscard]] const std::string& epoch() const { return reader_.epoch(); }

  private:
    const permissions::PermissionManager& permissions_;
    ports::MessageReader& reader_;
    HistoryMode mode_;
};

}  // namespace notifyd::history
