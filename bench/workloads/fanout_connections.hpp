// The connections of the fan-out: the subscribers and the publisher of each chat.
// Throws ConnectionError if a connection is refused.
#pragma once

#include "connection_check.hpp"
#include "dialects/dialect_client.hpp"
#include "poller.hpp"
#include "setup.hpp"
#include "workloads/fanout_chat.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace notifyd::bench {

template <class Client>
struct FanoutSubscriber {
    Client client;
    ConnectionCheck check;
    FanoutChat<Client>* chat;
    bool publishes;
    std::uint64_t last_sequence = 0;
};

template <class Client>
class FanoutConnections {
  public:
    using Chat = FanoutChat<Client>;
    using Subscriber = FanoutSubscriber<Client>;

    // `receipts` is the number of receipts that complete a publish. In the poller, the indexes of the publishers follow
    // those of the subscribers.
    void open(Setup& setup, Poller& poller, std::size_t receipts) {
        const Options& options = setup.options;
        const std::vector<std::string> names = options.chat_names();
        const bool member = options.publisher == PublisherKind::member;
        // Reserved, because pointers to the elements are kept.
        chats_.reserve(names.size());
        subscribers_.reserve(names.size() * options.subscribers);
        publishers_.reserve(member ? 0 : names.size());
        for (const std::string& name : names) {
            chats_.push_back({.index = chats_.size(),
                              .message = Client::message(options, name),
                              .window = Window(options.window, receipts)});
            for (std::size_t index = 0; index < options.subscribers; ++index) {
                const bool publishes = member && index == 0;
                subscribe(setup, {.role = publishes ? Role::member : Role::subscriber, .chat = name});
                poller.watch(subscribers_.back().client.descriptor(), subscribers_.size() - 1);
            }
        }
        for (std::size_t index = 0; !member && index < names.size(); ++index) {
            publishers_.emplace_back(setup, Seat{.role = Role::publisher, .chat = names[index]});
            chats_[index].publisher = &publishers_.back();
            poller.watch(publishers_.back().descriptor(), subscribers_.size() + index);
        }
    }

    void close() {
        for (Subscriber& subscriber : subscribers_) {
            subscriber.client.close();
        }
        for (Client& publisher : publishers_) {
            publisher.close();
        }
    }

    std::vector<Chat>& chats() { return chats_; }
    std::vector<Subscriber>& subscribers() { return subscribers_; }  // chat by chat
    std::vector<Client>& publishers() { return publishers_; }  // in the order of the chats; empty if members publish

  private:
    // Adds a subscriber to the latest chat.
    void subscribe(Setup& setup, const Seat& seat) {
        Chat& chat = chats_.back();
        subscribers_.push_back({.client = Client(setup, seat),
                                .check = ConnectionCheck(setup.options.window),
                                .chat = &chat,
                                .publishes = seat.publishes()});
        if (seat.publishes()) {
            chat.publisher = &subscribers_.back().client;
        }
    }

    std::vector<Chat> chats_;
    std::vector<Subscriber> subscribers_;
    std::vector<Client> publishers_;
};

}  // namespace notifyd::bench
