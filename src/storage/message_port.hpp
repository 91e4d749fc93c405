// Appends messages, deletes expired ones, and reads pages of them.
#pragma once

#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/message_reader.hpp"

#include "loop_requests.hpp"

#include <string>
#include <utility>

namespace notifyd::storage {

class MessagePort final : public ports::MessageLog, public ports::MessageReader {
  public:
    MessagePort(LoopRequests& requests, const std::string& epoch) : requests_(requests), epoch_(epoch) {}

    void append(MessagePtr message, ports::AppendDone done) override {
        requests_.append(std::move(message), std::move(done));
    }
    [[nodiscard]] bool has_room(std::size_t count) const override { return requests_.has_room(count); }
    [[nodiscard]] bool is_writable() const override { return requests_.is_writable(); }

    void delete_expired(EpochMs cutoff, std::size_t rows_max, Done<std::size_t> done) override {
        requests_.write(std::move(done), [cutoff, rows_max](WriteTables& tables, std::size_t& deleted) {
            return tables.messages.delete_expired(cutoff, rows_max, deleted);
        });
    }

    void read_page(PageQuery query, Done<Page> done) override {
        UserId asker = query.asker;
        const IfBusy if_busy = query.if_busy;
        requests_.read(std::move(asker), if_busy, std::move(done), [query = std::move(query)](ReadTables& tables) {
            return tables.messages.read(query);
        });
    }
    [[nodiscard]] const std::string& epoch() const override { return epoch_; }

  private:
    LoopRequests& requests_;
    const std::string& epoch_;
};

}  // namespace notifyd::storage
