// Moves read positions, and lists chats.
#pragma once

#include "notifyd/ports/read_position_store.hpp"

#include "chat_ranking.hpp"
#include "loop_requests.hpp"
#include "read_position_job.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace notifyd::storage {

class ReadPositionPort final : public ports::ReadPositionStore {
  public:
    explicit ReadPositionPort(LoopRequests& requests) : requests_(requests) {}

    void advance(ports::ReadPosition position, ports::AnnounceRead announce, Done<void> done) override {
        requests_.submit(std::make_unique<ReadPositionJob>(std::move(position), std::move(announce), std::move(done)));
    }
    void list_chats(ports::ChatQuery query, Done<ports::ChatPage> done) override {
        rank(std::make_unique<ChatRanking>(std::move(query)), IfBusy::refuse, std::move(done));
    }

  private:
    using Ranking = std::unique_ptr<ChatRanking>;

    void rank(Ranking ranking, IfBusy if_busy, Done<ports::ChatPage> done) {
        UserId asker = ranking->user();
        auto read = [ranking = std::move(ranking)](ReadTables& tables) mutable -> std::optional<Ranking> {
            if (!ranking->advance(tables.chats)) return std::nullopt;
            return std::move(ranking);
        };
        Done<Ranking> ranked = [this, done = std::move(done)](Result<Ranking> result) mutable {
            if (!result) return done(result.error());
            if ((*result)->is_complete()) return done((*result)->take_page());
            rank(std::move(*result), IfBusy::wait, std::move(done));
        };
        requests_.read(std::move(asker), if_busy, std::move(ranked), std::move(read));
    }

    LoopRequests& requests_;
};

}  // namespace notifyd::storage
