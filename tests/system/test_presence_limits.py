"""The bounds of presence, and presence that is disabled (docs/protocol.md#presence)."""

import select
import socket
import time
import unittest

from support.daemon import Daemon, eventually
from support.presence_case import SETTINGS, PresenceTest, is_presence
from support.settings import LIMIT, merge
from support.tokens import mint


class Limits(PresenceTest):
    settings = merge(SETTINGS, {"limits": {"subscribes_per_minute": 3, "messages_per_second": 0}})

    def test_subscribes_of_all_kinds_share_a_limit(self):
        client = self.join("user")[1]
        client.ask("subscribe", {"topics": [self.topic]})
        self.watch(client)
        client.ask("presence:unsubscribe", {"topics": [self.topic]})
        answer = client.ask("presence:subscribe", {"topics": [self.topic]})
        self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "rate_limited"))
        self.assertGreater(answer["payload"]["retryAfterMs"], 0)


class Off(PresenceTest):
    settings = {}

    def test_everything_is_not_found(self):
        user, client = self.join("user")
        for kind, payload in (("presence:subscribe", {"topics": [self.topic]}),
                              ("presence:unsubscribe", {"topics": [self.topic]}),
                              ("presence:update", {"status": "away"}), ("presence:update", {})):
            with self.subTest(kind):
                answer = client.ask(kind, payload)
                self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "not_found"))
        for query in ({"chatId": self.chat}, {"chatId": "unknown"}, {}):
            self.assert_error(self.http.get("/presence", mint(user), **query), 404, "not_found")


class ManyMembers(PresenceTest):
    """More members than a list shows."""

    MEMBERS = 1_001

    def setUp(self):
        super().setUp()
        self.sockets = []
        self.addCleanup(lambda: [each.close() for each in self.sockets])

    def open_all(self, users):
        """Opens a WebSocket for each user without a library: thousands must not take long."""
        for user in users:
            client = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=LIMIT)
            token = mint(user, scope="notifyd:admin")
            head = (f"GET /ws?token={token}&chatId={self.chat} HTTP/1.1", "Host: localhost", "Upgrade: websocket",
                    "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
            client.sendall("\r\n".join((*head, "", "")).encode())
            self.sockets.append(client)
        for client in self.sockets:
            self.assertTrue(select.select([client], [], [], LIMIT)[0])
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 101"))

    def test_1000_are_listed_and_all_are_counted(self):
        _, early = self.watched(1)
        self.open_all([f"m-{n:04}" for n in range(self.MEMBERS)])
        everyone = self.MEMBERS + 1
        # The watcher is informed with few frames, and learns the exact number.
        frames = early.receive_until(lambda frame: is_presence(frame) and frame["payload"].get("count") == everyone)
        self.assertEqual((frames[-1]["payload"]["members"], frames[-1]["payload"]["partial"]), ([], True))
        self.assertLess(len(frames), 1_000)
        listed = self.presence()
        self.assertEqual((len(listed["members"]), listed["count"]), (1_000, everyone))
        shown = self.watch(early)
        self.assertEqual((len(shown["members"]), shown["count"]), (1_000, everyone))
        self.assertEqual(len({member["userId"] for member in shown["members"]}), 1_000)

        for client in self.sockets[:500]:
            client.close()
        # A topic that shows all of its members again is sent as a whole.
        frames = early.receive_until(lambda frame: frame.get("type") == "presence" and
                                     "partial" not in frame["payload"])
        left = frames[-1]["payload"]
        self.assertEqual(len(left["members"]), left["count"])
        self.assertTrue(eventually(lambda: self.presence()["count"] == everyone - 500))


class LeaveAfter(unittest.TestCase):
    def test_the_default_is_five_seconds(self):
        daemon = Daemon({"presence": {"enabled": True}})
        try:
            watcher = daemon.websocket(mint("root", scope="notifyd:admin"))
            watcher.ask("presence:subscribe", {"topics": ["chat:a"]})
            daemon.websocket(mint("guest", scope="notifyd:admin"), "a").close()
            closed = time.monotonic()
            frames = watcher.receive_until(
                lambda frame: is_presence(frame) and frame["payload"].get("status") == "offline")
            self.assertGreater(time.monotonic() - closed, 4.9)
            self.assertLess(len(frames), 3)
        finally:
            daemon.stop()


if __name__ == "__main__":
    unittest.main()
