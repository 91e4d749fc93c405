// The client's parts, and one GET from the name to the body.
#include "notifyd/http_client/http_client.hpp"

#include "notifyd/core/this_thread.hpp"

#include "exchange.hpp"
#include "resolver.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace notifyd::http_client {

namespace ssl = boost::asio::ssl;

struct HttpClient::Parts {
    explicit Parts(const Clock& used) : clock(used) {}

    // Created for the first https URL: reading the system's authorities takes 0.1 s and a MiB.
    Result<ssl::context*> tls_context();

    const Clock& clock;
    std::optional<ssl::context> tls;
    runtime::EventLoop loop{0, 1'024};
    std::atomic<int> look_ups{0};
    std::thread thread;
};

Result<ssl::context*> HttpClient::Parts::tls_context() {
    if (tls) return &*tls;
    ssl::context made(ssl::context::tls_client);
    boost::system::error_code error;
    made.set_default_verify_paths(error);
    if (!error) made.set_verify_mode(ssl::verify_peer, error);
    if (!error) made.set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
    if (error) return Error{Errc::unavailable, "TLS cannot be set up: " + error.message()};
    return &tls.emplace(std::move(made));
}

HttpClient::HttpClient(const Clock& clock) : parts_(std::make_unique<Parts>(clock)) {}

HttpClient::~HttpClient() {
    stop();
    if (parts_->look_ups == 0) return;
    // The system's resolver cannot be interrupted, and destroying an io_context waits until it gives up, which takes a
    // minute if no name server responds. So the parts are never destroyed, not even at exit: the list only keeps them
    // reachable.
    static auto* const abandoned = new std::vector<std::unique_ptr<Parts>>;
    abandoned->push_back(std::move(parts_));
}

bool is_fetchable(std::string_view url) {
    return parse_target(url).has_value();
}

runtime::EventLoop& HttpClient::loop() {
    return parts_->loop;
}

void HttpClient::start() {
    static_cast<void>(parts_->loop.post_control([] { this_thread::set_name("http client"); }));
    parts_->thread = std::thread([&loop = parts_->loop] { loop.run(); });
}

void HttpClient::stop() {
    if (!parts_->thread.joinable()) return;
    parts_->loop.stop();
    parts_->thread.join();
}

Awaitable<Result<std::string>> HttpClient::get(GetRequest request) {
    const SteadyTime deadline = parts_->clock.steady_now() + request.deadline;
    const std::optional<Target> target = parse_target(request.url);
    if (!target) co_return Error(Errc::unavailable, "the URL is not valid");
    ssl::context* tls = nullptr;
    if (target->tls) {
        const Result<ssl::context*> prepared = parts_->tls_context();
        if (!prepared) co_return prepared.error();
        tls = *prepared;
    }
    const Resolved resolved = co_await resolve(parts_->loop, parts_->look_ups, target->name, target->port, deadline);
    if (resolved.error) co_return Error(Errc::unavailable, "the name cannot be resolved: " + resolved.error.message());
    const Exchange exchange{parts_->clock, tls, parts_->loop.executor(), deadline, request.body_bytes_max};
    Result<std::string> answer = co_await get_from(exchange, *target, resolved.addresses);
    co_return answer;
}

}  // namespace notifyd::http_client
