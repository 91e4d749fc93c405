// Redrives one page at a time: read it, send it on every loop, settle it in one commit.
#include "notifyd/delivery/redrive.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/wire/delivered_frames.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace notifyd::delivery {

namespace {

StoredMessage message_of(const DeadLetter& letter) {
    return {.at = {},
            .id = letter.message,
            .type = letter.queue == to_string(MessageType::fifo) ? MessageType::fifo : MessageType::standard,
            .sequence = letter.sequence,
            .published_at = 0,
            .target_channel = std::string(websocket_channel),
            .head = *letter.head};
}

}  // namespace

void Redriver::redrive_one(Uuid id, Done done) {
    Job job;
    job.one = id;
    job.done = std::move(done);
    submit(std::move(job));
}

void Redriver::redrive_all(std::optional<std::string> queue, Done done) {
    Job job;
    job.query.queue = std::move(queue);
    job.query.letters_max = limits::page_messages_max;
    job.made_until = continuous_.now_ms();
    job.done = std::move(done);
    submit(std::move(job));
}

void Redriver::redrive_marked(Done done) {
    Job job;
    job.query.letters_max = limits::page_messages_max;
    job.query.marked_only = true;
    job.done = std::move(done);
    submit(std::move(job));
}

void Redriver::submit(Job job) {
    // False means that the home loop has stopped, and nobody is waiting for the answer.
    static_cast<void>(sites_.front().loop.post_control([this, job = std::move(job)]() mutable {
        if (jobs_.size() >= limits::redrives_waiting_max) {
            return job.done(Error{Errc::unavailable, "Too many redrives are under way, try again"});
        }
        jobs_.push_back(std::move(job));
        start_next();
    }));
}

void Redriver::start_next() {
    if (busy_ || jobs_.empty()) return;
    busy_ = true;
    Job& job = jobs_.front();
    if (stopping_.load(std::memory_order_relaxed)) {
        job.error = Error{Errc::unavailable, "The server is stopping"};
        return finish();
    }
    if (!job.one.has_value()) return read_page();
    sites_.front().letters.find(*job.one,
                                [this](Result<std::optional<DeadLetter>> letter) { found(std::move(letter)); });
}

void Redriver::found(Result<std::optional<DeadLetter>> letter) {
    std::optional<Error>& error = jobs_.front().error;
    if (!letter) {
        error = letter.error();
    } else if (!letter->has_value()) {
        error = Error{Errc::not_found, "There is no such dead letter"};
    }
    if (error.has_value()) return finish();
    DeadLetterPage page;
    page.letters.push_back(std::move(**letter));
    take_page(std::move(page));
}

void Redriver::read_page() {
    sites_.front().letters.list(jobs_.front().query, [this](Result<DeadLetterPage> page) {
        if (page) return take_page(std::move(*page));
        jobs_.front().error = page.error();
        finish();
    });
}

void Redriver::take_page(DeadLetterPage page) {
    Job& job = jobs_.front();
    more_ = page.more;
    if (job.made_until.has_value()) {
        const auto later = std::ranges::find_if(
            page.letters, [&](const DeadLetter& letter) { return uuid_v7_epoch_ms(letter.id) > *job.made_until; });
        if (later != page.letters.end()) more_ = false;
        page.letters.erase(later, page.letters.end());
    }
    if (page.letters.empty()) return finish();
    // Advance first, so that a letter whose storage keeps failing is not met twice.
    job.query.after = page.letters.back().id;
    send(std::move(page.letters));
}

Redriver::Reached Redriver::send_to(const RedriveSite& site, const DeadLetter& letter, EpochMs now) {
    const auto own = own_topic(letter.user);
    if (!own || !letter.head.has_value()) return Reached::nobody;
    // Every connection subscribes to its user's own topic.
    const auto members = site.registry.members(*own);
    if (members.empty()) return Reached::nobody;
    const StoredMessage message = message_of(letter);
    const FramePtr frame = wire::delivered_frames(std::span(&message, 1), now, letter.attempts);
    Reached best = Reached::nobody;
    for (const connection::Connection* member : members) {
        // Other users with permission to read that topic may be subscribed to it, too.
        if (member->identity().user != letter.user) continue;
        Reached reached = Reached::not_permitted;
        if (site.may_receive(member->identity(), letter.topic)) {
            const ports::Verdict verdict = member->sink().send(frame);
            if (verdict == ports::Verdict::closed) continue;
            reached = verdict == ports::Verdict::queued ? Reached::somebody : Reached::outbox_full;
        }
        best = std::max(best, reached);
    }
    return best;
}

void Redriver::send(Page page) {
    page_ = std::make_shared<const Page>(std::move(page));
    reached_.assign(page_->size(), Reached::nobody);
    answers_left_ = sites_.size();
    for (const RedriveSite& site : sites_) {
        const bool posted = site.loop.post_control([this, &site, page = page_] {
            const EpochMs now = clock_.now_ms();
            std::vector<Reached> reached;
            reached.reserve(page->size());
            for (const DeadLetter& letter : *page) reached.push_back(send_to(site, letter, now));
            // False means that the home loop has stopped, and the redrive with it.
            static_cast<void>(
                sites_.front().loop.post_control([this, reached = std::move(reached)] { sent(reached); }));
        });
        // A stopped loop has no connections.
        if (!posted) sent({});
    }
}

void Redriver::sent(const std::vector<Reached>& reached) {
    for (std::size_t i = 0; i < reached.size(); ++i) reached_[i] = std::max(reached_[i], reached[i]);
    if (--answers_left_ == 0) settle();
}

void Redriver::settle() {
    ports::DeadLetterStore& store = sites_.front().letters;
    const std::shared_ptr<const Page> page = page_;
    const EpochMs now = clock_.now_ms();
    answers_left_ = page->size();
    for (std::size_t i = 0; i < page->size(); ++i) {
        const DeadLetter& letter = (*page)[i];
        if (reached_[i] == Reached::somebody) {
            // It was sent, even if the letter has been removed in the meantime.
            store.remove(letter.id, [this](Result<bool> removed) {
                if (removed) ++jobs_.front().count.redriven;
                settled(removed ? std::nullopt : std::optional(removed.error()));
            });
            continue;
        }
        std::string reason = "no_connection";
        if (reached_[i] == Reached::not_permitted) reason = "not_permitted";
        if (reached_[i] == Reached::outbox_full) reason = "outbox_full";
        if (!letter.head.has_value()) reason = "message_expired";
        store.failed_again(letter.id, now, std::move(reason), [this](Result<void> noted) {
            if (noted) ++jobs_.front().count.failed;
            settled(noted ? std::nullopt : std::optional(noted.error()));
        });
    }
}

void Redriver::settled(const std::optional<Error>& error) {
    if (error.has_value()) jobs_.front().error = error;
    if (--answers_left_ == 0) page_done();
}

void Redriver::page_done() {
    const Job& job = jobs_.front();
    const bool ends = job.one.has_value() || !more_ || job.error.has_value();
    if (ends || stopping_.load(std::memory_order_relaxed)) return finish();
    read_page();
}

void Redriver::finish() {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    page_.reset();
    busy_ = false;
    if (job.error.has_value()) {
        job.done(*job.error);
    } else {
        job.done(job.count);
    }
    start_next();
}

}  // namespace notifyd::delivery
