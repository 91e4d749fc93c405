// Publishes to JetStream of nats-server over WebSocket. Every publish has its own inbox, at which its ack arrives.
#pragma once

#include "dialects/nats_client.hpp"
#include "field_finder.hpp"
#include "order_check.hpp"
#include "setup.hpp"
#include "workloads/publisher.hpp"
#include "workloads/requests.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace notifyd::bench {

class JetStreamPublisher final : public Publisher {
  public:
    JetStreamPublisher(Setup& setup, std::size_t index);

    int descriptor() const override { return client_.descriptor(); }
    std::size_t publish(std::size_t count_max, Nanoseconds now) override;
    void flush() override { client_.flush(); }
    void receive(Scratch& scratch, Nanoseconds now, Answers& answers) override;
    std::size_t in_flight() const override { return requests_.in_flight(); }
    void close() noexcept override { client_.close(); }

  private:
    void take_ack(const NatsMessage& message, Nanoseconds now, Answers& answers);

    std::string inbox_;  // prefix of the acks' subjects; the request's number follows
    NatsClient client_;
    std::vector<MessageTemplate> texts_;  // by chat
    ChatTurns messages_;
    FieldFinder request_;
    Requests requests_;
    OrderCheck order_;
};

}  // namespace notifyd::bench
