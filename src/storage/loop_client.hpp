// The StorageClient of one loop: gathers a turn's requests, hands them over whole, answers them on the loop.
// Owns:   the turn's requests and the answers that wait for the loop.
// Thread: its loop's; give_back on the storage thread, take on a reader thread.
// Fails:  as the ports say.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/runtime/event_loop.hpp"
#include "notifyd/runtime/mailbox.hpp"
#include "notifyd/storage/storage_client.hpp"

#include "admission.hpp"
#include "block_jobs.hpp"
#include "commit_thread.hpp"
#include "reader_pool.hpp"
#include "requests.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>

namespace notifyd::storage {

class LoopClient final : public StorageClient, public BatchOwner, public ReadOwner {
  public:
    // `loops`: how many have a client.
    LoopClient(runtime::EventLoop& loop,
               const std::atomic<std::size_t>& loops,
               const std::string& epoch,
               Admission& admission,
               CommitThread& commits,
               ReaderPool& readers,
               const BlockChanged& on_block_changed,
               observability::Events& events);

    void append(MessagePtr message, ports::AppendDone done) override;
    [[nodiscard]] bool has_room(std::size_t count) const override { return admission_.has_room(count); }
    [[nodiscard]] bool is_writable() const override { return commits_.writable(); }
    void delete_expired(EpochMs cutoff, std::size_t rows_max, DoneCount done) override;

    void read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) override;
    [[nodiscard]] const std::string& epoch() const override { return epoch_; }

    void plan_resume(ports::ResumeQuery query, UniqueFunction<void(Result<ports::ResumePlan>)> done) override;

    void read_positions(ports::PositionsQuery query, UniqueFunction<void(Result<std::vector<Sequence>>)> done) override;

    void grant(ports::PermissionGrant grant, DoneVoid done) override;
    void revoke(ports::PermissionRevocation revocation, DoneBool done) override;
    void list_by_user(UserId user,
                      std::size_t rows_max,
                      std::optional<TopicName> after,
                      UniqueFunction<void(Result<ports::PermissionPage>)> done) override;
    void list_by_topic(UserId asker,
                       TopicName topic,
                       std::size_t rows_max,
                       std::optional<UserId> after,
                       UniqueFunction<void(Result<ports::PermissionPage>)> done) override;

    void block(UserBlock block, DoneVoid done) override;
    void unblock(UserId user, DoneBool done) override;
    void list_blocks(UserId asker,
                     EpochMs now,
                     std::size_t rows_max,
                     std::optional<UserId> after,
                     UniqueFunction<void(Result<ports::BlockPage>)> done) override;

    void add(DeadLetter letter) override;
    void list(ports::DeadLetterQuery query, UniqueFunction<void(Result<DeadLetterPage>)> done) override;
    void find(Uuid id, UniqueFunction<void(Result<std::optional<DeadLetter>>)> done) override;
    void remove(Uuid id, UniqueFunction<void(Result<bool>)> done) override;
    void failed_again(Uuid id, EpochMs at, std::string reason, DoneVoid done) override;
    void delete_expired_letters(EpochMs cutoff, std::size_t rows_max, DoneCount done) override;

    void issue_ticket(ports::Ticket ticket,
                      std::size_t per_minute,
                      UniqueFunction<void(Result<ports::TicketIssue>)> done) override;
    void find_ticket(Uuid id,
                     UserId asker,
                     UniqueFunction<void(Result<std::optional<ports::FoundTicket>>)> done) override;
    void use_ticket(Uuid id, EpochMs now, DoneBool done) override;
    void revoke_tickets(UserId user, EpochMs now, DoneCount done) override;
    void delete_expired_tickets(EpochMs cutoff, std::size_t rows_max, DoneCount done) override;

    void reclaim(std::size_t pages_max, DoneCount done) override;

    void opened(ports::ConnectionRow row) override;
    void topics_changed(ConnectionId id, std::vector<TopicName> topics) override;
    void pinged(ConnectionId id, EpochMs at) override;
    void closed(ConnectionId id) override;

    [[nodiscard]] bool turn_ended() override;
    void after_turn() override;
    void turn_continues() override;

    void give_back(Batch batch) override;
    void take(runtime::Task answer) override;

  private:
    // Counts and gathers; refuses, in a handler of its own, when there is no room.
    void submit(WriteRequest request, std::size_t bytes);
    void submit_job(std::unique_ptr<WriteJob> job, std::size_t bytes);
    void submit_connection(ConnectionRequest request, std::size_t bytes);
    void gather(WriteRequest request, std::size_t bytes);
    void hand_over();
    template <class Answer, class Read>
    void submit_read(UserId asker, IfBusy if_busy, UniqueFunction<void(Result<Answer>)> done, Read read);
    void read_resume(ports::ResumeQuery query, UniqueFunction<void(Result<ports::ResumePlan>)> done);
    void refuse(Batch batch);
    void answer(Batch& batch);
    void run_answers();
    // An answer that throws is a bug of its receiver; the others are owed theirs all the same.
    template <class Step>
    void guarded(Step&& step) {
        try {
            step();
        } catch (const std::exception& error) {
            events_.emit(observability::ExceptionCaught{"storage answer", error.what()});
        }
    }

    // What a waiting request weighs besides its message's text.
    static constexpr std::size_t request_bytes = 256;

    runtime::EventLoop& loop_;
    const std::atomic<std::size_t>& loops_;
    const std::string& epoch_;
    Admission& admission_;
    CommitThread& commits_;
    ReaderPool& readers_;
    const BlockChanged& on_block_changed_;
    observability::Events& events_;

    Batch gathered_;
    // Answers stay with the client until the loop takes them, even if the loop has stopped.
    runtime::Mailbox answers_;
    std::vector<runtime::Task> answers_taken_;
};

}  // namespace notifyd::storage
