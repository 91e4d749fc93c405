// Adds, lists and settles dead letters.
#pragma once

#include "notifyd/ports/dead_letter_sink.hpp"
#include "notifyd/ports/dead_letter_store.hpp"

#include "loop_requests.hpp"

#include <optional>
#include <string>
#include <utility>

namespace notifyd::storage {

class LetterPort final : public ports::DeadLetterSink, public ports::DeadLetterStore {
  public:
    explicit LetterPort(LoopRequests& requests) : requests_(requests) {}

    void add(DeadLetter letter) override { requests_.add_letter(std::move(letter)); }

    void list(ports::DeadLetterQuery query, Done<DeadLetterPage> done) override {
        requests_.read(server(), IfBusy::refuse, std::move(done), [query = std::move(query)](ReadTables& tables) {
            return tables.letters.list(query);
        });
    }
    void find(Uuid id, Done<std::optional<DeadLetter>> done) override {
        requests_.read(
            server(), IfBusy::refuse, std::move(done), [id](ReadTables& tables) { return tables.letters.find(id); });
    }
    void remove(Uuid id, Done<bool> done) override {
        requests_.write(std::move(done),
                        [id](WriteTables& tables, bool& removed) { return tables.letters.remove(id, removed); });
    }
    void failed_again(Uuid id, EpochMs at, std::string reason, Done<void> done) override {
        requests_.write(std::move(done), [id, at, reason = std::move(reason)](WriteTables& tables) {
            return tables.letters.failed_again(id, at, reason);
        });
    }
    void delete_expired(EpochMs cutoff, std::size_t rows_max, Done<std::size_t> done) override {
        requests_.write(std::move(done), [cutoff, rows_max](WriteTables& tables, std::size_t& deleted) {
            return tables.letters.delete_expired(cutoff, rows_max, deleted);
        });
    }

  private:
    // Dead letters are read for the operator and for redrives; all these reads share one turn.
    static UserId server() { return {}; }

    LoopRequests& requests_;
};

}  // namespace notifyd::storage
