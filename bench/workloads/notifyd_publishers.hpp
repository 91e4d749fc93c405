// The two ways to publish with notifyd: `sendMessage` on a WebSocket, and POST /publish.
#pragma once

#include "dialects/text_clients.hpp"
#include "field_finder.hpp"
#include "http_client.hpp"
#include "order_check.hpp"
#include "setup.hpp"
#include "workloads/publisher.hpp"
#include "workloads/requests.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::bench {

// Answers contain the id of their request, and may arrive in any order.
class WebSocketPublisher final : public Publisher {
  public:
    WebSocketPublisher(Setup& setup, std::vector<MessageTemplate>& messages, std::size_t first_chat);

    int descriptor() const override { return client_.descriptor(); }
    std::size_t publish(std::size_t count_max, Nanoseconds now) override;
    void flush() override { client_.flush(); }
    void receive(Scratch& scratch, Nanoseconds now, Answers& answers) override;
    std::size_t in_flight() const override { return requests_.in_flight(); }
    void close() noexcept override { client_.close(); }

  private:
    void take_answer(std::string_view text, Nanoseconds now, Answers& answers);

    NotifydClient client_;
    ChatTurns messages_;
    FieldFinder request_{std::string(MessageTemplate::request_needle)};
    Requests requests_;
    OrderCheck order_;  // for fifo messages
};

// Publishes one message at a time on a keep-alive connection.
class HttpPublisher final : public Publisher {
  public:
    HttpPublisher(Setup& setup, std::vector<MessageTemplate>& messages, std::size_t first_chat);

    int descriptor() const override { return client_.descriptor(); }
    std::size_t publish(std::size_t count_max, Nanoseconds now) override;
    void flush() override { client_.flush(); }
    void receive(Scratch& scratch, Nanoseconds now, Answers& answers) override;
    std::size_t in_flight() const override { return waiting_ ? 1 : 0; }
    void close() noexcept override {}

  private:
    void take_response(const HttpResponse& response, Nanoseconds now, Answers& answers);

    HttpClient client_;
    ChatTurns messages_;
    bool waiting_ = false;
    std::size_t chat_ = 0;
    Nanoseconds sent_at_ = 0;
    std::uint32_t sent_ = 0;
};

}  // namespace notifyd::bench
