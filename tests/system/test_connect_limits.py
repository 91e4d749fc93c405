"""How often an address or a user may connect, and which address counts (docs/protocol.md, docs/security.md Q8, S7)."""

import threading
import unittest

from websockets.exceptions import InvalidState

from support.case import SystemTest
from support.connection_tokens import SIGNING_SECRET
from support.daemon import Daemon, Folder, eventually
from support.http_client import RawConnection, upgrade_request
from support.settings import LIMIT
from support.tokens import admin, mint
from support.websocket import Closed, Refused


def attempt(daemon, token, **options):
    """Makes one attempt; returns its status and headers. A connection that opens stays open."""
    try:
        daemon.websocket(token, **options)
        return 101, {}
    except Refused as refusal:
        return refusal.status, refusal.headers


class PerAddress(SystemTest):
    def setUp(self):
        """A daemon per test, because all tests have the same address."""
        self.daemons = []
        self.token = mint("u")

    def tearDown(self):
        for daemon in self.daemons:
            daemon.stop()

    def start(self, **settings):
        limits = {"connects_per_minute_per_ip": 5}
        self.daemons.append(Daemon({"limits": limits, **settings}))
        return self.daemons[-1]

    def test_five_refused_attempts_per_minute_are_allowed(self):
        daemon = self.start()
        for _ in range(2):
            attempts = [attempt(daemon, self.token), attempt(daemon, "not.a.token")]
            self.assertEqual([status for status, _ in attempts], [101, 401])
        attempts = [attempt(daemon, self.token, query={"chatId": "foreign"}), attempt(daemon, None, hello=False),
                    attempt(daemon, mint("u", lifetime=-3600)), attempt(daemon, self.token)]
        self.assertEqual([status for status, _ in attempts], [403, 401, 401, 101])
        for options in ({"token": "not.a.token"}, {"token": self.token, "query": {"chatId": "foreign"}}):
            with self.assertRaises(Refused) as caught:
                daemon.websocket(**options)
            self.assertEqual((caught.exception.status, caught.exception.json["code"]), (429, "rate_limited"))
            self.assertTrue(50 <= int(caught.exception.headers["Retry-After"]) <= 60, caught.exception.headers)
        # A good token is still admitted, other requests do not count as attempts, and open connections stay open.
        self.assertEqual(attempt(daemon, self.token)[0], 101)
        self.assertEqual(daemon.http().get("/healthz").status, 200)
        self.assertEqual(daemon.clients[0].ask("ping")["type"], "pong")
        refused = daemon.wait_for_event("connection_refused", lambda event: event.get("status") == 429)
        self.assertEqual((refused["address"], refused["reason"]), ("127.0.0.1", "limits.connects_per_minute_per_ip"))

    def test_attempts_of_a_blocked_user_count(self):
        daemon = self.start()
        self.assertEqual(daemon.http().post("/users/u/block", admin(), {}).status, 200)
        attempts = [attempt(daemon, self.token)[0] for _ in range(7)]
        self.assertEqual(attempts, [403] * 5 + [429] * 2)
        refused = daemon.wait_for_event("connection_refused", lambda event: event.get("status") == 429)
        self.assertEqual((refused["user_id"], refused["attempt_reason"]), ("u", "blocked"))

    def test_a_connection_token_that_loses_a_race_does_not_count_for_its_user(self):
        daemon = self.start(tokens={"secret": SIGNING_SECRET}, limits={"connects_per_minute_per_user": 3})
        ticket = daemon.http().post("/ws/token", self.token).json["token"]
        results = []
        threads = [threading.Thread(target=lambda: results.append(attempt(daemon, ticket)[0])) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results.count(101), 1)
        self.assertEqual([attempt(daemon, self.token)[0] for _ in range(3)], [101, 101, 429])

    def test_a_bad_parameter_does_not_count_as_a_refused_attempt(self):
        daemon = self.start()
        statuses = [attempt(daemon, self.token, query={"chatId": "a\x01"})[0] for _ in range(7)]
        self.assertEqual(statuses, [400] * 7)

    def test_a_refused_origin_counts_as_a_refused_attempt(self):
        daemon = self.start(server={"allowed_origins": ["https://app.example"]})
        statuses = [attempt(daemon, self.token, origin="https://evil.example")[0] for _ in range(6)]
        self.assertEqual(statuses, [403] * 5 + [429])
        self.assertEqual(attempt(daemon, self.token, origin="https://app.example")[0], 101)

    def test_racing_attempts_are_counted_exactly(self):
        daemon = self.start(server={"threads": 4})
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(attempt(daemon, "not.a.token")[0]))
                   for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        self.assertEqual((statuses.count(401), statuses.count(429)), (5, 35))

    def test_only_a_trusted_proxy_names_the_address(self):
        daemon = self.start(server={"trusted_proxies": ["127.0.0.0/8"]})
        one = {"X-Forwarded-For": "198.51.100.7"}
        statuses = [attempt(daemon, "not.a.token", headers=one)[0] for _ in range(6)]
        self.assertEqual(statuses, [401] * 5 + [429])
        # Each client has its own limit; a whole /64 shares one.
        self.assertEqual(attempt(daemon, "not.a.token", headers={"X-Forwarded-For": "198.51.100.8"})[0], 401)
        statuses = [attempt(daemon, "not.a.token", headers={"X-Forwarded-For": f"2001:db8::{n}"})[0] for n in range(6)]
        self.assertEqual(statuses, [401] * 5 + [429])
        # What the client itself claims, in front of what the proxy adds, changes nothing.
        tale = {"X-Forwarded-For": "203.0.113.1, 198.51.100.7"}
        self.assertEqual(attempt(daemon, "not.a.token", headers=tale)[0], 429)
        self.assertEqual(attempt(daemon, self.token, headers=one)[0], 101)
        opened = daemon.wait_for_event("connection_opened")
        self.assertEqual(opened["address"], "198.51.100.7")

    def test_without_a_trusted_proxy_the_header_is_ignored(self):
        daemon = self.start(server={"trusted_proxies": ["10.0.0.0/8"]})
        statuses = [attempt(daemon, "not.a.token", headers={"X-Forwarded-For": f"198.51.100.{n}"})[0]
                    for n in range(6)]
        self.assertEqual(statuses, [401] * 5 + [429])
        self.assertEqual(daemon.wait_for_event("connection_refused")["address"], "127.0.0.1")

    def test_a_unix_socket(self):
        """Without proxies, the clients are on this machine; a proxy that names no client address counts as one
        client."""
        for trusted, headers, statuses in (
            ([], "", [401] * 7), ([], "X-Forwarded-For: 198.51.100.7\r\n", [401] * 7),
            (["10.0.0.0/8"], "", [401] * 5 + [429] * 2),
            (["10.0.0.0/8"], "X-Forwarded-For: x\r\n", [401] * 5 + [429] * 2),
            (["10.0.0.0/8"], "X-Forwarded-For: 198.51.100.{n}\r\n", [401] * 7),
        ):
            with self.subTest(trusted, headers=headers):
                folder = Folder()
                path = folder.path / "n.sock"
                daemon = Daemon({"server": {"listen": f"unix:{path}", "trusted_proxies": trusted},
                                 "limits": {"connects_per_minute_per_ip": 5}}, folder)
                self.daemons.append(daemon)
                seen = []
                with RawConnection(None, path) as raw:
                    for n in range(7):
                        raw.send(upgrade_request(headers=headers.format(n=n).encode()))
                        seen.append(raw.reply().status)
                self.assertEqual(seen, statuses)
                warnings = str(daemon.find_events("config_warning"))
                self.assertEqual("limits per address are off" in warnings, not trusted)

    def test_the_limit_can_be_disabled(self):
        daemon = self.start(limits={"connects_per_minute_per_ip": 0})
        self.assertEqual({attempt(daemon, "not.a.token")[0] for _ in range(30)}, {401})


class PerUser(SystemTest):
    """Successful connects of a user are limited over all addresses and loops, without affecting other users."""

    settings = {"server": {"threads": 4},
                "limits": {"connects_per_minute_per_ip": 5, "connects_per_minute_per_user": 30}}

    def connect_all(self, tokens):
        statuses = []
        threads = [threading.Thread(target=lambda token=token: statuses.append(attempt(self.daemon, token)[0]))
                   for token in tokens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        return statuses

    def test_an_office_reconnects_at_once(self):
        tokens = [mint(self.name("colleague")) for _ in range(40)]
        for _ in range(3):  # two restarts within the minute
            self.assertEqual(self.connect_all(tokens), [101] * 40)

    def test_one_user_may_connect_thirty_times_per_minute(self):
        token = mint(self.name("reconnecting"))
        statuses = self.connect_all([token] * 40)
        self.assertEqual((statuses.count(101), statuses.count(429)), (30, 10))
        status, headers = attempt(self.daemon, token)
        self.assertEqual(status, 429)
        self.assertTrue(1 <= int(headers["Retry-After"]) <= 60, headers)
        self.assertEqual(attempt(self.daemon, mint(self.name("other")))[0], 101)

    def test_refused_connects_do_not_count(self):
        user = self.name("user")
        for _ in range(3):
            self.assertEqual(attempt(self.daemon, mint(user), query={"chatIds": "a\x01"})[0], 400)
        self.assertEqual(self.connect_all([mint(user)] * 30), [101] * 30)

    def test_a_reload_changes_the_limit(self):
        token = mint(self.name("user"))
        self.addCleanup(self.daemon.reload, self.settings)
        for most, statuses in ((2, [101, 101, 429]), (0, [101] * 3)):
            reloaded = self.daemon.reload({"limits": {"connects_per_minute_per_user": most}})
            self.assertIn("limits.connects_per_minute_per_user", str(reloaded))
            self.assertEqual([attempt(self.daemon, token)[0] for _ in statuses], statuses)


class CloseOldest(SystemTest):
    settings = {"server": {"threads": 4}, "connections": {"max_per_user": 3, "on_limit": "close_oldest"}}

    def open_ones(self, sockets):
        """The connections that still respond."""
        answering = []
        for socket in sockets:
            try:
                answering.append(socket.ask("ping")["type"] == "pong")
            except (Closed, InvalidState, OSError):
                answering.append(False)
        return answering

    def test_the_oldest_connection_is_closed(self):
        user = self.name("user")
        sockets = [self.daemon.websocket(mint(user)) for _ in range(3)]
        other = self.daemon.websocket(mint(self.name("other")))
        for n in range(3):
            sockets.append(self.daemon.websocket(mint(user)))
            self.assertEqual(sockets[n].closed(), 4409)
        self.assertEqual(self.open_ones(sockets), [False] * 3 + [True] * 3)
        self.assertEqual(other.ask("ping")["type"], "pong")
        # A closed connection frees its place, so that no other has to be closed.
        sockets[3].close()
        listed = lambda: self.http.get("/@connections", self.admin, userId=user).json["count"] == 2
        self.assertTrue(eventually(listed))
        sockets.append(self.daemon.websocket(mint(user)))
        self.assertEqual(self.open_ones(sockets[4:]), [True] * 3)

    def test_a_race_leaves_exactly_the_allowed_number(self):
        user = self.name("user")
        sockets = []

        def connect():
            sockets.append(self.daemon.websocket(mint(user)))

        threads = [threading.Thread(target=connect) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        self.assertEqual(len(sockets), 24)
        answering = self.open_ones(sockets)
        self.assertEqual(answering.count(True), 3)
        codes = {socket.closed() for socket, answers in zip(sockets, answering) if not answers}
        self.assertEqual(codes, {4409})
        listed = lambda: self.http.get("/@connections", self.admin, userId=user).json["count"] == 3
        self.assertTrue(eventually(listed))


if __name__ == "__main__":
    unittest.main()
