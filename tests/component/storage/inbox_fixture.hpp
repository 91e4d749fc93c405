// Posts to inboxes and reads them, in a few words.
#pragma once

#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage::testing {

inline Uuid id_of(std::uint8_t number) {
    Uuid id;
    id.bytes.back() = number;
    return id;
}

inline ports::Posting posting(std::uint8_t number, std::string user = "u", std::string key = {}) {
    ports::Posting posting;
    Notification& notification = posting.notification;
    notification.id = id_of(number);
    notification.user = UserId(std::move(user));
    notification.type = "new_like";
    notification.channel = "social";
    notification.collapse_key = std::move(key);
    notification.created_at = number;
    notification.content = "\"n\":" + std::to_string(number);
    return posting;
}

// Records what is announced on the storage thread.
class Announced {
  public:
    [[nodiscard]] ports::AnnouncePosted posted() {
        return [this](const ports::Posting& posting, const ports::Posted& posted, std::vector<Delivery>&) {
            std::string text = posting.notification.user.get() + " " + std::to_string(posting.notification.created_at) +
                               " unread " + std::to_string(posted.unread);
            if (posted.replaced) text += " replaced " + std::to_string(posted.replaced->bytes.back());
            add(std::move(text));
        };
    }
    [[nodiscard]] ports::AnnounceChange changed() {
        return [this](const ports::InboxChange& change, std::vector<Delivery>&) {
            if (change.changed) add("unread " + std::to_string(change.unread));
        };
    }
    [[nodiscard]] std::vector<std::string> texts() {
        const std::lock_guard lock(mutex_);
        return std::exchange(texts_, {});
    }

  private:
    void add(std::string text) {
        const std::lock_guard lock(mutex_);
        texts_.push_back(std::move(text));
    }

    std::mutex mutex_;
    std::vector<std::string> texts_;
};

inline ports::PostResult post(Loop& loop, ports::PostRequest request, Announced& announced) {
    const auto result = loop.ask<ports::PostResult>([&](StorageClient& client, auto done) {
        client.inboxes().post(std::move(request), announced.posted(), std::move(done));
    });
    REQUIRE(result.has_value());
    return *result;
}

inline ports::PostResult post(Loop& loop, std::vector<ports::Posting> postings, Announced& announced) {
    ports::PostRequest request;
    request.postings = std::move(postings);
    return post(loop, std::move(request), announced);
}

inline ports::PostResult post(Loop& loop, std::vector<ports::Posting> postings) {
    Announced announced;
    return post(loop, std::move(postings), announced);
}

inline std::uint64_t unread(Loop& loop, const std::string& user = "u", EpochMs now = 1'000) {
    const auto count = loop.ask<std::uint64_t>(
        [&](StorageClient& client, auto done) { client.inboxes().count_unread(UserId(user), now, std::move(done)); });
    REQUIRE(count.has_value());
    return *count;
}

inline std::string numbers_of(const std::vector<Notification>& notifications) {
    std::string numbers;
    for (const Notification& one : notifications) numbers += std::to_string(one.created_at) + " ";
    return numbers;
}

inline std::string listed(Loop& loop, ports::InboxQuery query) {
    if (query.user.get().empty()) query.user = UserId("u");
    query.now = query.now == 0 ? 1'000 : query.now;
    query.rows_max = query.rows_max == 0 ? 100 : query.rows_max;
    const auto page = loop.ask<NotificationPage>(
        [&](StorageClient& client, auto done) { client.inboxes().list(query, std::move(done)); });
    REQUIRE(page.has_value());
    return numbers_of(page->notifications) + (page->more ? "more" : "end");
}

inline std::string pending(Loop& loop, ports::PendingQuery query = {}) {
    query.user = UserId("u");
    query.now = 1'000;
    query.rows_max = query.rows_max == 0 ? 100 : query.rows_max;
    query.bytes_max = query.bytes_max == 0 ? 1'000 : query.bytes_max;
    const auto page = loop.ask<PendingPage>(
        [&](StorageClient& client, auto done) { client.inboxes().pending(query, std::move(done)); });
    REQUIRE(page.has_value());
    return numbers_of(page->notifications) + (page->more ? "more" : "");
}

inline std::optional<ports::InboxChange> read(Loop& loop,
                                              std::uint8_t number,
                                              const std::string& user = "u",
                                              Announced* announced = nullptr) {
    const auto change = loop.ask<std::optional<ports::InboxChange>>([&](StorageClient& client, auto done) {
        auto announce = announced == nullptr ? ports::AnnounceChange([](const auto&, auto&) {}) : announced->changed();
        client.inboxes().read(UserId(user), id_of(number), {50, 50}, std::move(announce), std::move(done));
    });
    REQUIRE(change.has_value());
    return *change;
}

}  // namespace notifyd::storage::testing
