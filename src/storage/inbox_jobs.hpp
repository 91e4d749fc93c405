// Jobs that change inboxes and announce what they have changed.
#pragma once

#include "notifyd/ports/inbox_store.hpp"
#include "notifyd/storage/write_job.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "outcome_result.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace notifyd::storage {

// Postings and what became of them, in the same order.
class PostedList {
  public:
    // `postings` must stay as they are until deliver().
    [[nodiscard]] bool write(WriteTables& tables, const std::vector<ports::Posting>& postings, EpochMs now) {
        posted_.assign(postings.size(), {});
        for (std::size_t i = 0; i < postings.size(); ++i) {
            if (!tables.inboxes.post(postings[i], now, posted_[i])) return false;
        }
        return true;
    }
    void deliver(const std::vector<ports::Posting>& postings,
                 const ports::AnnouncePosted& announce,
                 std::vector<Delivery>& deliveries) const {
        for (std::size_t i = 0; i < posted_.size(); ++i) {
            if (posted_[i].verdict == ports::Posted::Verdict::stored) announce(postings[i], posted_[i], deliveries);
        }
    }
    [[nodiscard]] const std::vector<ports::Posted>& all() const { return posted_; }

  private:
    std::vector<ports::Posted> posted_;
};

class PostJob final : public WriteJob {
  public:
    PostJob(ports::PostRequest request, ports::AnnouncePosted announce, Done<ports::PostResult> done)
        : request_(std::move(request)), announce_(std::move(announce)), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        result_ = {};
        posted_ = {};
        if (request_.key.has_value()) {
            std::optional<ports::PostResult> earlier;
            if (!tables.postings.find(*request_.key, request_.forgotten_at, earlier)) return false;
            if (earlier.has_value()) {
                result_ = std::move(*earlier);
                result_.duplicate = true;
                return true;
            }
        }
        if (request_.topic.has_value()) {
            if (!tables.postings.begin(*request_.to_all, *request_.topic)) return false;
            result_.ids.push_back(request_.to_all->notification.id);
        }
        if (!posted_.write(tables, request_.postings, request_.now)) return false;
        for (std::size_t i = 0; i < request_.postings.size(); ++i) {
            const Notification& notification = request_.postings[i].notification;
            if (posted_.all()[i].verdict == ports::Posted::Verdict::suppressed) {
                result_.suppressed.push_back(notification.user);
            } else {
                result_.ids.push_back(notification.id);
            }
        }
        return !request_.key.has_value() || tables.postings.keep(request_, result_);
    }
    void deliver(std::vector<Delivery>& deliveries) override {
        posted_.deliver(request_.postings, announce_, deliveries);
    }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, std::move(result_))); }

  private:
    ports::PostRequest request_;
    ports::AnnouncePosted announce_;
    Done<ports::PostResult> done_;
    ports::PostResult result_;
    PostedList posted_;
};

// Posts to the next members of a topic, together with the note of how far the posting has come.
class ContinueJob final : public WriteJob {
  public:
    ContinueJob(const Uuid& id, std::size_t rows_max, EpochMs now, ports::AnnouncePosted announce, Done<bool> done)
        : id_(id), rows_max_(rows_max), now_(now), announce_(std::move(announce)), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        postings_.clear();
        return tables.postings.take_members(id_, rows_max_, now_, postings_, more_) &&
               posted_.write(tables, postings_, now_);
    }
    void deliver(std::vector<Delivery>& deliveries) override { posted_.deliver(postings_, announce_, deliveries); }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, more_)); }

  private:
    Uuid id_;
    std::size_t rows_max_;
    EpochMs now_;
    ports::AnnouncePosted announce_;
    Done<bool> done_;
    std::vector<ports::Posting> postings_;
    PostedList posted_;
    bool more_ = false;
};

inline const ports::InboxChange* change_in(const ports::InboxChange& change) {
    return &change;
}
inline const ports::InboxChange* change_in(const std::optional<ports::InboxChange>& change) {
    return change.has_value() ? &*change : nullptr;
}

// `Write` is called as bool(WriteTables&, Answer&); the answer is an InboxChange, or an optional one.
template <class Answer, class Write>
class InboxChangeJob final : public WriteJob {
  public:
    InboxChangeJob(Write write, ports::AnnounceChange announce, Done<Answer> done)
        : write_(std::move(write)), announce_(std::move(announce)), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        answer_ = {};
        return write_(tables, answer_);
    }
    void deliver(std::vector<Delivery>& deliveries) override {
        const ports::InboxChange* const change = change_in(answer_);
        if (change != nullptr) announce_(*change, deliveries);
    }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, std::move(answer_))); }

  private:
    Write write_;
    ports::AnnounceChange announce_;
    Done<Answer> done_;
    Answer answer_{};
};

}  // namespace notifyd::storage
