// Publishes with XADD to redis-server. Commands are pipelined, and answered in order with the id of the entry.
#pragma once

#include "dialects/resp_codec.hpp"
#include "order_check.hpp"
#include "setup.hpp"
#include "stream.hpp"
#include "workloads/publisher.hpp"
#include "workloads/requests.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace notifyd::bench {

class RedisPublisher final : public Publisher {
  public:
    static MessageTemplate message(const Options& options, std::string_view chat);

    RedisPublisher(Setup& setup, std::vector<MessageTemplate>& messages, std::size_t first_chat);

    int descriptor() const override { return stream_.descriptor(); }
    std::size_t publish(std::size_t count_max, Nanoseconds now) override;
    void flush() override { stream_.flush(); }
    void receive(Scratch& scratch, Nanoseconds now, Answers& answers) override;
    std::size_t in_flight() const override { return static_cast<std::size_t>(sent_ - answered_); }
    void close() noexcept override {}

  private:
    void take_reply(const RespReply& reply, Nanoseconds now, Answers& answers);
    Request& request_of(std::uint64_t ordinal) { return requests_[ordinal % requests_.size()]; }

    Stream stream_;
    ChatTurns messages_;
    std::vector<Request> requests_;  // by ordinal
    std::uint64_t sent_ = 0;
    std::uint64_t answered_ = 0;
    OrderCheck order_;
    MessageCutter<RespReply, parse_resp_reply> cutter_;
};

}  // namespace notifyd::bench
