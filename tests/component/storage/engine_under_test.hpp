// The engine that the tests in this folder run against. They name none: CMakeLists.txt chooses the source file in
// tests/support/storage/ that implements this class, so that each engine runs the same tests.
#pragma once

#include "notifyd/observability/events.hpp"
#include "notifyd/storage/engine.hpp"
#include "notifyd/storage/engine_settings.hpp"

#include <memory>

namespace notifyd::storage::testing {

// An empty database of the test's own, deleted with the object, and what happens to it from outside.
class TestDatabase {
  public:
    TestDatabase();
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    // Creates it or opens it again; throws if that fails.
    [[nodiscard]] std::unique_ptr<Engine> open(const EngineSettings& settings,
                                               const Clock& clock,
                                               observability::Events& events) const;

    // Commits wait while the object exists.
    class Pause {
      public:
        virtual ~Pause() = default;
    };
    [[nodiscard]] std::unique_ptr<Pause> pause_commits() const;
    // From now on, a commit fails, for good, if it contains a message with the text "poison" or a permission of the
    // user "poison".
    void refuse_poison() const;
    // Marks a dead letter for a redrive, as an operator does.
    void mark_letter(const Uuid& id) const;

  private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace notifyd::storage::testing
