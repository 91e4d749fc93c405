// The steps of a simulation, and what must hold after each.
#include "world.hpp"

#include "notifyd/wire/server_frames.hpp"

#include "support/no_hold.hpp"
#include "support/recording_connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace notifyd::simulation {

namespace {

constexpr Milliseconds tick{50};

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
    return hash;
}

}  // namespace

std::string Outcome::to_string() const {
    const auto entry = [](const char* name, std::size_t count) {
        return std::string(" ") + name + ' ' + std::to_string(count);
    };
    return entry("received", received) + entry("resumed", resumed) + entry("gaps", gaps) + entry("repeats", repeats) +
           entry("misordered", misordered) + entry("lost", lost) + entry("false_complete", false_complete) +
           entry("echoes", echoes) + entry("early", early) + entry("stuck", stuck);
}

World::Node::Node(World& world, std::size_t index)
    : loop(index, 100'000),
      reader(world.log_),
      worker(world.pool_.add_worker({.loop = loop,
                                     .registry = registry,
                                     .reader = reader,
                                     .planner = reader,
                                     .dead_letters = reader,
                                     .notices = testing::no_hold(),
                                     .clock = world.clock_,
                                     .continuous_clock = world.clock_,
                                     .ids = world.ids_,
                                     .events = world.events_})) {}

void World::Node::turn() {
    loop.context().restart();
    loop.context().poll();
    static_cast<void>(worker.turn_ended());
}

World::World(std::uint64_t seed)
    : random_(seed),
      ids_(seed + 1),
      pool_({.lane_depth_max = 100'000,
             .slice_bytes = outbox_bytes / 4,
             .outbox_bytes = outbox_bytes,
             .retry = {3, Milliseconds(200)},
             .log = delivery::Log::kept}),
      log_(pool_) {
    for (std::size_t i = 0; i < loop_count; ++i) nodes_.push_back(std::make_unique<Node>(*this, i));
    for (std::size_t i = 0; i < topic_count; ++i) topics_.push_back(testing::topic_of("chat:" + std::to_string(i)));
    clients_.resize(client_count);
    retention_ = chance(250);
}

std::size_t World::topic_index(std::string_view text) const {
    const std::string id = text_in(text, "chatId");
    return static_cast<std::size_t>(std::stoul(id.empty() ? text_in(text, "topic").substr(5) : id));
}

// --- steps ---

void World::publish() {
    const TopicName& topic = topics_[below(topic_count)];
    const std::size_t kind = below(10);
    const MessageType type = kind < 6 ? MessageType::fifo : MessageType::standard;
    std::optional<ConnectionId> skip;
    const Client& sender = clients_[below(client_count)];
    if (sender.connection && chance(100)) skip = sender.connection->id();
    Message message{.id = MessageId(ids_.time_ordered(clock_.now_ms())),
                    .topic = topic,
                    .type = type,
                    .numbering = kind < 5 ? Numbering::consecutive : Numbering::none,
                    .sender = UserId("s"),
                    .group_id = topic.text(),
                    .published_at = clock_.now_ms(),
                    .skip = skip,
                    .head = {}};
    const std::string filler(below(200), 'x');
    message.head =
        wire::message_head(message, "\"u\":" + std::to_string(published_.size()) + ",\"f\":\"" + filler + '"');
    const auto shared = std::make_shared<const Message>(std::move(message));
    published_.push_back(shared);
    const std::size_t loop = skip ? sender.loop : below(loop_count);
    if (type == MessageType::standard) nodes_[loop]->worker.push(shared);
    log_.append(shared);
}

void World::connect(Client& client) {
    client.loop = below(loop_count);
    Node& node = *nodes_[client.loop];
    client.sink = std::make_unique<SimulatedSink>(outbox_bytes);
    client.connection =
        std::make_unique<connection::Connection>(ConnectionId(ids_.time_ordered(clock_.now_ms())),
                                                 Identity{.user = UserId("u"), .claimed_topics = {}, .token_id = {}},
                                                 *client.sink);
    client.ids.push_back(client.connection->id());
    client.connected_from = published_.size();
    client.got.clear();
    client.stalled = false;
    client.opening = false;
    node.registry.add(*client.connection);
    ResumeRequest request;
    for (std::size_t i = 0; i < topic_count; ++i) {
        TopicView& view = client.topics[i];
        node.registry.subscribe(*client.connection, topics_[i]);
        if (view.known && chance(300) && !view.last_id.empty()) {
            view.by_id = true;
            request.topics.push_back({topics_[i], MessageId(*Uuid::parse(view.last_id))});
        } else if (view.known && chance(900)) {
            view.by_id = false;
            request.topics.push_back({topics_[i], view.last});
        } else {
            view = {};
        }
        view.last_fifo = 0;
        view.again = false;
        view.resumed_by_id = view.known && view.by_id;
        view.resuming = view.known;
        view.hole = false;
        view.complete = false;
    }
    if (chance(500)) return open(client, request);
    if (!request.topics.empty()) node.worker.resume(*client.connection, request);
}

void World::open(Client& client, const ResumeRequest& request) {
    client.opening = true;
    auto told = [this, &client, request](connection::Connection& connection,
                                         std::span<const TopicName> topics,
                                         std::span<const Sequence> positions) {
        client.opening = false;
        if (!positions.empty() && client.sink->bytes_waiting() != 0) ++outcome_.early;
        for (std::size_t i = 0; i < positions.size(); ++i) {
            TopicView& view = client.topics[topic_index("{\"topic\":\"" + topics[i].text() + "\"}")];
            const bool resumes = std::ranges::any_of(
                request.topics, [&](const ResumeTopic& resumed) { return resumed.topic == topics[i]; });
            if (resumes) continue;
            view.known = true;
            view.last = positions[i];
        }
        if (!positions.empty() && !request.topics.empty()) {
            nodes_[client.loop]->worker.resume(connection, request);
        }
    };
    nodes_[client.loop]->worker.open(*client.connection, {topics_, std::move(told)});
}

void World::resume_again(Client& client) {
    const std::size_t index = below(topic_count);
    TopicView& view = client.topics[index];
    if (client.opening || !view.known || view.resuming) return;
    view.by_id = false;
    view.resuming = true;
    view.again = true;
    view.hole = false;
    const Sequence from = view.last - std::min<Sequence>(view.last, below(4));
    nodes_[client.loop]->worker.resume(*client.connection, {{{topics_[index], from}}, std::nullopt});
}

void World::disconnect(Client& client) {
    client.missed_from = published_.size();
    nodes_[client.loop]->registry.remove(*client.connection);
    client.connection.reset();
    client.sink.reset();
}

void World::give_up(Client& client) {
    // So that every standard message has been processed.
    for (int i = 0; i < 200; ++i) {
        for (const auto& node : nodes_) node->turn();
    }
    nodes_[client.loop]->worker.give_up(*client.connection,
                                        [&](const auto& visit) { client.sink->outbox().visit_unsent(visit); });
    settle(client);
    disconnect(client);
}

void World::take(Client& client, std::size_t index) {
    for (const std::string& text : client.sink->take_block()) receive(client, index, text);
    client.sink->call_waiters();
    if (client.sink->closed) disconnect(client);
}

void World::step() {
    Client& client = clients_[below(client_count)];
    const std::size_t index = static_cast<std::size_t>(&client - clients_.data());
    switch (below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
            publish();
            break;
        case 4:
        case 5:
            log_.commit();
            break;
        case 6:
        case 7:
        case 8:
            nodes_[below(loop_count)]->turn();
            break;
        case 9:
        case 10:
        case 11:
            if (client.connection && !client.stalled) take(client, index);
            break;
        case 12:
        case 13:
            nodes_[below(loop_count)]->reader.let_go(below(64), chance(20));
            break;
        case 14:
            clock_.advance(Milliseconds(below(100)));
            for (const auto& node : nodes_) node->worker.tick(clock_.steady_now());
            break;
        default:
            if (!client.connection) {
                connect(client);
            } else if (client.stalled) {
                if (chance(100)) give_up(client);
            } else if (chance(100)) {
                resume_again(client);
            } else if (chance(150)) {
                chance(300) ? static_cast<void>(client.stalled = true) : disconnect(client);
            }
            if (retention_ && chance(50)) log_.expire(below(20));
            break;
    }
}

Outcome World::run(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) step();
    quiet_time();
    return outcome_;
}

// The faults are over: within five simulated seconds every client has everything, and soon afterwards everything that
// was requested again.
void World::quiet_time() {
    for (Client& client : clients_) {
        if (client.connection && client.stalled) give_up(client);
        if (!client.connection) connect(client);
    }
    constexpr int rounds = 100;
    constexpr int rounds_again = 100;
    const auto is_asking = [](const Client& client) {
        return std::ranges::any_of(client.topics, [](const TopicView& view) { return view.again; });
    };
    for (int round = 0; round < rounds + (std::ranges::any_of(clients_, is_asking) ? rounds_again : 0); ++round) {
        clock_.advance(tick);
        log_.commit();
        for (const auto& node : nodes_) {
            node->worker.tick(clock_.steady_now());
            for (int i = 0; i < 8; ++i) node->turn();
            // Pages are short here, and each requests the next.
            for (int i = 0; i < 64 && node->reader.reads_waiting() != 0; ++i) node->reader.let_go(0, false);
        }
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            const auto has_news = [](const Client& client) {
                return client.connection && (client.sink->closed || client.sink->bytes_waiting() != 0);
            };
            while (has_news(clients_[i])) take(clients_[i], i);
            if (!clients_[i].connection) connect(clients_[i]);
        }
    }
    for (Client& client : clients_) {
        for (std::size_t i = 0; i < topic_count; ++i) {
            if (!is_served(client, i)) ++outcome_.stuck;
        }
        settle(client);
    }
}

bool World::is_own(const Client& client, const Message& message) {
    return message.skip.has_value() && std::ranges::find(client.ids, *message.skip) != client.ids.end();
}

bool World::is_served(const Client& client, std::size_t topic) const {
    const TopicView& view = client.topics[topic];
    if (view.resuming) return false;
    if (!view.known || retention_) return true;
    const std::vector<Row> rows = log_.rows_of(topics_[topic]);
    return std::ranges::all_of(
        rows, [&](const Row& row) { return row.sequence <= view.last || is_own(client, *row.message); });
}

// --- invariants ---

void World::receive(Client& client, std::size_t index, const std::string& text) {
    outcome_.trace = mix(outcome_.trace, std::to_string(index) + text);
    if (text.starts_with("{\"type\":\"resumed\"")) {
        receive_resumed(client, text);
    } else {
        receive_message(client, text);
    }
}

void World::receive_resumed(Client& client, const std::string& text) {
    ++outcome_.resumed;
    TopicView& view = client.topics[topic_index(text)];
    view.resuming = false;
    view.again = false;
    view.complete = text.find("\"complete\":true") != std::string::npos;
    if (!view.complete) {
        // The client pages through the history and then continues with live messages.
        view.known = false;
        return;
    }
    const bool arrived = view.by_id || view.last == number_in(text, "to").value_or(0);
    if (view.hole || !arrived) ++outcome_.false_complete;
}

void World::check_number(const Client& client, TopicView& view, const TopicName& topic, Sequence sequence) {
    if (view.known && sequence <= view.last) {
        ++outcome_.repeats;
    } else if (view.known && sequence != view.last + 1) {
        // A number in between may be missing only if it is the client's own message, sent without echo.
        const std::vector<Row> rows = log_.rows_of(topic);
        for (Sequence missing = view.last + 1; missing < sequence; ++missing) {
            const bool own = std::ranges::any_of(
                rows, [&](const Row& row) { return row.sequence == missing && is_own(client, *row.message); });
            // By id, it may be a message before the one that the client had, which retention has deleted.
            if (!own && view.resuming && !view.by_id) view.hole = true;
            if (!own && !retention_) ++outcome_.gaps;
        }
    }
    view.known = true;
    view.last = sequence;
}

void World::receive_message(Client& client, const std::string& text) {
    ++outcome_.received;
    const std::uint64_t number = number_in(text, "u").value();
    const Message& message = *published_[number];
    TopicView& view = client.topics[topic_index(text)];
    const auto sequence = number_in(text, "sequenceNumber");
    // A client that asks again also gets its own messages: the log does not record who did not want an echo.
    if (view.again && sequence && (*sequence <= view.last || message.skip == client.connection->id())) {
        view.last = std::max(view.last, *sequence);
        return;
    }
    const bool may_repeat = message.type == MessageType::standard && (view.by_id || view.resumed_by_id);
    if (!client.got.insert(number).second && !may_repeat) ++outcome_.repeats;
    if (message.skip == client.connection->id()) ++outcome_.echoes;
    if (message.type == MessageType::standard) return;
    if (number < view.last_fifo) ++outcome_.misordered;
    view.last_fifo = number;
    view.last_id = text_in(text, "messageId");
    if (sequence) check_number(client, view, message.topic, *sequence);
}

const TopicView& World::view_of(const Client& client, std::size_t number) const {
    return client.topics[static_cast<std::size_t>(std::stoul(std::string(published_[number]->topic.id())))];
}

bool World::is_owed(const Client& client, std::size_t number) const {
    const Message& message = *published_[number];
    if (message.skip == client.connection->id()) return false;
    if (message.type == MessageType::fifo) {
        // After the connection was given up, the client has to resume them.
        return number >= client.connected_from && !client.stalled && !retention_;
    }
    const TopicView& view = view_of(client, number);
    return number >= client.connected_from || (view.by_id && view.complete && !retention_);
}

// Everything that the client is owed has arrived or is a dead letter of this connection.
void World::settle(Client& client) {
    const auto& letters = nodes_[client.loop]->reader.letters;
    for (std::size_t number = std::min(client.missed_from, client.connected_from); number < published_.size();
         ++number) {
        const bool dead = std::ranges::any_of(letters, [&](const DeadLetter& letter) {
            return letter.message == published_[number]->id && letter.connection == client.connection->id();
        });
        const bool got = client.got.contains(number);
        // A standard message may be replayed by id after its live delivery failed.
        if (got && dead && !view_of(client, number).by_id) ++outcome_.repeats;
        if (!got && !dead && is_owed(client, number)) ++outcome_.lost;
    }
}

}  // namespace notifyd::simulation
