// Plans resumes, and reports the positions of topics.
#pragma once

#include "notifyd/ports/resume_planner.hpp"

#include "barrier_job.hpp"
#include "loop_requests.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace notifyd::storage {

class ResumePort final : public ports::ResumePlanner {
  public:
    explicit ResumePort(LoopRequests& requests) : requests_(requests) {}

    void plan_resume(ports::ResumeQuery query, Done<ports::ResumePlan> done) override {
        // By number, a client asks for nothing beyond what this loop has been given, which is committed.
        if (std::holds_alternative<Sequence>(query.after)) return read(std::move(query), std::move(done));
        auto decided = [this, query = std::move(query), done = std::move(done)](const Result<void>& passed) mutable {
            if (!passed) return done(passed.error());
            read(std::move(query), std::move(done));
        };
        requests_.submit(std::make_unique<BarrierJob>(std::move(decided)));
    }

    void read_positions(ports::PositionsQuery query, Done<std::vector<Sequence>> done) override {
        UserId asker = query.asker;
        requests_.read(std::move(asker), IfBusy::wait, std::move(done), [query = std::move(query)](ReadTables& tables) {
            return tables.resumes.positions(query);
        });
    }

  private:
    void read(ports::ResumeQuery query, Done<ports::ResumePlan> done) {
        UserId asker = query.asker;
        requests_.read(std::move(asker), IfBusy::wait, std::move(done), [query = std::move(query)](ReadTables& tables) {
            return tables.resumes.plan(query);
        });
    }

    LoopRequests& requests_;
};

}  // namespace notifyd::storage
