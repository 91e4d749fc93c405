// A storage on the engine under test.
#pragma once

#include "engine_under_test.hpp"
#include "support/storage/storage_fixture.hpp"

#include <memory>

namespace notifyd::storage::testing {

struct TestOptions : StorageOptions, EngineSettings {
    TestOptions() { durability = Durability::normal; }  // fast; these tests do not depend on it
};

class Running : public RunningStorage {
  public:
    explicit Running(const TestDatabase& database, const TestOptions& options = {}, const Clock* clock = nullptr)
        : RunningStorage(
              [&](const Clock& used, observability::Events& events) { return database.open(options, used, events); },
              options,
              clock) {}
};

// The engine as the start of a server finds it, before the storage runs.
class Opened {
  public:
    explicit Opened(const TestDatabase& database) : engine_(database.open(TestOptions(), clock_, events_)) {}
    [[nodiscard]] Engine* operator->() { return engine_.get(); }

  private:
    SystemClock clock_;
    observability::RecordingSink sink_;
    observability::Events events_{sink_, clock_};
    std::unique_ptr<Engine> engine_;
};

}  // namespace notifyd::storage::testing
