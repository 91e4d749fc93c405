// A minimal WebSocket broadcast server, whose speed is limited only by the kernel's `send`: the baseline for notifyd.
//
// It has no authentication, permissions, sequence numbers, storage or JSON. A client that connects to /?chat=NAME
// receives every text that is sent in that chat; with &publish=1, it only sends. The messages that arrive during one
// turn of the loop are gathered into one block per chat, which all subscribers share. So a turn costs one `send` per
// subscriber.
// usage: notifyd_bench_raw PORT

#include "raw_protocol.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace notifyd::bench {
namespace {

constexpr std::size_t read_bytes = 512 * 1024;
// A subscriber with more unsent bytes is disconnected.
constexpr std::size_t backlog_bytes_max = 256 * 1024 * 1024;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

using Block = std::shared_ptr<const std::string>;

struct Chat;

struct Connection {
    int socket = -1;
    Chat* chat = nullptr;  // set by the handshake
    bool subscribed = false;
    bool ended = false;    // closed at the end of the turn
    bool blocked = false;  // the socket is full
    std::string unfinished;
    std::deque<Block> waiting;
    std::size_t sent = 0;  // bytes of the first waiting block that have been sent
    std::size_t waiting_bytes = 0;
};

struct Chat {
    std::vector<Connection*> subscribers;
    std::string gathered;  // frames of this turn
};

class Server {
  public:
    explicit Server(std::uint16_t port) : scratch_(read_bytes) { listen(port); }

    [[noreturn]] void run() {
        std::array<epoll_event, 4096> events{};
        while (true) {
            const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
            if (count < 0 && errno != EINTR) {
                fail("epoll_wait");
            }
            for (int index = 0; index < count; ++index) {
                handle(events[static_cast<std::size_t>(index)]);
            }
            send_gathered();
            remove_ended();
        }
    }

  private:
    void listen(std::uint16_t port) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, SOMAXCONN) != 0) {
            fail("listen");
        }
        epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
    }

    void accept() {
        while (true) {
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (socket < 0) {
                return;
            }
            const int on = 1;
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            auto connection = std::make_unique<Connection>();
            connection->socket = socket;
            epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = connection.get()}};
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
            connections_.emplace(connection.get(), std::move(connection));
        }
    }

    void handle(const epoll_event& event) {
        if (event.data.ptr == nullptr) {
            accept();
            return;
        }
        Connection& connection = *static_cast<Connection*>(event.data.ptr);
        if ((event.events & EPOLLOUT) != 0 && connection.blocked) {
            connection.blocked = false;
            send_waiting(connection);
        }
        if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 && !connection.ended) {
            try {
                receive(connection);
            } catch (const std::runtime_error& error) {
                std::fprintf(stderr, "notifyd_bench_raw: %s\n", error.what());
                end(connection);
            }
        }
    }

    // Reads until the socket is empty. Complete frames are parsed in place.
    void receive(Connection& connection) {
        while (!connection.ended) {
            const std::size_t kept = connection.unfinished.size();
            std::copy(connection.unfinished.begin(), connection.unfinished.end(), scratch_.begin());
            const ssize_t got = ::recv(connection.socket, scratch_.data() + kept, scratch_.size() - kept, 0);
            if (got <= 0) {
                if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                    end(connection);
                }
                return;
            }
            const std::size_t size = kept + static_cast<std::size_t>(got);
            const std::size_t used =
                connection.chat != nullptr ? take_frames(connection, size) : take_handshake(connection, size);
            connection.unfinished.assign(scratch_.data() + used, size - used);
        }
    }

    std::size_t take_handshake(Connection& connection, std::size_t size) {
        const std::optional<RawUpgrade> upgrade = take_upgrade(std::string_view(scratch_.data(), size));
        if (!upgrade) {
            return 0;
        }
        connection.chat = &chats_[std::string(upgrade->chat)];
        queue(connection, std::make_shared<const std::string>(upgrade_answer(upgrade->key)));
        if (!upgrade->publishes_only) {
            connection.subscribed = true;
            connection.chat->subscribers.push_back(&connection);
        }
        return upgrade->bytes;  // our clients send nothing until they have received the response
    }

    std::size_t take_frames(Connection& connection, std::size_t size) {
        std::size_t used = 0;
        while (const std::optional<RawFrame> frame = take_frame(scratch_.data() + used, size - used)) {
            used += frame->bytes;
            if (frame->opcode == RawOpcode::text) {
                if (connection.chat->gathered.empty()) {
                    touched_.push_back(connection.chat);
                }
                append_frame(connection.chat->gathered, RawOpcode::text, frame->payload);
            } else if (frame->opcode == RawOpcode::ping) {
                std::string pong;
                append_frame(pong, RawOpcode::pong, frame->payload);
                queue(connection, std::make_shared<const std::string>(std::move(pong)));
            } else if (frame->opcode == RawOpcode::close) {
                std::string close;
                append_frame(close, RawOpcode::close, frame->payload);
                queue(connection, std::make_shared<const std::string>(std::move(close)));
                end(connection);
                return size;
            }
        }
        return used;
    }

    void send_gathered() {
        for (Chat* chat : touched_) {
            const Block block = std::make_shared<const std::string>(std::move(chat->gathered));
            chat->gathered = std::string();
            chat->gathered.reserve(block->size());
            for (Connection* subscriber : chat->subscribers) {
                queue(*subscriber, block);
            }
        }
        touched_.clear();
    }

    void queue(Connection& connection, const Block& block) {
        if (connection.ended) {
            return;
        }
        connection.waiting.push_back(block);
        connection.waiting_bytes += block->size();
        if (connection.waiting_bytes > backlog_bytes_max) {
            end(connection);
        } else if (!connection.blocked) {
            send_waiting(connection);
        }
    }

    void send_waiting(Connection& connection) {
        while (!connection.waiting.empty()) {
            const std::string& first = *connection.waiting.front();
            const ssize_t took =
                ::send(connection.socket, first.data() + connection.sent, first.size() - connection.sent, MSG_NOSIGNAL);
            if (took < 0) {
                if (errno == EAGAIN) {
                    connection.blocked = true;
                } else if (errno != EINTR) {
                    end(connection);
                }
                return;
            }
            connection.sent += static_cast<std::size_t>(took);
            connection.waiting_bytes -= static_cast<std::size_t>(took);
            if (connection.sent == first.size()) {
                connection.waiting.pop_front();
                connection.sent = 0;
            }
        }
    }

    void end(Connection& connection) {
        if (!connection.ended) {
            connection.ended = true;
            ended_.push_back(&connection);
        }
    }

    void remove_ended() {
        for (Connection* connection : ended_) {
            if (connection->subscribed) {
                std::erase(connection->chat->subscribers, connection);
            }
            ::close(connection->socket);
            connections_.erase(connection);
        }
        ended_.clear();
    }

    int listener_ = -1;
    int epoll_ = -1;
    std::vector<char> scratch_;
    std::unordered_map<std::string, Chat> chats_;  // an unordered_map, because pointers to its values are kept
    std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
    std::vector<Chat*> touched_;
    std::vector<Connection*> ended_;
};

}  // namespace
}  // namespace notifyd::bench

int main(int argument_count, char** arguments) {
    std::uint16_t port = 0;
    const std::string_view text = argument_count == 2 ? arguments[1] : "";
    if (std::from_chars(text.data(), text.data() + text.size(), port).ec != std::errc{} || port == 0) {
        std::fprintf(stderr, "usage: notifyd_bench_raw PORT\n");
        return 2;
    }
    try {
        notifyd::bench::Server(port).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "notifyd_bench_raw: %s\n", error.what());
        return 1;
    }
}
