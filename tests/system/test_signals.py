"""Signals at every moment, and a log whose reader has stopped (docs/operations.md).

Seen to fail: SIGQUIT, SIGUSR1 and an early SIGHUP killed the process, and with a full pipe as stderr, SIGTERM never
ended it.
"""

import json
import os
import pty
import signal
import socket
import stat
import subprocess
import termios
import threading
import unittest

from support.daemon import Daemon, Folder, binary, eventually
from support.settings import LIMIT, SECRET
from support.tokens import mint

DRAIN = 5  # s
STOPPED = LIMIT * 3  # drain_timeout with a margin


class SlowStart:
    """A daemon whose secret is a pipe: it keeps starting until somebody writes to the pipe."""

    def __init__(self):
        self.folder = Folder()
        self.pipe = self.folder.path / "secret"
        os.mkfifo(self.pipe)
        self.daemon = Daemon({"auth": {"hs256_secret": f"file:{self.pipe}"}}, self.folder, expect_start=False)
        self.reads = os.open(self.pipe, os.O_WRONLY)  # returns when the daemon has opened it

    def go_on(self):
        os.write(self.reads, SECRET.encode())
        os.close(self.reads)

    def serve_pipe(self):
        """Writes the secret again for every further reader, such as a reload."""
        def serve():
            while True:
                with open(self.pipe, "wb") as pipe:
                    pipe.write(SECRET.encode())

        threading.Thread(target=serve, daemon=True).start()


class Starting(unittest.TestCase):
    def test_signals_during_the_start_are_handled_once_it_runs(self):
        slow = SlowStart()
        for number in (signal.SIGUSR1, signal.SIGHUP):
            slow.daemon.signal(number)
        slow.go_on()
        slow.daemon.wait_for_event("server_started")
        slow.serve_pipe()
        slow.daemon.wait_for_event("config_reloaded")
        slow.daemon.signal(signal.SIGTERM)
        self.assertEqual(slow.daemon.wait(), 0)
        slow.daemon.stop()

    def test_a_stop_during_the_start(self):
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
            with self.subTest(number):
                slow = SlowStart()
                slow.daemon.signal(number)
                slow.go_on()
                self.assertEqual(slow.daemon.wait(), 0)
                self.assertEqual([e["reason"] for e in slow.daemon.find_events("server_stopping")],
                                 [signal.Signals(number).name])
                slow.daemon.stop()


class Running(unittest.TestCase):
    def test_sigquit_drains(self):
        daemon = Daemon()
        client = daemon.websocket(mint("u"))
        daemon.signal(signal.SIGQUIT)
        self.assertEqual(client.closed(), 1012)
        self.assertEqual(daemon.wait(), 0)
        self.assertEqual(daemon.find_events("server_stopping")[0]["reason"], "SIGQUIT")
        daemon.stop()

    def test_no_signal_kills_it_during_the_drain(self):
        daemon = Daemon({"server": {"drain_timeout": "2s"}})
        client = daemon.websocket(mint("u"))
        daemon.clients.clear()
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_event("server_stopping")
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGPIPE):
            daemon.signal(number)
        self.assertEqual(daemon.wait(), 0)
        self.assertTrue(daemon.find_events("server_stopped"))
        client.socket.close()
        daemon.stop()

    def test_sigusr1_with_stderr_as_the_log_changes_nothing(self):
        daemon = Daemon()
        daemon.signal(signal.SIGUSR1)
        daemon.signal(signal.SIGPIPE)
        self.assertEqual(daemon.reload({"log": {"level": "info"}})["event_type"], "config_reloaded")
        self.assertEqual(daemon.find_events("log_reopened"), [])
        daemon.stop()


class LogFile(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        self.logs = self.folder.path / "logs"
        self.logs.mkdir()
        self.file = self.logs / "notifyd.log"
        self.daemon = Daemon({"log": {"file": str(self.file), "level": "info"}}, self.folder, expect_start=False)
        self.addCleanup(self.end)
        self.assertTrue(self.has("server_started"))

    def end(self):
        self.daemon.signal()
        self.assertEqual(self.daemon.wait(), 0)
        self.daemon.process.stderr.close()

    def has(self, kind, file=None):
        def found():
            path = file or self.file
            lines = path.read_text().splitlines() if path.exists() else []
            return any(json.loads(line)["event_type"] == kind for line in lines)

        return eventually(found)

    def test_logrotate(self):
        rotated = self.logs / "notifyd.log.1"
        self.file.chmod(0o640)
        self.file.rename(rotated)
        self.daemon.signal(signal.SIGUSR1)
        self.assertTrue(self.has("log_reopened"))
        self.assertTrue(self.has("server_started", rotated))
        self.assertFalse("server_started" in self.file.read_text())
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)

    def test_a_file_created_by_logrotate_keeps_its_mode(self):
        self.file.rename(self.logs / "notifyd.log.1")
        self.file.touch()
        self.file.chmod(0o600)
        self.daemon.signal(signal.SIGUSR1)
        self.assertTrue(self.has("log_reopened"))
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)

    def test_if_the_file_cannot_be_reopened_the_old_one_is_used(self):
        rotated = self.logs / "notifyd.log.1"
        self.file.rename(rotated)
        self.file.mkdir()
        self.daemon.signal(signal.SIGUSR1)
        self.assertTrue(self.has("log_reopen_failed", rotated))
        self.file.rmdir()
        self.daemon.signal(signal.SIGUSR1)
        self.assertTrue(self.has("log_reopened"))

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to create another user's link")
    def test_root_does_not_follow_another_users_link(self):
        victim = self.folder.path / "victim"
        victim.write_text("as it was")
        self.file.rename(self.logs / "notifyd.log.1")
        self.file.symlink_to(victim)
        os.lchown(self.file, 65534, 65534)
        self.daemon.signal(signal.SIGUSR1)
        self.assertTrue(self.has("log_reopen_failed", self.logs / "notifyd.log.1"))
        self.assertEqual(victim.read_text(), "as it was")


class UnreadLog(unittest.TestCase):
    """The other end of stderr is open, but nobody reads it."""

    def start(self, writing):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        port = self.folder.path / "n.sock"
        settings = {"server": {"drain_timeout": f"{DRAIN}s", "listen": f"unix:{port}"}}
        config = Daemon.write_config(self.folder, settings)
        process = subprocess.Popen([binary(), "serve", "--config", str(config)], cwd=self.folder.path,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writing)
        self.addCleanup(process.kill)
        self.assertTrue(eventually(port.exists))
        return process

    def stop(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        self.assertEqual(process.wait(STOPPED), 0)

    def fill(self, descriptor):
        os.set_blocking(descriptor, False)
        try:
            while os.write(descriptor, bytes(4096)):
                pass
        except BlockingIOError:
            pass
        os.set_blocking(descriptor, True)

    def test_a_full_pipe(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        process = self.start(writing)
        self.fill(writing)
        os.close(writing)
        self.stop(process)

    def test_a_full_pipe_from_the_start(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.fill(writing)
        process = self.start(writing)
        os.close(writing)
        self.stop(process, signal.SIGQUIT)

    def test_a_full_socket(self):
        """Like journald's."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        process = self.start(theirs)
        self.fill(theirs.fileno())
        theirs.close()
        self.stop(process)

    def test_a_stopped_terminal(self):
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        process = self.start(terminal)
        termios.tcflow(terminal, termios.TCOOFF)
        self.addCleanup(os.close, terminal)
        self.stop(process)

    def test_the_flags_of_a_shared_pipe_are_unchanged(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        process = self.start(writing)
        self.assertTrue(os.get_blocking(writing))
        self.stop(process)
        self.assertTrue(os.get_blocking(writing))

    def test_a_reader_that_has_exited(self):
        reading, writing = os.pipe()
        process = self.start(writing)
        os.close(writing)
        os.close(reading)
        self.stop(process)


if __name__ == "__main__":
    unittest.main()
