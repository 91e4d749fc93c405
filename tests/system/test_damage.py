"""The daemon with a damaged or foreign database (R12); tests/component/storage_sqlite has many more mutations."""

import os
import random
import shutil
import sqlite3
import subprocess
import unittest

from support import tokens
from support.daemon import CONFIG_ERROR, Daemon, Folder, binary
from support.operator_tools import LONG, publish_one
from support.settings import BASE, LIMIT, to_toml


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A database with messages in its file, and more of them in its log."""
        cls.original = Folder()
        cls.addClassCleanup(cls.original.remove)
        cls.published = {}
        daemon = Daemon(folder=cls.original)
        cls.publish(daemon, 60)
        daemon.stop()
        daemon = Daemon(folder=cls.original)
        cls.publish(daemon, 20)
        daemon.kill()

    @classmethod
    def publish(cls, daemon, count):
        for _ in range(count):
            content = f"content {len(cls.published)} " + "x" * 300
            cls.published[publish_one(daemon, "c", content)["sequenceNumber"]] = content

    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        for name in ("notifyd.db", "notifyd.db-wal"):
            shutil.copy(self.original.path / name, self.folder.path)
        self.database = self.folder.path / "notifyd.db"
        self.log = self.folder.path / "notifyd.db-wal"
        self.config = self.folder.write("notifyd.toml", to_toml(BASE))

    def refusal(self, command, code=1):
        """The single line with which the command fails."""
        result = self.folder.command(command, "--config", self.config)
        self.assertEqual(result.returncode, code, result)
        messages = [line for line in result.stderr.splitlines() if not line.startswith("{")]  # besides log lines
        self.assertEqual(len(messages), 1, result.stderr)
        self.assertIn("notifyd.db", messages[0])
        return messages[0]

    def assert_refused(self, words):
        before = self.content()
        for command in ("serve", "migrate"):
            self.assertIn(words, self.refusal(command))
        self.assertEqual(self.content(), before, "what is refused is left as it was")

    def content(self):
        return self.database.read_bytes() if self.database.is_file() else None

    def overwrite(self, path, at, data):
        with path.open("r+b") as file:
            file.seek(at)
            file.write(data)

    def test_an_intact_database_is_served(self):
        self.assertEqual(self.served(), self.published)

    def test_an_empty_file(self):
        self.database.write_bytes(b"")
        self.assert_refused("empty")

    def test_a_folder(self):
        self.database.unlink()
        self.database.mkdir()
        # It is an error in the config, so the service manager must not retry.
        for command in ("serve", "migrate"):
            self.assertIn("is a folder: name a file in it", self.refusal(command, code=CONFIG_ERROR))

    @unittest.skipIf(os.geteuid() == 0, "root can read everything")
    def test_unreadable(self):
        self.database.chmod(0)
        self.assertIn("notifyd.db", self.refusal("serve"))

    def test_a_text_file(self):
        self.database.write_text("no database\n" * 10_000)
        self.assert_refused("not a database")

    def test_the_database_of_another_program(self):
        self.log.unlink()
        self.database.unlink()
        with sqlite3.connect(self.database) as other:
            other.execute("CREATE TABLE meta (key, value)")
        other.close()
        self.assert_refused("another program")

    def test_a_damaged_header(self):
        self.overwrite(self.database, 0, b"SQLite format 4\0")
        self.assert_refused("not a database")

    def test_a_damaged_page(self):
        self.log.unlink()
        for page in range(1, self.database.stat().st_size // 8192):
            shutil.copy(self.original.path / "notifyd.db", self.database)
            self.overwrite(self.database, page * 8192, b"\x55" * 8192)
            with self.subTest(page):
                self.check()

    def test_a_truncated_file(self):
        self.log.unlink()
        os.truncate(self.database, self.database.stat().st_size - 8192)
        self.assert_refused("cut off")

    def test_a_damaged_log_header(self):
        self.overwrite(self.log, 12, b"\xff")
        log = self.log.read_bytes()
        self.assert_refused("broken header")
        self.assertEqual(self.log.read_bytes(), log, "and so is its log")

    def test_the_log_of_another_database(self):
        self.log.unlink()
        with sqlite3.connect(self.folder.path / "other.db") as other:
            other.execute("PRAGMA page_size = 4096")
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("CREATE TABLE t (x)")
            other.commit()
            shutil.copy(self.folder.path / "other.db-wal", self.log)
        other.close()
        self.assert_refused("belongs to another database")

    def test_a_missing_database_with_a_log(self):
        self.database.unlink()
        self.assert_refused("missing, but its log")
        self.assertFalse(self.database.exists())

    def test_random_damage(self):
        first = int(os.environ.get("NOTIFYD_SEED", "1"))
        count = 1 if "NOTIFYD_SEED" in os.environ else 50 if LONG else 8
        for seed in range(first, first + count):
            for name in ("notifyd.db", "notifyd.db-wal"):
                shutil.copy(self.original.path / name, self.folder.path)
            generator = random.Random(seed)
            target = generator.choice((self.database, self.log))
            for _ in range(generator.randint(1, 20)):
                self.overwrite(target, generator.randrange(target.stat().st_size), generator.randbytes(1))
            with self.subTest(f"NOTIFYD_SEED={seed}", file=target.name):
                self.check()

    def check(self):
        """Either refused with one line, or only intact messages are served; never replaced by another database."""
        file = self.database.stat().st_ino
        result = subprocess.run([binary(), "migrate", "--config", str(self.config)], cwd=self.folder.path,
                                capture_output=True, text=True, errors="replace", timeout=LIMIT, check=False)
        if result.returncode == 0:
            for number, content in self.served().items():
                self.assertEqual(self.published.get(number), content)
        else:
            self.assertEqual((result.returncode, result.stderr.count("\n")), (1, 1), result)
            self.refusal("serve")
        self.assertEqual(self.database.stat().st_ino, file)

    def served(self):
        """Number -> content, as far as the daemon serves them; a page that cannot be read is answered with an error."""
        try:
            daemon = Daemon(folder=self.folder)
        except AssertionError:
            # Damage to the schema may be met only by what serves the database.
            self.refusal("serve")
            return {}
        found = {}
        for first in range(1, len(self.published) + 1, 10):
            reply = daemon.http().get("/messages", tokens.admin(), chatId="c", fromSequence=first,
                                      toSequence=first + 9, limit=100)
            self.assertIn(reply.status, (200, 500, 503), reply)
            if reply.status == 200:
                found.update((m["sequenceNumber"], m["content"]) for m in reply.json["messages"])
        daemon.stop()
        return found


if __name__ == "__main__":
    unittest.main()
