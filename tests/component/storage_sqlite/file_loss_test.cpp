// The database's files are deleted, moved away, replaced or overwritten while the server is running.
#include "sqlite_fixture.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace notifyd::storage::sqlite::testing {

namespace {

namespace fs = std::filesystem;

TestOptions watching(const std::string& path) {
    TestOptions options = Running::options_for(path);
    options.watch_interval = std::chrono::milliseconds(5);
    options.probe_interval = std::chrono::milliseconds(5);
    return options;
}

bool is_stored(Loop& loop) {
    return loop.append({message(topic("a"), Kind::numbered)}).front().has_value();
}

// What a server started on the current files would find. A crash would leave the files as they are, so they are copied
// before the open storage can tidy up.
std::size_t messages_after_crash(const fs::path& folder) {
    const TemporaryFolder copy;
    for (const auto& file : fs::directory_iterator(folder)) {
        const std::string name = file.path().filename().string();
        // The index is rebuilt, and the lock belongs to the other server.
        if (name.ends_with("-shm") || name.ends_with(".lock")) continue;
        fs::copy(file.path(), copy.file(name));
    }
    Running again(copy.file("notifyd.db"));
    return again.add_loop().read(newest(topic("a"), 100))->messages.size();
}

std::string refusal(const std::string& path) {
    SystemClock clock;
    SystemIdSource ids;
    observability::RecordingSink sink;
    observability::Events events(sink, clock);
    const auto opened = SqliteEngine::open(Running::options_for(path), clock, ids, events);
    return opened.has_value() ? "" : opened.error().message;
}

using Catch::Contains;

}  // namespace

TEST_CASE("the loss of a file is noticed even when idle, and nothing more is acknowledged") {
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    const std::string path = folder.file("notifyd.db");
    Running other(elsewhere.file("notifyd.db"));
    CHECK(is_stored(other.add_loop()));
    const std::string lost = GENERATE(as<std::string>{}, "", "-wal", "-shm");
    const std::function<void(const std::string&)> losses[] = {
        [](const std::string& file) { fs::remove(file); },
        [&](const std::string& file) { fs::rename(file, elsewhere.file("away")); },
        [&](const std::string& file) {
            fs::copy(elsewhere.file("notifyd.db" + lost), elsewhere.file("copy"));
            fs::rename(elsewhere.file("copy"), file);
        },
        [&](const std::string& file) {
            fs::rename(file, elsewhere.file("target"));
            fs::create_symlink(elsewhere.file("target"), file);
        },
    };
    for (const auto& lose : losses) {
        const TemporaryFolder own;
        const std::string database = own.file("notifyd.db");
        Running running(watching(database));
        Loop& loop = running.add_loop();
        CHECK(loop.store(message(topic("a"), Kind::numbered)) == 1);
        CHECK(running.storage().writable());
        lose(database + lost);
        CHECK(eventually([&] { return !running.storage().writable(); }));
        for (int i = 0; i < 3; ++i) CHECK_FALSE(is_stored(loop));
        CHECK(running.log().count("database_lost") == 1);
        CHECK(running.log().count("commit_failed") == 0);
        // History is still served.
        const auto page = loop.read(newest(topic("a"), 10));
        REQUIRE(page.has_value());
        CHECK(page->messages.size() == 1);
    }
}

// Seen to fail: the row was gone when the file came back, but the user kept the permission until a restart.
TEST_CASE("memory follows a revocation that was written only to the lost file") {
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    const std::string path = folder.file("notifyd.db");
    TestOptions options = watching(path);
    options.watch_interval = std::chrono::hours(1);  // only the commit can notice
    std::mutex mutex;
    std::vector<std::optional<Role>> told;
    options.on_permission_changed = [&](const UserId&, const TopicName&, std::optional<Role> role) {
        const std::lock_guard lock(mutex);
        told.push_back(role);
    };
    Running running(std::move(options));
    Loop& loop = running.add_loop();
    const Permission row{UserId("u"), topic("a"), Role::member, 0, UserId("root")};
    const auto granted = loop.ask<void>([&](StorageClient& client, auto done) {
        client.permissions().grant({.rows = {row}, .basis = ports::Basis::token, .bounds = {}}, std::move(done));
    });
    REQUIRE(granted.has_value());
    const auto revoke = [&] {
        return loop.ask<bool>([&](StorageClient& client, auto done) {
            client.permissions().revoke({row.user, row.topic, row.granted_by, ports::Basis::token}, std::move(done));
        });
    };
    fs::rename(path, elsewhere.file("away"));
    CHECK(revoke().has_error());
    {
        const std::lock_guard lock(mutex);
        CHECK(told == std::vector<std::optional<Role>>{Role::member, std::nullopt});
    }
    fs::rename(elsewhere.file("away"), path);
    REQUIRE(eventually([&] { return running.storage().writable(); }));
    CHECK(revoke().has_value());
}

TEST_CASE("a publish right after the loss is not acknowledged") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    TestOptions options = watching(path);
    options.watch_interval = std::chrono::hours(1);  // only the commit can notice
    Running running(options);
    Loop& loop = running.add_loop();
    CHECK(is_stored(loop));
    const std::string lost = GENERATE(as<std::string>{}, "", "-wal", "-shm");
    fs::remove(path + lost);
    CHECK_FALSE(is_stored(loop));
    CHECK(running.listener().deliveries().size() == 1);
    CHECK_FALSE(running.storage().writable());
}

TEST_CASE("files that come back are used again, and no number is skipped in what subscribers get") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    TestOptions options = watching(path);
    options.watch_interval = std::chrono::hours(1);
    Running running(options);
    Loop& loop = running.add_loop();
    CHECK(loop.store(message(topic("a"), Kind::numbered)) == 1);
    fs::rename(path, folder.file("away"));
    CHECK_FALSE(is_stored(loop));  // written but refused, because it could not be found again
    CHECK_FALSE(is_stored(loop));  // not even attempted
    fs::rename(folder.file("away"), path);
    CHECK(eventually([&] { return running.storage().writable(); }));
    CHECK(running.log().count("storage_recovered") == 1);
    CHECK(loop.store(message(topic("a"), Kind::numbered)) == 3);
    CHECK(eventually([&] { return running.listener().deliveries().size() == 3; }));
    Sequence expected = 0;
    for (const Delivery& delivery : running.listener().deliveries()) CHECK(delivery.sequence == ++expected);
    CHECK(loop.read(newest(topic("a"), 10))->messages.size() == 3);
}

TEST_CASE("what was acknowledged before the log was lost is copied into the database") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(watching(path));
    Loop& loop = running.add_loop();
    for (int i = 0; i < 3; ++i) CHECK(is_stored(loop));
    const auto checkpoints = running.engine().stats().checkpoints;
    SECTION("deleted") {
        fs::remove(path + "-wal");
    }
    SECTION("replaced by an empty file, as by a tool that opens the database without it") {
        std::ofstream(path + "-new").flush();
        fs::rename(path + "-new", path + "-wal");
    }
    CHECK(eventually([&] { return running.engine().stats().checkpoints > checkpoints; }));
    CHECK(messages_after_crash(folder.path()) == 3);
}

TEST_CASE("a database that replaces another does not get its log") {
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    const std::string path = folder.file("notifyd.db");
    {
        Running other(elsewhere.file("other.db"));
        CHECK(is_stored(other.add_loop()));
    }
    Running running(watching(path));
    Loop& loop = running.add_loop();
    for (int i = 0; i < 3; ++i) CHECK(is_stored(loop));
    fs::rename(path, elsewhere.file("old.db"));
    fs::copy(elsewhere.file("other.db"), path);
    CHECK(eventually([&] { return fs::file_size(path + "-wal") == 0; }));
    CHECK(messages_after_crash(folder.path()) == 1);
    // The database that was moved away has all of its messages.
    CHECK(Outsider(elsewhere.file("old.db")).value("SELECT count(*) FROM messages") == "3");
}

TEST_CASE("after a database was deleted, no start silently creates a new one") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    {
        Running running(watching(path));
        CHECK(is_stored(running.add_loop()));
        fs::remove(path);
        CHECK(eventually([&] { return !running.storage().writable(); }));
    }
    CHECK_THAT(refusal(path), Contains("missing, but its log"));
}

TEST_CASE("a folder that is renamed or replaced takes the database with it") {
    const TemporaryFolder top;
    const fs::path folder = top.file("data");
    fs::create_directory(folder);
    const std::string path = (folder / "notifyd.db").string();
    Running running(watching(path));
    Loop& loop = running.add_loop();
    CHECK(is_stored(loop));
    fs::rename(folder, top.file("renamed"));
    SECTION("renamed") {}
    SECTION("with another one in its place") {
        fs::create_directory(folder);
        Running another(path);
        CHECK(is_stored(another.add_loop()));
    }
    CHECK(eventually([&] { return !running.storage().writable(); }));
    CHECK_FALSE(is_stored(loop));
    fs::remove_all(folder);
    fs::rename(top.file("renamed"), folder);
    CHECK(eventually([&] { return running.storage().writable(); }));
    CHECK(is_stored(loop));
}

TEST_CASE("files that another program has written into stay lost") {
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    const std::string path = folder.file("notifyd.db");
    const std::string old = elsewhere.file("old.db");
    TestOptions options = watching(path);
    const bool idle = GENERATE(true, false);
    if (!idle) options.watch_interval = std::chrono::hours(1);
    Running running(options);
    Loop& loop = running.add_loop();
    CHECK(is_stored(loop));
    Outsider(path).execute("PRAGMA wal_checkpoint(TRUNCATE)");
    fs::copy(path, old);
    CHECK(is_stored(loop));
    SECTION("the database is truncated to nothing") {
        std::ofstream(path, std::ios::trunc).flush();
    }
    SECTION("the log is truncated to nothing") {
        std::ofstream(path + "-wal", std::ios::trunc).flush();
    }
    SECTION("a copy without a log is written over the database") {
        {
            Outsider copy(old);
            copy.execute("PRAGMA journal_mode = DELETE");
        }
        fs::copy(old, path, fs::copy_options::overwrite_existing);
    }
    if (idle) CHECK(eventually([&] { return !running.storage().writable(); }));
    CHECK_FALSE(is_stored(loop));
    CHECK(running.log().count("database_lost") == 1);
    CHECK_FALSE(running.storage().writable());
    CHECK(running.log().count("storage_recovered") == 0);
}

TEST_CASE("a lock file that somebody deletes is created and held again") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(watching(path));
    Loop& loop = running.add_loop();
    fs::remove(path + ".lock");
    CHECK(eventually([&] { return fs::exists(path + ".lock"); }));
    CHECK_THAT(refusal(path), Contains("another process has it open"));
    CHECK(is_stored(loop));
    CHECK(running.log().count("database_lost") == 0);
}

TEST_CASE("operators' tools working on a database in use cause no loss") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(watching(path));
    Loop& loop = running.add_loop();
    for (int i = 0; i < 20; ++i) {
        CHECK(is_stored(loop));
        Outsider outsider(path);
        outsider.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        outsider.execute("VACUUM");
        CHECK_THROWS(outsider.execute("PRAGMA journal_mode = DELETE"));
        outsider.execute("PRAGMA wal_checkpoint(RESTART)");
    }
    CHECK(is_stored(loop));
    CHECK(running.storage().writable());
    CHECK(running.log().count("database_lost") == 0);
}

}  // namespace notifyd::storage::sqlite::testing
