// A storage around any engine, loops that run in threads, and calls that wait for their answers.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/recording_sink.hpp"
#include "notifyd/runtime/event_loop.hpp"
#include "notifyd/storage/storage.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace notifyd::storage::testing {

class RecordingListener final : public ports::CommitListener {
  public:
    void committed(std::vector<Delivery> messages) override {
        const std::lock_guard lock(mutex_);
        for (Delivery& delivery : messages) deliveries_.push_back(std::move(delivery));
    }
    [[nodiscard]] std::vector<Delivery> deliveries() const {
        const std::lock_guard lock(mutex_);
        return deliveries_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<Delivery> deliveries_;
};

// Answers to the requests of one turn, in order of arrival.
template <class Value>
struct Answers {
    std::vector<Result<Value>> list;
    std::promise<void> complete;
    std::size_t wanted = 0;

    void add(Result<Value> answer) {
        list.push_back(std::move(answer));
        if (list.size() == wanted) complete.set_value();
    }
};

// A loop in its thread, with its client.
class Loop {
  public:
    Loop(Storage& storage, std::size_t index) : loop_(index, 1'024), client_(storage.client(loop_)) {
        loop_.add_turn_hook(*client_);
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Loop() { stop(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void stop() {
        loop_.stop();
        if (thread_.joinable()) thread_.join();
    }

    // Runs `work(client)` on the loop, in one turn.
    template <class Work>
    void post(Work work) {
        if (!loop_.post([this, work = std::move(work)]() mutable { work(*client_); })) throw std::runtime_error("full");
    }

    // After the storage's own hook; from the loop's next turn on.
    void add_turn_hook(runtime::TurnHook& hook) {
        std::promise<void> added;
        post([&](StorageClient&) {
            loop_.add_turn_hook(hook);
            added.set_value();
        });
        added.get_future().wait();
    }

    // Puts a handler after those that are ready. Only on the loop.
    template <class Handler>
    void enqueue(Handler handler) {
        boost::asio::post(loop_.context(), std::move(handler));
    }

    // Makes the call on the loop and waits for its answer.
    template <class Value, class Call>
    Result<Value> ask(Call call) {
        std::promise<Result<Value>> promise;
        auto answer = promise.get_future();
        post([&](StorageClient& client) {
            call(client, [&promise](Result<Value> result) { promise.set_value(std::move(result)); });
        });
        return answer.get();
    }

    // Appends all in one turn and waits for all.
    std::vector<Result<ports::Appended>> append(const std::vector<MessagePtr>& messages) {
        if (messages.empty()) return {};
        Answers<ports::Appended> answers;
        answers.wanted = messages.size();
        auto complete = answers.complete.get_future();
        post([&](StorageClient& client) {
            for (const MessagePtr& message : messages) {
                client.messages().append(message,
                                         [&](Result<ports::Appended> answer) { answers.add(std::move(answer)); });
            }
        });
        complete.wait();
        return std::move(answers.list);
    }
    // The number assigned to the message.
    Sequence store(const MessagePtr& message) {
        const auto answer = append({message}).front();
        if (!answer.has_value()) throw std::runtime_error(answer.error().message);
        return answer->sequence;
    }

    Result<Page> read(const PageQuery& query) {
        return ask<Page>([&](StorageClient& client, auto done) { client.history().read_page(query, std::move(done)); });
    }
    Result<ports::ResumePlan> plan(const ports::ResumeQuery& query) {
        return ask<ports::ResumePlan>(
            [&](StorageClient& client, auto done) { client.resume().plan_resume(query, std::move(done)); });
    }
    Result<std::size_t> expire(EpochMs cutoff, std::size_t rows_max) {
        return ask<std::size_t>([=](StorageClient& client, auto done) {
            client.messages().delete_expired(cutoff, rows_max, std::move(done));
        });
    }

  private:
    runtime::EventLoop loop_;
    std::unique_ptr<StorageClient> client_;
    std::thread thread_;
};

inline TopicName topic(const std::string& id) {
    return *TopicName::make(TopicClass::chat, id);
}

enum class Kind { standard, numbered, unnumbered };

inline MessagePtr message(const TopicName& to,
                          Kind kind,
                          EpochMs published_at = 0,
                          std::string head = "{\"a\":1",
                          std::optional<DeduplicationKey> key = std::nullopt) {
    static SystemIdSource ids;
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    const auto type = kind == Kind::standard ? MessageType::standard : MessageType::fifo;
    const auto numbering = kind == Kind::numbered ? Numbering::consecutive : Numbering::none;
    return std::make_shared<Message>(Message{.id = MessageId(ids.time_ordered(published_at)),
                                             .topic = to,
                                             .type = type,
                                             .numbering = numbering,
                                             .sender = UserId("sender"),
                                             .group_id = type == MessageType::fifo ? to.text() : std::string(),
                                             .published_at = published_at,
                                             .skip = std::nullopt,
                                             .head = std::move(head),
                                             .deduplication = key});
}

inline PageQuery newest(const TopicName& of, std::size_t messages_max) {
    return {of,
            PageOrder::newest_first,
            messages_max,
            limits::page_bytes_max,
            std::nullopt,
            std::nullopt,
            {},
            std::nullopt};
}

// A running storage, to which loops are added.
class RunningStorage {
  public:
    // Throws if the engine cannot be opened.
    using Open = std::function<std::unique_ptr<Engine>(const Clock&, observability::Events&)>;

    explicit RunningStorage(const Open& open, const StorageOptions& options, const Clock* clock = nullptr) {
        const Clock& used = clock != nullptr ? *clock : clock_;
        auto engine = open(used, events_);
        engine_ = engine.get();
        storage_ = std::make_unique<Storage>(std::move(engine), options, used, events_);
        storage_->start(listener_);
    }
    ~RunningStorage() {
        storage_->stop();
        loops_.clear();
    }
    RunningStorage(const RunningStorage&) = delete;
    RunningStorage& operator=(const RunningStorage&) = delete;

    Loop& add_loop() { return *loops_.emplace_back(std::make_unique<Loop>(*storage_, loops_.size())); }
    [[nodiscard]] Storage& storage() { return *storage_; }
    [[nodiscard]] Engine& engine() { return *engine_; }
    [[nodiscard]] RecordingListener& listener() { return listener_; }
    [[nodiscard]] observability::RecordingSink& log() { return sink_; }

  private:
    SystemClock clock_;
    observability::RecordingSink sink_;
    observability::Events events_{sink_, clock_};
    RecordingListener listener_;
    Engine* engine_ = nullptr;
    std::unique_ptr<Storage> storage_;
    std::vector<std::unique_ptr<Loop>> loops_;
};

// Waits for what another thread is about to do; false after a minute. The checkpointer runs only when no other thread
// wants the processor, so this one must not spin, and a busy machine takes its time.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace notifyd::storage::testing
