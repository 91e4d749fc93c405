// Read positions only move forward; chats are listed with what is unread, the most recent first.
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage::testing {

namespace {

class Positions {
  public:
    explicit Positions(Loop& loop) : loop_(loop) {}

    // Announces the stored position with a message.
    void read(const std::string& user, const TopicName& of, Sequence sequence) {
        ports::AnnounceRead announce = [of](Sequence to, std::vector<Delivery>& deliveries) {
            deliveries.push_back({message(of, Kind::standard, 0, std::to_string(to))});
        };
        REQUIRE(loop_
                    .ask<void>([&](StorageClient& client, auto done) {
                        client.read_positions().advance({UserId(user), of, sequence}, announce, std::move(done));
                    })
                    .has_value());
    }
    void grant(const std::string& user, const TopicName& to, Role role = Role::member) {
        const ports::PermissionGrant grant{{{UserId(user), to, role, 0, UserId("root")}}, ports::Basis::token, {}};
        REQUIRE(loop_
                    .ask<void>(
                        [&](StorageClient& client, auto done) { client.permissions().grant(grant, std::move(done)); })
                    .has_value());
    }
    void revoke(const std::string& user, const TopicName& from) {
        const ports::PermissionRevocation revocation{UserId(user), from, UserId("root"), ports::Basis::token};
        REQUIRE(loop_
                    .ask<bool>([&](StorageClient& client, auto done) {
                        client.permissions().revoke(revocation, std::move(done));
                    })
                    .has_value());
    }
    ports::ChatPage list(const std::string& user,
                         std::size_t rows_max = 100,
                         std::optional<ChatPlace> after = std::nullopt) {
        const ports::ChatQuery query{UserId(user), rows_max, std::move(after)};
        auto page = loop_.ask<ports::ChatPage>(
            [&](StorageClient& client, auto done) { client.read_positions().list_chats(query, std::move(done)); });
        REQUIRE(page.has_value());
        return std::move(*page);
    }
    // "a 2/3 b 0/1 …": ids, read positions and last numbers.
    std::string summary(const std::string& user) {
        std::string text;
        for (const Chat& chat : list(user).chats) {
            text.append(chat.topic.id())
                .append(" " + std::to_string(chat.read) + "/" + std::to_string(chat.last) + " ");
        }
        return text;
    }

  private:
    Loop& loop_;
};

void store(Loop& loop, const std::string& to, int count, Kind kind = Kind::numbered) {
    for (int i = 0; i < count; ++i) loop.store(message(topic(to), kind, 1'000 + i));
}

std::string announced(Running& running) {
    std::string text;
    for (const Delivery& delivery : running.listener().deliveries()) {
        const Message& sent = *delivery.message;
        if (sent.type == MessageType::standard) text.append(sent.topic.id()).append(" " + sent.head + " ");
    }
    return text;
}

}  // namespace

TEST_CASE("a position never goes back, nor beyond the topic's last number, and announces every move") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Positions positions(loop);
    positions.grant("u", topic("a"));
    positions.read("u", topic("a"), 7);
    positions.read("u", topic("never"), 7);
    CHECK(positions.summary("u") == "a 0/0 ");
    store(loop, "a", 5);
    for (const Sequence sequence : {0, 2, 2, 1, 4}) positions.read("u", topic("a"), sequence);
    CHECK(positions.summary("u") == "a 4/5 ");
    positions.read("u", topic("a"), std::numeric_limits<Sequence>::max());
    CHECK(positions.summary("u") == "a 5/5 ");
    store(loop, "a", 1);
    CHECK(positions.summary("u") == "a 5/6 ");
    CHECK(announced(running) == "a 2 a 4 a 5 ");
}

TEST_CASE("an announcement follows the messages that were committed before it") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Positions positions(loop);
    store(loop, "a", 2);
    positions.read("u", topic("a"), 2);
    store(loop, "a", 1);
    std::string order;
    for (const Delivery& delivery : running.listener().deliveries()) {
        order += delivery.sequence != 0 ? std::to_string(delivery.sequence) : "read " + delivery.message->head;
        order += ' ';
    }
    CHECK(order == "1 2 read 2 3 ");
}

TEST_CASE("a position that could not be stored is neither announced nor kept") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Positions positions(loop);
    positions.grant("u", topic("a"));
    store(loop, "a", 3);
    database.refuse_poison();
    const auto refused = loop.ask<void>([](StorageClient& client, auto done) {
        client.messages().append(message(topic("b"), Kind::numbered, 0, "poison"), [](const auto&) {});
        client.read_positions().advance(
            {UserId("u"), topic("a"), 2}, [](Sequence, std::vector<Delivery>&) { FAIL(); }, std::move(done));
    });
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::unavailable);
    CHECK(positions.summary("u") == "a 0/3 ");
    positions.read("u", topic("a"), 1);
    CHECK(positions.summary("u") == "a 1/3 ");
}

TEST_CASE("positions belong to a user and a topic, survive a restart, and end with the permission") {
    const TestDatabase database;
    {
        Running running(database);
        Loop& loop = running.add_loop();
        Positions positions(loop);
        for (const char* id : {"a", "b"}) {
            store(loop, id, 3);
            for (const char* user : {"u", "v"}) positions.grant(user, topic(id));
        }
        positions.read("u", topic("a"), 1);
        positions.read("u", topic("b"), 2);
        positions.read("v", topic("a"), 3);
    }
    Running running(database);
    Positions positions(running.add_loop());
    CHECK(positions.summary("u") == "b 2/3 a 1/3 ");
    CHECK(positions.summary("v") == "b 0/3 a 3/3 ");
    positions.read("u", topic("a"), 1);
    positions.read("v", topic("a"), 3);
    CHECK(announced(running).empty());

    positions.revoke("u", topic("a"));
    CHECK(positions.summary("u") == "b 2/3 ");
    positions.grant("u", topic("a"));
    CHECK(positions.summary("u") == "b 2/3 a 0/3 ");
    CHECK(positions.summary("v") == "b 0/3 a 3/3 ");
    // A change of the role is not the end.
    positions.grant("u", topic("b"), Role::admin);
    CHECK(positions.summary("u") == "b 2/3 a 0/3 ");
}

TEST_CASE("chats are ordered by their last message of any kind, and bans are not listed") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Positions positions(loop);
    for (const char* id : {"a", "b", "c", "d", "e", "f"}) positions.grant("u", topic(id), Role::viewer);
    positions.grant("u", topic("e"), Role::none);
    for (const char* id : {"b", "a", "d", "e"}) store(loop, id, 1);
    store(loop, "b", 1, Kind::standard);
    CHECK(positions.summary("u") == "b 0/1 d 0/1 a 0/1 c 0/0 f 0/0 ");

    const std::vector<Chat> chats = positions.list("u").chats;
    CHECK(chats[0].role == Role::viewer);
    CHECK(chats[0].last_message_at == 1'000);
    CHECK_FALSE(chats[3].last_message_at.has_value());

    std::string paged;
    std::optional<ChatPlace> after;
    for (std::size_t rows_max = 1;; ++rows_max) {
        ports::ChatPage page = positions.list("u", rows_max, after);
        CHECK(page.chats.size() <= rows_max);
        for (const Chat& chat : page.chats) paged.append(chat.topic.id()).append(" ");
        after = page.next;
        if (!after.has_value()) break;
        // Moves to the front, and is not repeated.
        store(loop, "b", 1);
        paged += "| ";
    }
    CHECK(paged == "b | d a | c f ");
    CHECK(positions.list("stranger").chats.empty());
}

TEST_CASE("a chat whose messages have expired keeps its numbers, and is listed with those without messages") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Positions positions(loop);
    for (const char* id : {"a", "b", "c"}) positions.grant("u", topic(id));
    loop.store(message(topic("c"), Kind::numbered, 5));
    positions.read("u", topic("c"), 1);
    loop.store(message(topic("b"), Kind::numbered, 50));
    REQUIRE(loop.expire(10, 100).has_value());
    CHECK(positions.summary("u") == "b 0/1 a 0/0 c 1/1 ");
}

TEST_CASE("without history, chats have numbers but no times") {
    const TestDatabase database;
    TestOptions options;
    options.history = History::off;
    Running running(database, options);
    Loop& loop = running.add_loop();
    Positions positions(loop);
    for (const char* id : {"a", "b"}) positions.grant("u", topic(id));
    store(loop, "b", 3);
    positions.read("u", topic("b"), 2);
    CHECK(positions.summary("u") == "a 0/0 b 2/3 ");
    CHECK_FALSE(positions.list("u").chats[1].last_message_at.has_value());
}

TEST_CASE("a list of thousands of chats is complete and in order") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Positions positions(loop);
    constexpr int count = 2'500;
    std::vector<MessagePtr> messages;
    for (int i = 0; i < count; ++i) messages.push_back(message(topic(std::to_string(i * 7 % count)), Kind::numbered));
    loop.post([&messages](StorageClient& client) {
        for (const MessagePtr& each : messages) {
            client.permissions().grant(
                {{{UserId("u"), each->topic, Role::member, 0, UserId("root")}}, ports::Basis::token, {}},
                [](const Result<void>&) {});
        }
    });
    REQUIRE(loop.append(messages).size() == count);
    std::vector<std::string> listed;
    std::optional<ChatPlace> after;
    do {
        ports::ChatPage page = positions.list("u", 100, after);
        for (const Chat& chat : page.chats) listed.emplace_back(chat.topic.id());
        after = page.next;
    } while (after.has_value());
    REQUIRE(listed.size() == count);
    for (int i = 0; i < count; ++i) {
        CHECK(listed[static_cast<std::size_t>(i)] == messages[static_cast<std::size_t>(count - 1 - i)]->topic.id());
    }
}

}  // namespace notifyd::storage::testing
