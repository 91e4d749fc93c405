// Users' inboxes: posts, changes and reads them.
#pragma once

#include "notifyd/ports/inbox_store.hpp"

#include "inbox_jobs.hpp"
#include "loop_requests.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage {

class InboxPort final : public ports::InboxStore {
  public:
    explicit InboxPort(LoopRequests& requests) : requests_(requests) {}

    void post(ports::PostRequest request, ports::AnnouncePosted announce, Done<ports::PostResult> done) override {
        std::size_t bytes = LoopRequests::request_bytes;
        for (const ports::Posting& posting : request.postings) {
            bytes += LoopRequests::request_bytes + posting.notification.content.size();
        }
        if (request.to_all.has_value()) bytes += request.to_all->notification.content.size();
        requests_.submit(std::make_unique<PostJob>(std::move(request), std::move(announce), std::move(done)), bytes);
    }
    void continue_posting(
        Uuid id, std::size_t rows_max, EpochMs now, ports::AnnouncePosted announce, Done<bool> done) override {
        requests_.submit(std::make_unique<ContinueJob>(id, rows_max, now, std::move(announce), std::move(done)),
                         LoopRequests::request_bytes * rows_max);
    }
    void unfinished_postings(Done<std::vector<Uuid>> done) override {
        requests_.read(
            {}, IfBusy::wait, std::move(done), [](ReadTables& tables) { return tables.inboxes.unfinished_postings(); });
    }

    void read(UserId user,
              Uuid id,
              ports::ReadTime time,
              ports::AnnounceChange announce,
              Done<std::optional<ports::InboxChange>> done) override {
        auto write = [user = std::move(user), id, time](WriteTables& tables,
                                                        std::optional<ports::InboxChange>& change) {
            return tables.inboxes.read(user, id, time, change);
        };
        submit(std::move(write), std::move(announce), std::move(done));
    }
    void read_all(UserId user,
                  Uuid up_to,
                  std::size_t rows_max,
                  ports::ReadTime time,
                  ports::AnnounceChange announce,
                  Done<ports::InboxChange> done) override {
        auto write = [user = std::move(user), up_to, rows_max, time](WriteTables& tables, ports::InboxChange& change) {
            return tables.inboxes.read_all(user, up_to, rows_max, time, change);
        };
        submit(std::move(write), std::move(announce), std::move(done));
    }
    void remove(UserId user,
                Uuid id,
                EpochMs now,
                ports::AnnounceChange announce,
                Done<std::optional<ports::InboxChange>> done) override {
        auto write = [user = std::move(user), id, now](WriteTables& tables, std::optional<ports::InboxChange>& change) {
            return tables.inboxes.remove(user, id, now, change);
        };
        submit(std::move(write), std::move(announce), std::move(done));
    }
    void acknowledge(UserId user, Uuid id, Done<bool> done) override {
        requests_.write(std::move(done), [user = std::move(user), id](WriteTables& tables, bool& found) {
            return tables.inboxes.acknowledge(user, id, found);
        });
    }

    void list(ports::InboxQuery query, Done<NotificationPage> done) override {
        UserId asker = query.user;
        auto read = [query = std::move(query)](ReadTables& tables) { return tables.inboxes.list(query); };
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), std::move(read));
    }
    void pending(ports::PendingQuery query, Done<PendingPage> done) override {
        UserId asker = query.user;
        auto read = [query = std::move(query)](ReadTables& tables) { return tables.inboxes.pending(query); };
        requests_.read(std::move(asker), IfBusy::wait, std::move(done), std::move(read));
    }
    void count_unread(UserId user, EpochMs now, Done<std::uint64_t> done) override {
        UserId asker = user;
        auto read = [user = std::move(user), now](ReadTables& tables) {
            return tables.inboxes.count_unread(user, now);
        };
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), std::move(read));
    }

    void channels(UserId user, Done<std::optional<std::vector<std::string>>> done) override {
        UserId asker = user;
        auto read = [user = std::move(user)](ReadTables& tables) { return tables.inboxes.channels(user); };
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), std::move(read));
    }
    void change_channels(ports::ChannelChange change, Done<std::vector<std::string>> done) override {
        auto write = [change = std::move(change)](WriteTables& tables, std::vector<std::string>& channels) {
            return tables.choices.change_channels(change, channels);
        };
        requests_.write(std::move(done), std::move(write));
    }
    void preferences(UserId user, Done<Preferences> done) override {
        UserId asker = user;
        auto read = [user = std::move(user)](ReadTables& tables) { return tables.inboxes.preferences(user); };
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), std::move(read));
    }
    void change_preferences(UserId user, ChangePreferences change, Done<Preferences> done) override {
        auto write = [user = std::move(user), change = std::move(change)](WriteTables& tables,
                                                                          Preferences& preferences) {
            return tables.choices.change_preferences(user, change, preferences);
        };
        requests_.write(std::move(done), std::move(write));
    }
    void delete_expired(std::optional<EpochMs> cutoff,
                        std::optional<EpochMs> now,
                        std::size_t rows_max,
                        Done<std::size_t> done) override {
        requests_.write(std::move(done), [cutoff, now, rows_max](WriteTables& tables, std::size_t& deleted) {
            return tables.inboxes.delete_expired(cutoff, now, rows_max, deleted);
        });
    }

  private:
    template <class Answer, class Write>
    void submit(Write write, ports::AnnounceChange announce, Done<Answer> done) {
        requests_.submit(
            std::make_unique<InboxChangeJob<Answer, Write>>(std::move(write), std::move(announce), std::move(done)));
    }

    LoopRequests& requests_;
};

}  // namespace notifyd::storage
