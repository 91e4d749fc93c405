"""What operators do to a running server: readers, backups, a held write lock, a second instance (R11, R18)."""

import contextlib
import sqlite3
import subprocess
import time
import unittest

from support import tokens
from support.bodies import publish_body
from support.daemon import Daemon, Folder, binary, eventually
from support.operator_tools import LONG, Load, bodies
from support.settings import LIMIT

MIB = 1024 * 1024


class OperatorTest(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        self.database = self.folder.path / "notifyd.db"
        self.log = self.folder.path / "notifyd.db-wal"
        self.daemon = Daemon(self.settings, self.folder)

    def connect(self):
        return contextlib.closing(sqlite3.connect(self.database, isolation_level=None, timeout=5,
                                                  check_same_thread=False))

    def progress(self, load, count):
        before = len(load.known())
        self.assertTrue(eventually(lambda: len(load.known()) >= before + count, LIMIT * 3), "publishing stands still")

    def check_kept(self, load):
        """Checks that exactly the acknowledged messages are there, each once, and that the numbers have no gap."""
        self.assertEqual(load.refused, [])
        self.daemon.stop()
        with self.connect() as database:
            kept = dict(database.execute("SELECT lower(hex(message_id)), counter FROM messages"))
        expected = {name.replace("-", ""): number for name, number in load.acknowledged.items()}
        self.assertEqual(kept, expected)
        self.assertEqual(sorted(kept.values()), list(range(1, len(kept) + 1)))


class Readers(OperatorTest):
    def test_open_readers_backups_and_copies_do_no_harm(self):
        held = 60 if LONG else 3
        with Load(self.daemon) as load:
            self.progress(load, 200)
            quiet = self.slowest_but_one_percent(load)
            with self.connect() as reader:
                reader.execute("BEGIN")
                seen = reader.execute("SELECT count(*) FROM messages").fetchone()[0]
                begin = time.monotonic()
                copies = 0
                while time.monotonic() < begin + held or copies < 2:
                    before = load.known()
                    self.copy(copies)
                    kept = "\n".join(bodies(self.folder.path / f"copy{copies}.db"))
                    self.assertEqual([name for name in before if name not in kept], [])
                    copies += 1
                    self.progress(load, 100)
                self.assertEqual(reader.execute("SELECT count(*) FROM messages").fetchone()[0], seen)
                grown = self.log.stat().st_size
                reader.execute("COMMIT")
            self.assertTrue(eventually(lambda: self.log.stat().st_size <= 64 * MIB, 30),
                            f"the log still has {self.log.stat().st_size} bytes")
            self.progress(load, 200)
            busy = self.slowest_but_one_percent(load)
        print(f"\n{copies} copies, log up to {grown / MIB:.1f} MiB, p99 {quiet * 1e3:.1f} ms before and "
              f"{busy * 1e3:.1f} ms in all, {len(load.acknowledged)} acknowledged, {len(load.refused)} refused")
        self.check_kept(load)

    def copy(self, number):
        """Alternates between notifyd backup and SQLite's own backup."""
        target = self.folder.path / f"copy{number}.db"
        if number % 2 == 0:
            result = self.folder.command("backup", target, "--config", self.daemon.config, limit=LIMIT * 6)
            self.assertEqual(result.returncode, 0, result)
        else:
            with self.connect() as database:
                database.execute("VACUUM INTO ?", (str(target),))

    def slowest_but_one_percent(self, load):
        with load.lock:
            times = sorted(load.times)
        return times[int(len(times) * 0.99)]


class LargeLog(OperatorTest):
    def test_a_log_that_grew_because_of_a_reader_shrinks_again(self):
        """Writes more than 64 MiB while a reader holds the log. Seen to fail without the reader's COMMIT."""
        body = publish_body("x" * 200_000, "standard", chatId="large")
        http = self.daemon.http()
        with self.connect() as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM messages").fetchone()
            for _ in range(400):
                self.assertEqual(http.post("/publish", tokens.service(), body).status, 200)
            self.assertGreater(self.log.stat().st_size, 64 * MIB)
            reader.execute("COMMIT")

        def shrunk():
            self.assertEqual(http.post("/publish", tokens.service(), body).status, 200)
            return self.log.stat().st_size <= 64 * MIB

        self.assertTrue(eventually(shrunk, 30), f"the log still has {self.log.stat().st_size} bytes")
        self.daemon.stop()


class WriteLock(OperatorTest):
    def test_an_outsiders_lock_delays_and_loses_nothing(self):
        """Seen to fail with a busy timeout of 100 ms in the server: publishes were refused."""
        with Load(self.daemon) as load:
            self.progress(load, 100)
            with self.connect() as outsider:
                outsider.execute("BEGIN IMMEDIATE")
                begin = time.monotonic()
                before = outsider.execute("SELECT count(*) FROM messages").fetchone()[0]
                answered = len(load.known())
                # Messages that were committed but not yet answered when the lock was taken.
                self.assertLessEqual(answered, before)
                while time.monotonic() < begin + 3:
                    time.sleep(0.05)
                self.assertLessEqual(len(load.known()), before, "acknowledged while nobody could commit")
                outsider.execute("ROLLBACK")
            self.progress(load, 100)
        self.check_kept(load)


class SecondInstance(OperatorTest):
    def refused(self, *arguments):
        result = subprocess.run([binary(), *arguments, "--config", str(self.daemon.config)], cwd=self.folder.path,
                                capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result)
        messages = [line for line in result.stderr.splitlines() if not line.startswith("{")]  # besides log lines
        self.assertEqual(len(messages), 1, result.stderr)
        self.assertIn("another process has it open", messages[0])
        self.assertIn(str(self.database.resolve()), messages[0])

    def test_every_command_that_would_write_is_refused(self):
        """Seen to fail with a FileLock that does not lock."""
        result = self.folder.command("backup", "copy.db", "--config", self.daemon.config)
        self.assertEqual(result.returncode, 0, result)
        with Load(self.daemon) as load:
            self.progress(load, 50)
            for arguments in (("serve",), ("migrate",), ("restore", "copy.db"), ("restore", "copy.db", "--force")):
                with self.subTest(arguments):
                    self.refused(*arguments)
            self.progress(load, 50)
        self.assertEqual(self.daemon.http().get("/readyz").status, 200)
        self.check_kept(load)


if __name__ == "__main__":
    unittest.main()
