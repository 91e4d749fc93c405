// A loop's reads: each in the turn of whoever asks for it.
#include "loop_client.hpp"

#include <boost/asio/post.hpp>

#include <optional>
#include <utility>

namespace notifyd::storage {

namespace {

// Dead letters are read for the operator and for redrives: one turn for all of them.
UserId server_itself() {
    return {};
}

}  // namespace

template <class Answer, class Read>
void LoopClient::submit_read(UserId asker, IfBusy if_busy, UniqueFunction<void(Result<Answer>)> done, Read read) {
    auto answering = [done = std::move(done), read = std::move(read)](ReadTables* tables,
                                                                      const Error& error) mutable -> runtime::Task {
        std::optional<Answer> found;
        if (tables != nullptr) found = read(*tables);
        const Error failure = tables != nullptr ? refusal_of(runtime::Handover::full) : error;
        return [done = std::move(done), found = std::move(found), failure]() mutable {
            done(found.has_value() ? Result<Answer>(std::move(*found)) : Result<Answer>(failure));
        };
    };
    ReadJob job{this, std::move(asker), if_busy, std::move(answering)};
    const runtime::Handover verdict = readers_.submit(std::move(job));
    if (verdict == runtime::Handover::taken) return;
    // A job that was not taken was not moved from either. NOLINTNEXTLINE(bugprone-use-after-move)
    auto answer = job.read(nullptr, refusal_of(verdict));
    boost::asio::post(loop_.context(), [this, answer = std::move(answer)]() mutable { guarded(answer); });
}

void LoopClient::read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) {
    UserId asker = query.asker;
    const IfBusy if_busy = query.if_busy;
    submit_read(std::move(asker), if_busy, std::move(done), [query = std::move(query)](ReadTables& tables) {
        return tables.messages.read(query);
    });
}

void LoopClient::plan_resume(ports::ResumeQuery query, UniqueFunction<void(Result<ports::ResumePlan>)> done) {
    if (std::holds_alternative<Sequence>(query.after)) {
        // Numbers are asked for up to what this loop has been given, and that is committed.
        read_resume(std::move(query), std::move(done));
        return;
    }
    submit(BarrierRequest{[this, query = std::move(query), done = std::move(done)](Result<void> passed) mutable {
               if (passed) {
                   read_resume(std::move(query), std::move(done));
               } else {
                   done(passed.error());
               }
           }},
           request_bytes);
}

void LoopClient::read_resume(ports::ResumeQuery query, UniqueFunction<void(Result<ports::ResumePlan>)> done) {
    UserId asker = query.asker;
    submit_read(std::move(asker), IfBusy::wait, std::move(done), [query = std::move(query)](ReadTables& tables) {
        return tables.resumes.plan(query);
    });
}

void LoopClient::read_positions(ports::PositionsQuery query, UniqueFunction<void(Result<std::vector<Sequence>>)> done) {
    UserId asker = query.asker;
    submit_read(std::move(asker), IfBusy::wait, std::move(done), [query = std::move(query)](ReadTables& tables) {
        return tables.resumes.positions(query);
    });
}

void LoopClient::list_by_user(UserId user,
                              std::size_t rows_max,
                              std::optional<TopicName> after,
                              UniqueFunction<void(Result<ports::PermissionPage>)> done) {
    UserId asker = user;
    submit_read(std::move(asker),
                IfBusy::refuse,
                std::move(done),
                [user = std::move(user), rows_max, after = std::move(after)](ReadTables& tables) {
                    return tables.permissions.by_user(user, rows_max, after);
                });
}

void LoopClient::list_by_topic(UserId asker,
                               TopicName topic,
                               std::size_t rows_max,
                               std::optional<UserId> after,
                               UniqueFunction<void(Result<ports::PermissionPage>)> done) {
    submit_read(std::move(asker),
                IfBusy::refuse,
                std::move(done),
                [topic = std::move(topic), rows_max, after = std::move(after)](ReadTables& tables) {
                    return tables.permissions.by_topic(topic, rows_max, after);
                });
}

void LoopClient::list_blocks(UserId asker,
                             EpochMs now,
                             std::size_t rows_max,
                             std::optional<UserId> after,
                             UniqueFunction<void(Result<ports::BlockPage>)> done) {
    submit_read(std::move(asker),
                IfBusy::refuse,
                std::move(done),
                [now, rows_max, after = std::move(after)](ReadTables& tables) {
                    return tables.blocks.list(now, rows_max, after);
                });
}

void LoopClient::list(ports::DeadLetterQuery query, UniqueFunction<void(Result<DeadLetterPage>)> done) {
    submit_read(server_itself(), IfBusy::refuse, std::move(done), [query = std::move(query)](ReadTables& tables) {
        return tables.letters.list(query);
    });
}

void LoopClient::find(Uuid id, UniqueFunction<void(Result<std::optional<DeadLetter>>)> done) {
    submit_read(
        server_itself(), IfBusy::refuse, std::move(done), [id](ReadTables& tables) { return tables.letters.find(id); });
}

void LoopClient::find_ticket(Uuid id,
                             UserId asker,
                             UniqueFunction<void(Result<std::optional<ports::FoundTicket>>)> done) {
    submit_read(std::move(asker), IfBusy::refuse, std::move(done), [id](ReadTables& tables) {
        return tables.tickets.find(id);
    });
}

}  // namespace notifyd::storage
