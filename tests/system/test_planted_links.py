"""Commands that root runs for a server of another user: that user owns the folder and can replace any file there with a
symbolic link at any moment. No such link is followed, and nobody else's file is changed.

Seen to fail: in 13 of 20 runs, `restore` gave files that links pointed to, such as root's own, to the server's user.
"""

import os
import subprocess
import sys
import unittest

from support.daemon import Daemon, Folder, binary, eventually
from support.operator_tools import publish_one
from support.settings import LIMIT

NOBODY = 65534
RESTORES = 20

# Runs as the server's user: replaces every draft file with a link to the victim, at some moment during the command.
PLANTER = """
import os, random, sys, time
folder, victim = sys.argv[1:]
os.chdir(folder)
print("ready", flush=True)
while True:
    for name in os.listdir("."):
        if ".draft-" in name and not name.endswith(".was"):
            time.sleep(random.uniform(0, 0.01))
            try:
                os.rename(name, name + ".was")
                os.symlink(victim, name)
            except OSError:
                pass
"""


@unittest.skipUnless(os.geteuid() == 0, "needs root, who runs these commands")
class PlantedLinks(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        self.folder.path.chmod(0o755)
        self.data = self.folder.path / "data"
        self.data.mkdir()
        self.config = Daemon.write_config(self.folder, {"storage": {"path": str(self.data / "notifyd.db")}})
        self.run_command("migrate")
        self.backup = self.folder.path / "backup.db"
        self.run_command("backup", self.backup)
        for path in (self.data, *self.data.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        self.victim = self.folder.path / "victim"
        self.victim.write_text("root's own")
        self.victim.chmod(0o600)

    def run_command(self, *arguments, code=0):
        done = self.folder.command(*arguments, "--config", self.config, limit=LIMIT * 3)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stderr)
        return done

    def plant(self, name):
        link = self.data / name
        link.unlink(missing_ok=True)
        link.symlink_to(self.victim)
        os.lchown(link, NOBODY, NOBODY)
        return link

    def check_victim(self):
        status = self.victim.stat()
        self.assertEqual((status.st_uid, status.st_gid, status.st_mode & 0o777), (0, 0, 0o600))
        self.assertEqual(self.victim.read_bytes(), b"root's own")

    def test_a_restore_while_links_are_planted(self):
        planter = subprocess.Popen([sys.executable, "-c", PLANTER, str(self.data), str(self.victim)], user=NOBODY,
                                   group=NOBODY, extra_groups=[], stdout=subprocess.PIPE)
        self.addCleanup(planter.stdout.close)
        self.addCleanup(planter.wait)
        self.addCleanup(planter.kill)
        self.assertEqual(planter.stdout.readline(), b"ready\n")
        for _ in range(RESTORES):
            done = self.run_command("restore", "--force", self.backup, code=None)
            self.check_victim()
            if done.returncode != 0:
                self.assertIn("notifyd.db", done.stderr)  # the link was in the way

    def test_a_restored_database_keeps_its_owner(self):
        self.run_command("restore", "--force", self.backup)
        status = (self.data / "notifyd.db").stat()
        self.assertEqual((status.st_uid, status.st_gid, status.st_mode & 0o777), (NOBODY, NOBODY, 0o600))

    def as_server(self, *arguments, code=0):
        done = subprocess.run([binary(), *map(str, arguments), "--config", str(self.config)], user=NOBODY, group=NOBODY,
                              extra_groups=[], capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def check_owners(self):
        """The owner of every file in the server's folder."""
        for path in self.data.iterdir():
            status = path.stat()
            self.assertEqual((status.st_uid, status.st_gid, status.st_mode & 0o777), (NOBODY, NOBODY, 0o600), path)

    def test_new_files_belong_to_the_owner_of_the_folder(self):
        for command in (("migrate",), ("restore", self.backup)):
            with self.subTest(command[0]):
                self.empty()
                self.run_command(*command)
                self.assertTrue((self.data / "notifyd.db").exists())
                self.check_owners()
                self.as_server("migrate")
        self.empty()
        daemon = Daemon({"storage": {"path": str(self.data / "notifyd.db")}}, self.folder)
        publish_one(daemon, "chat", "one")  # now there is also a log with its index
        self.assertGreaterEqual({path.name for path in self.data.iterdir()}, {"notifyd.db-wal", "notifyd.db-shm"})
        self.check_owners()
        daemon.stop()
        self.check_owners()
        self.as_server("migrate")

    def test_a_new_log_file_belongs_to_the_servers_user(self):
        log = self.data / "notifyd.log"
        daemon = Daemon({"storage": {"path": str(self.data / "notifyd.db")}, "log": {"file": str(log)}}, self.folder,
                        expect_start=False)
        self.assertTrue(eventually(lambda: log.exists() and "server_started" in log.read_text()))
        daemon.stop()
        self.assertEqual((log.stat().st_uid, log.stat().st_gid), (NOBODY, NOBODY))

    def empty(self):
        for path in self.data.iterdir():
            path.unlink()

    def test_root_keeps_its_files_in_its_own_folder(self):
        self.empty()
        os.chown(self.data, 0, 0)
        self.run_command("migrate")
        self.assertEqual({path.stat().st_uid for path in self.data.iterdir()}, {0})

    def test_only_new_files_change_their_owner(self):
        """Root's own files in another user's folder: a lock and a database that existed before."""
        self.empty()
        os.chown(self.data, 0, 0)
        self.run_command("migrate")
        os.chown(self.data, NOBODY, NOBODY)
        self.run_command("migrate")
        self.assertEqual({path.stat().st_uid for path in self.data.iterdir()}, {0})

    def test_a_lock_owned_by_root_is_reported_with_the_remedy(self):
        """Older versions left it behind."""
        os.chown(self.data / "notifyd.db.lock", 0, 0)
        done = self.as_server("migrate", code=1)
        self.assertIn("notifyd.db.lock belongs to another user", done.stderr)
        self.assertIn("chown", done.stderr)

    def test_links_in_place_of_the_files(self):
        commands = (("restore", "--force", self.backup), ("migrate",), ("backup", self.folder.path / "another.db"),
                    ("dlq", "list"), ("dlq", "purge", "--yes"))
        for name, refusing in (("notifyd.db", commands), ("notifyd.db.lock", commands[:2])):
            kept = (self.data / name).read_bytes() if (self.data / name).exists() else b""
            link = self.plant(name)
            for command in refusing:
                with self.subTest(name=name, command=command[0]):
                    done = self.run_command(*command, code=1)
                    self.assertIn(name, done.stderr)
                    self.check_victim()
                    self.assertTrue(link.is_symlink())
            link.unlink()
            (self.data / name).write_bytes(kept)

    def test_a_link_in_place_of_the_log(self):
        """SQLite reads it as a part of the database; a command must not write through it."""
        for command in (("migrate",), ("restore", "--force", self.backup), ("dlq", "purge", "--yes")):
            with self.subTest(command=command[0]):
                self.plant("notifyd.db-wal")
                self.run_command(*command, code=None)
                self.check_victim()

    def test_a_link_in_place_of_a_backup(self):
        target = self.plant("backup.db")
        done = self.run_command("backup", target, code=1)
        self.assertIn("backup.db", done.stderr)
        self.check_victim()

    def test_a_link_in_the_path(self):
        elsewhere = self.folder.path / "elsewhere"
        self.data.rename(elsewhere)
        self.data.symlink_to(elsewhere)
        self.run_command("migrate")  # root's own link is fine
        os.lchown(self.data, NOBODY, NOBODY)
        done = self.run_command("migrate", code=1)
        self.assertIn("symbolic link that another user has made", done.stderr)

    def test_a_lock_that_is_a_hard_link(self):
        lock = self.data / "notifyd.db.lock"
        lock.unlink(missing_ok=True)
        os.link(self.victim, lock)
        self.victim.chmod(0o644)
        done = self.run_command("restore", "--force", self.backup, code=1)
        self.assertIn("notifyd.db.lock", done.stderr)
        self.assertEqual(self.victim.stat().st_mode & 0o777, 0o644)


if __name__ == "__main__":
    unittest.main()
