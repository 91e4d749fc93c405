"""When all sockets are taken, idle HTTP connections give way, those of strangers first, and neither HTTP nor WebSocket
connections can take the sockets reserved for the other (docs/protocol.md). With 256 descriptors there are 184 sockets:
HTTP connections get at most 138 of them, WebSockets 161, one address 64."""

import contextlib
import unittest

from support.daemon import Daemon, eventually
from support.process import raise_descriptor_limit
from support.settings import LIMIT
from support.sockets import connect, is_closed_within, read_status
from support.tokens import mint, service
from support.websocket import Refused, WebSocket

HTTP_MAX = 138
WEBSOCKET_MAX = 161
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class FullHouse(unittest.TestCase):
    def start(self, limits=None, threads=2):
        raise_descriptor_limit()
        settings = {"server": {"threads": threads},
                    "connections": {"handshake_timeout": "10m"},  # strangers are not closed by the timeout
                    "limits": {"connects_per_minute_per_ip": 100_000, **(limits or {})}}
        daemon = Daemon(settings, command=("prlimit", "--nofile=256"))
        self.addCleanup(daemon.stop)
        self.stack = self.enterContext(contextlib.ExitStack())
        return daemon

    def connect(self, daemon, source, data=b""):
        return self.stack.enter_context(connect(daemon.port, data, source))

    def crowd(self, daemon, data, answered, count=200):
        """Strangers from four addresses, more than there are sockets; `answered`: each waits for its answer."""
        sockets = []
        for number in range(count):
            plain = self.connect(daemon, f"127.0.0.{2 + number % 4}", data)
            if answered:
                read_status(plain)
            sockets.append(plain)
        return sockets

    def ask(self, daemon, plain, request=HEALTH):
        """The status; 0 if the daemon has closed the connection."""
        with contextlib.suppress(OSError):
            plain.sendall(request)
            return read_status(plain)
        return 0

    def publish(self, token):
        text = b'{"targetChannel":"WebSocket","payload":{"targetClass":"user","targetId":"x","content":1}}'
        return (f"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n").encode() + text

    def assert_newcomers_get_in(self, daemon):
        for number in range(10):
            newcomer = self.connect(daemon, f"127.0.1.{1 + number}")
            self.assertEqual(self.ask(daemon, newcomer, self.publish(mint(f"new{number}"))), 200)
            client = WebSocket(daemon.port, query=[("token", mint(f"new{number}")), ("hello", "1")])
            self.stack.callback(client.close)
            self.assertEqual(client.receive()["type"], "connected")

    def assert_known_clients_stay_and_newcomers_get_in(self, data, answered):
        daemon = self.start()
        known = [self.connect(daemon, "127.0.2.1") for _ in range(10)]
        for plain in known:
            self.assertEqual(self.ask(daemon, plain, self.publish(service())), 200)
        client = WebSocket(daemon.port, query=[("token", mint("inside")), ("hello", "1")])
        self.stack.callback(client.close)
        self.crowd(daemon, data, answered)
        self.assert_newcomers_get_in(daemon)
        gone = daemon.wait_for_event("accept_refused", lambda event: event["reason"] == "gave_way")
        self.assertTrue(gone["address"].startswith("127.0.0."), gone)
        for plain in known:
            self.assertEqual(self.ask(daemon, plain), 200)
        self.assertEqual(client.receive()["type"], "connected")
        self.assertEqual(client.ask("ping")["type"], "pong")

    def test_idle_strangers_give_way(self):
        self.assert_known_clients_stay_and_newcomers_get_in(HEALTH, answered=True)

    def test_silent_strangers_give_way(self):
        self.assert_known_clients_stay_and_newcomers_get_in(b"", answered=False)

    def test_strangers_with_slow_headers_give_way(self):
        self.assert_known_clients_stay_and_newcomers_get_in(b"GET / HTTP/1.1\r\nHost: x\r\nX-", answered=False)

    def test_strangers_with_slow_bodies_give_way(self):
        body = b"POST /publish HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
        self.assert_known_clients_stay_and_newcomers_get_in(body, answered=False)

    def test_idle_clients_with_a_token_give_way_when_no_strangers_are_left(self):
        daemon = self.start()
        token = mint("busy")
        clients = []
        for number in range(HTTP_MAX + 20):
            plain = self.connect(daemon, f"127.0.0.{2 + number % 4}")
            self.assertEqual(self.ask(daemon, plain, self.publish(token)), 200)
            clients.append(plain)
        self.assertTrue(all(is_closed_within(plain) for plain in clients[:10]), "the longest idle ones stay")
        for plain in clients[-20:]:
            self.assertEqual(self.ask(daemon, plain, self.publish(token)), 200)
        self.assert_newcomers_get_in(daemon)

    def test_a_request_in_progress_is_not_cut_off(self):
        daemon = self.start()
        request = self.publish(mint("slow"))
        under_way = self.connect(daemon, "127.0.2.1")
        self.assertEqual(self.ask(daemon, under_way, request), 200)
        head, _, body = request.partition(b"\r\n\r\n")
        # A large body, because its token is checked before the body is read.
        body = body.replace(b'"content":1', b'"content":"' + b"x" * 20_000 + b'"')
        head = head.replace(b"Content-Length: 89", b"Content-Length: %d" % len(body))
        under_way.sendall(head + b"\r\n\r\n" + body[:100])
        for number in range(300):
            plain = self.connect(daemon, f"127.0.0.{2 + number % 4}")
            self.assertEqual(self.ask(daemon, plain, self.publish(mint("crowd"))), 200)
        self.assertEqual(self.ask(daemon, under_way, body[100:]), 200)

    def test_websockets_leave_room_for_requests(self):
        daemon = self.start({"connects_per_minute_per_ip": 0})
        clients = []
        with self.assertRaises(Refused) as caught:
            for number in range(184):
                client = WebSocket(daemon.port, query=[("token", mint(f"u{number}"))])
                self.stack.callback(client.socket.close)
                clients.append(client)
        self.assertEqual(caught.exception.status, 503)
        self.assertEqual(len(clients), WEBSOCKET_MAX)
        for number in range(30):
            plain = self.connect(daemon, f"127.0.1.{1 + number}")
            self.assertEqual(self.ask(daemon, plain), 200)
        self.assertEqual(self.ask(daemon, self.connect(daemon, "127.0.2.1"), self.publish(mint("u0"))), 200)
        clients.pop().socket.close()

        def free():
            try:
                client = WebSocket(daemon.port, query=[("token", mint("late"))])
                self.stack.callback(client.socket.close)
                return True
            except (Refused, OSError):
                return False

        self.assertTrue(eventually(free), "what was closed still counts")


class IdleTime(unittest.TestCase):
    def start(self, timeout):
        daemon = Daemon({"limits": {"http_idle_timeout": timeout}})
        self.addCleanup(daemon.stop)
        return daemon

    def connected(self, daemon):
        return self.enterContext(connect(daemon.port))

    def ask(self, plain, token=None):
        extra = f"Authorization: Bearer {token}\r\n" if token else ""
        path = "/permissions" if token else "/healthz"
        plain.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{extra}\r\n".encode())
        return read_status(plain)

    def test_a_stranger_may_idle_for_ten_seconds_and_a_known_client_longer(self):
        daemon = self.start("60s")
        stranger, known = self.connected(daemon), self.connected(daemon)
        self.assertEqual(self.ask(known, mint("known")), 200)
        self.assertEqual(self.ask(stranger), 200)
        self.assertEqual(self.ask(stranger), 200)
        self.assertTrue(is_closed_within(stranger, 3 * LIMIT), "an idle stranger stays")
        self.assertEqual(self.ask(known, mint("known")), 200)

    def test_a_bad_token_does_not_make_a_client_known(self):
        daemon = self.start("10m")
        plain = self.connected(daemon)
        self.assertEqual(self.ask(plain, "no.good.token"), 401)
        self.assertTrue(is_closed_within(plain, 3 * LIMIT), "a stranger stays")

    def test_the_idle_time_is_configurable(self):
        daemon = self.start("1s")
        known = self.connected(daemon)
        self.assertEqual(self.ask(known, mint("known")), 200)
        self.assertTrue(is_closed_within(known, LIMIT), "an idle client stays")
        reloaded = daemon.reload({"limits": {"http_idle_timeout": "60s"}})
        self.assertIn("limits.http_idle_timeout", str(reloaded))


if __name__ == "__main__":
    unittest.main()
