"""A full disk, and a disk whose sync fails (docs/protocol.md, docs/architecture.md R4, R5).

Seen to fail when CommitThread::probe() is never called (not ready again), and when a failed sync is treated like a full
disk (acknowledged again, and the process does not end).
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from support import tokens
from support.bodies import publish_body
from support.daemon import Daemon, Folder, eventually
from support.settings import LIMIT
from support.tokens import mint
from test_lifecycle import check_kept, publish_until_gone

RECOVERY_SECONDS = 5 * float(os.environ.get("NOTIFYD_TEST_PATIENCE", "1"))


class SmallDisk:
    """A small in-memory file system."""

    def __init__(self, size="8m"):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="notifyd-disk-"))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "notifyd-test", str(self.path)],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.path.rmdir()
            raise unittest.SkipTest(f"mounting a tmpfs is not allowed here: {mounted.stderr.strip()}")
        self.filler = self.path / "filler"

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)) == 4096:
                    pass
            except OSError:
                pass

    def make_room(self):
        self.filler.unlink()

    def remove(self):
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)
        self.path.rmdir()


@unittest.skipUnless(os.geteuid() == 0, "needs root, to mount a small tmpfs")
class DiskFull(unittest.TestCase):
    def setUp(self):
        self.disk = SmallDisk()
        self.addCleanup(self.disk.remove)
        self.daemon = Daemon({"storage": {"path": str(self.disk.path / "notifyd.db")}})
        self.http = self.daemon.http()

    def publish(self, content):
        return self.http.post("/publish", tokens.service(), publish_body(content, chatId="full"))

    def test_refuses_while_full_and_accepts_again_without_a_restart(self):
        subscriber = self.daemon.websocket(tokens.admin(), "full")
        accepted = []

        def publish_until_refused(name):
            for n in range(2_000):
                reply = self.publish(f"{name}-{n} " + "x" * 10_000)
                if reply.status != 200:
                    return reply
                accepted.append((reply.json["sequenceNumber"], reply.json["messageId"]))
                self.assertEqual(subscriber.receive_message()["messageId"], accepted[-1][1])
            self.fail("the disk never filled up")

        self.assertEqual(self.publish("before").json["sequenceNumber"], 1)
        subscriber.receive_message()
        for round_number in range(2):
            self.disk.fill()
            refusal = publish_until_refused(round_number)
            self.assertEqual((refusal.status, refusal.json["code"]), (503, "unavailable"))
            self.assertIn("Retry-After", refusal.headers)
            self.assertEqual(self.http.get("/readyz").status, 503)
            self.assertEqual(self.http.get("/healthz").status, 200)
            # The refused write has left a little room in the log, so the following messages are larger.
            self.assertEqual(self.publish("x" * 100_000).status, 503)
            subscriber.send_json({"action": "sendMessage", **publish_body("x" * 100_000, chatId="full")})
            error = subscriber.receive()
            self.assertEqual((error["statusCode"], error["code"]), (503, "unavailable"))

            self.disk.make_room()
            begin = time.monotonic()
            self.assertTrue(eventually(lambda: self.http.get("/readyz").status == 200))
            reply = self.publish("after")
            self.assertEqual(reply.status, 200, reply)
            self.assertLess(time.monotonic() - begin, RECOVERY_SECONDS)
            accepted.append((reply.json["sequenceNumber"], reply.json["messageId"]))
            self.assertEqual(subscriber.receive_message()["messageId"], accepted[-1][1])

        pages = self.http.pages("/messages", tokens.admin(), chatId="full", order="asc", limit=100)
        history = [(m["sequenceNumber"], m["messageId"]) for page in pages for m in page["messages"]]
        self.assertEqual(history[1:], accepted)
        self.assertEqual([number for number, _ in history], list(range(1, len(history) + 1)))
        self.assertEqual(len(self.daemon.find_events("storage_recovered")), 2)
        self.daemon.stop()


@unittest.skipUnless(shutil.which("strace"), "strace is not installed (script/bootstrap --test)")
class FailedSync(unittest.TestCase):
    def attach(self, daemon):
        """Makes every thread's next sync fail; later ones succeed again."""
        self.strace = subprocess.Popen(
            ["strace", "-f", "-p", str(daemon.process.pid), "-o", os.devnull, "-e", "trace=fdatasync,fsync",
             "-e", "inject=fdatasync,fsync:error=EIO:when=1"], stderr=subprocess.PIPE, text=True)
        line = self.strace.stderr.readline()
        if "attached" not in line:
            self.strace.wait(LIMIT)
            raise unittest.SkipTest(f"strace may not attach here: {line.strip()}")
        self.addCleanup(self.strace.stderr.close)

    def test_after_a_failed_sync_nothing_is_acknowledged_and_the_process_exits_with_1(self):
        folder = Folder()
        daemon = Daemon(folder=folder)
        refused = daemon.websocket(mint("u"))

        def fail_a_sync():
            self.attach(daemon)
            try:
                daemon.wait_for_event("sync_failed")
            except AssertionError:
                daemon.kill()  # otherwise the publishers would continue
                raise

        answered = publish_until_gone(daemon, fail_a_sync)
        self.assertEqual(refused.closed(), 1012)
        self.assertEqual(daemon.wait(), 1)
        daemon.kill()
        self.strace.communicate(timeout=LIMIT)
        self.assertEqual(len(daemon.find_events("sync_failed")), 1)
        stopping = daemon.find_events("server_stopping")
        self.assertEqual([event["reason"] for event in stopping], ["a sync to the disk has failed"])
        served = [e for e in daemon.find_events("request_failed") if e.get("route") == "/publish"]
        self.assertTrue(served)
        self.assertEqual({event["status"] for event in served}, {503})
        check_kept(self, folder, answered)


if __name__ == "__main__":
    unittest.main()
