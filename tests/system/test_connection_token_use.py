"""Connection tokens can be used only once, whatever happens: races, kills, restarts, a full disk (docs/security.md S4,
S8).

The races run 20 rounds, and 3 with a kill; with NOTIFYD_LONG=1, 1,000 and 50.
"""

import contextlib
import os
import sqlite3
import unittest

from support.connection_tokens import PREVIOUS_SECRET, SIGNING_SECRET, TokenTest
from support.daemon import Daemon, Folder, eventually
from support.http_client import upgrade_request
from support.settings import SECRET
from support.sockets import connect, connect_many, read_status
from support.tokens import mint
from test_disk_full import SmallDisk

LONG = os.environ.get("NOTIFYD_LONG") == "1"


def race(port, token, count=100):
    """Status codes of that many simultaneous connects; 0 if the server was gone."""
    with contextlib.ExitStack() as stack:
        sockets = connect_many(stack, port, count)
        for client in sockets:
            client.sendall(upgrade_request(f"/ws?token={token}"))
        return [read_status(client) for client in sockets]


class Races(TokenTest):
    def test_of_a_hundred_simultaneous_connects_one_succeeds(self):
        jwt = mint(self.name("user"))
        for _ in range(1_000 if LONG else 20):
            statuses = race(self.daemon.port, self.ticket(jwt))
            self.assertEqual((statuses.count(101), statuses.count(401)), (1, 99), statuses)

    def test_a_token_is_not_used_again_after_a_kill(self):
        folder = Folder()
        jwt = mint("user")
        for _ in range(50 if LONG else 3):
            daemon = Daemon(self.settings, folder=folder)
            used, raced, unused = (self.ticket(jwt, daemon=daemon) for _ in range(3))
            with contextlib.ExitStack() as stack:
                client = stack.enter_context(connect(daemon.port, upgrade_request(f"/ws?token={used}")))
                self.assertEqual(read_status(client), 101)
                racers = connect_many(stack, daemon.port, 20)
                for racer in racers:
                    racer.sendall(upgrade_request(f"/ws?token={raced}"))
                daemon.kill()
                won = [read_status(racer) for racer in racers].count(101)
            daemon = Daemon(self.settings, folder=folder)
            self.assertEqual(race(daemon.port, used, 10), [401] * 10)
            self.assertLessEqual(won + race(daemon.port, raced, 10).count(101), 1)
            self.assertEqual(race(daemon.port, unused, 10).count(101), 1)
            daemon.stop()


class Restarts(TokenTest):
    def start(self, folder, **changed):
        return Daemon({**self.settings, "tokens": {**self.settings["tokens"], **changed}}, folder=folder)

    def test_the_secret_can_be_rotated(self):
        folder = Folder()
        jwt = mint("user")
        first = self.start(folder, secret=PREVIOUS_SECRET, previous_secret="")
        before, forgotten = self.ticket(jwt, daemon=first), self.ticket(jwt, daemon=first)
        first.stop()
        second = self.start(folder)
        second.websocket(before).close()
        second.websocket(self.ticket(jwt, daemon=second)).close()
        second.stop()
        third = self.start(folder, previous_secret="")
        self.assert_reason(self.assert_refused(401, "unauthorized", forgotten, daemon=third), "signature", third)
        third.stop()

    def test_no_secret_is_in_the_database_or_the_log(self):
        folder = Folder()
        jwt = mint("user")
        daemon = self.start(folder)
        used, refused, unused = (self.ticket(jwt, daemon=daemon) for _ in range(3))
        daemon.websocket(used)
        daemon.websocket(hello=False, subprotocols=["notifyd.v1", "bearer." + self.ticket(jwt, daemon=daemon)])
        for _ in range(2):
            self.assert_refused(401, "unauthorized", used, daemon=daemon)
        self.assert_refused(403, "forbidden", refused, daemon=daemon, chat="not-theirs")
        daemon.http().delete("/ws/token", jwt)
        daemon.kill()
        written = {path.name: path.read_bytes() for path in folder.path.iterdir() if path.name.startswith("notifyd.db")}
        self.assertIn("notifyd.db-wal", written)
        written["log"] = "\n".join(daemon.lines).encode()
        secrets = [SIGNING_SECRET, PREVIOUS_SECRET, SECRET, *jwt.split(".")[1:]]
        for ticket in (used, refused, unused):
            secrets += ticket.split(".")
        for name, content in written.items():
            for secret in secrets:
                self.assertNotIn(secret.encode(), content, name)


@unittest.skipUnless(os.geteuid() == 0, "needs root, to mount a small tmpfs")
class DiskFull(TokenTest):
    @classmethod
    def setUpClass(cls):
        cls.disk = SmallDisk()
        cls.settings = {**cls.settings, "storage": {"path": str(cls.disk.path / "notifyd.db")}}
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.disk.remove()

    def test_a_use_that_cannot_be_recorded_is_refused(self):
        jwt = mint("user")
        ticket = self.ticket(jwt)
        # While a reader holds an old snapshot, the log can only grow, and the space in it cannot be reused for the
        # token.
        reader = sqlite3.connect(self.disk.path / "notifyd.db", isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM tickets").fetchone()
        self.disk.fill()
        self.assert_refused(503, "unavailable", ticket)
        self.assert_refused(503, "unavailable", ticket)
        self.assert_error(self.http.post("/ws/token", jwt), 503, "unavailable")
        reader.close()
        self.disk.make_room()
        self.assertTrue(eventually(lambda: self.http.get("/readyz").status == 200))
        self.daemon.websocket(ticket)
