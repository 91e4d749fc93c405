"""What an attacker achieves with many bytes, many sockets or much patience (docs/security.md Q4, Q6, Q7, Q9, S13, S14).

NOTIFYD_LONG=1 runs the long forms: 2,000 sockets against 256 descriptors with the CPU time of a minute of refusals,
2,000 half handshakes, 1,000 slow requests and 30 s bodies, 5,000 half requests, a million one-byte pieces."""

import contextlib
import time
import unittest

from websockets.frames import Frame, Opcode

from support.bodies import publish_body
from support.case import SystemTest
from support.daemon import Daemon, eventually
from support.http_client import HttpClient
from support.operator_tools import LONG
from support.process import cpu_seconds, descriptor_count, raise_descriptor_limit, resident_bytes
from support.settings import LIMIT
from support.sockets import connect, connect_many, is_closed_within, read_status
from support.tls_case import TlsTest
from support.tokens import admin, mint, service


def masked(opcode, data=b"", fin=True):
    return Frame(opcode, data, fin).serialize(mask=True)


class FewDescriptors(unittest.TestCase):
    def test_sockets_never_take_the_descriptors_of_the_database(self):
        raise_descriptor_limit()
        daemon = Daemon(command=("prlimit", "--nofile=256"))
        self.addCleanup(daemon.stop)
        daemon.wait_for_event("config_warning", lambda event: "256 open files" in str(event))
        daemon.grant("u", "chat")
        listener = daemon.websocket(mint("u"), "chat")
        http = daemon.http()
        body = publish_body(1, chatId="chat")
        # A client that has shown a good token stays connected when strangers take all sockets.
        self.assertEqual(http.get("/messages", admin(), chatId="chat").status, 200)
        with contextlib.ExitStack() as stack:
            connect_many(stack, daemon.port, 2000 if LONG else 600)
            for _ in range(5):
                self.assertEqual(http.post("/publish", service(), body).status, 200)
                listener.receive_message()
            self.assertEqual(http.get("/messages", admin(), chatId="chat").json["count"], 5)
            self.assertLess(descriptor_count(daemon.process.pid), 256)
            self.assertEqual(daemon.find_events("accept_failed"), [])
            refused = daemon.wait_for_event("accept_refused")
            self.assertEqual((refused["reason"], refused["address"]), ("gave_way", "127.0.0.1"))
            if LONG:
                before = cpu_seconds(daemon.process.pid)
                time.sleep(10)
                self.assertLess(cpu_seconds(daemon.process.pid) - before, 0.5)

        def served():
            try:
                fresh = HttpClient(daemon.port)
                answered = fresh.get("/healthz").status == 200
                fresh.close()
                return answered
            except OSError:
                return False

        self.assertTrue(eventually(served, 5), "it does not accept again")


class OneAddress(unittest.TestCase):
    """One address gets 64 of the 184 sockets that 256 descriptors leave; a proxy gets all there are."""

    def start(self, **server):
        raise_descriptor_limit()
        settings = {"server": server, "limits": {"connects_per_minute_per_ip": 5}}
        daemon = Daemon(settings, command=("prlimit", "--nofile=256"))
        self.addCleanup(daemon.stop)
        return daemon

    def served(self, daemon, sockets):
        """How many of the sockets the daemon answers."""
        count = 0
        for plain in sockets:
            with contextlib.suppress(OSError):
                plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                count += read_status(plain) == 200
        return count

    def test_no_address_can_take_all_sockets(self):
        daemon = self.start()
        with contextlib.ExitStack() as stack:
            self.assertEqual(self.served(daemon, connect_many(stack, daemon.port, 100)), 64)
            refused = daemon.wait_for_event("accept_refused")
            self.assertEqual((refused["reason"], refused["address"]), ("address_full", "127.0.0.1"))
            other = stack.enter_context(connect(daemon.port, source="127.0.0.2"))
            self.assertEqual(self.served(daemon, [other]), 1)

        def free():
            with contextlib.ExitStack() as stack:
                return self.served(daemon, connect_many(stack, daemon.port, 1)) == 1

        self.assertTrue(eventually(free, 5), "what was closed still counts")

    def test_a_proxy_may_have_many_clients(self):
        daemon = self.start(trusted_proxies=["127.0.0.1/32"])
        with contextlib.ExitStack() as stack:
            self.assertEqual(self.served(daemon, connect_many(stack, daemon.port, 100)), 100)


class HalfHandshakes(TlsTest):
    settings = {"connections": {"handshake_timeout": "10s" if LONG else "3s"}}

    def test_unfinished_handshakes_do_not_affect_others(self):
        raise_descriptor_limit()
        hello = bytes.fromhex("16030100c8010000c40303")  # the start of a ClientHello
        with contextlib.ExitStack() as stack:
            halves = connect_many(stack, self.daemon.port, 2000 if LONG else 300, hello)
            begin = time.monotonic()
            client = self.daemon.websocket(mint("real"))
            self.assertEqual(client.ask("ping")["type"], "pong")
            self.assertLess(time.monotonic() - begin, 2 * LIMIT / 10)
            for half in halves[:20] + halves[-20:]:
                self.assertTrue(is_closed_within(half, 15), "a half handshake stays")
            self.assertEqual(client.ask("ping")["type"], "pong")

    def test_plain_requests_to_a_tls_port_are_logged(self):
        """One line each at level debug; at info, a few per second (test_refusals_in_the_log)."""
        with contextlib.ExitStack() as stack:
            lines = len(self.daemon.lines)
            for plain in connect_many(stack, self.daemon.port, 200, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
                self.assertTrue(is_closed_within(plain))
            self.assertLess(len(self.daemon.lines) - lines, 220)


class SlowRequests(SystemTest):
    settings = {"connections": {"handshake_timeout": "10s" if LONG else "2s"}}

    def test_slow_requests_end_and_others_are_served(self):
        raise_descriptor_limit()
        with contextlib.ExitStack() as stack:
            slow = connect_many(stack, self.daemon.port, 1000 if LONG else 200, b"GET / HTTP/1.1\r\nHost: x\r\nX-")
            deadline = time.monotonic() + (12 if LONG else 4) * LIMIT / 10
            asked = 0
            while time.monotonic() < deadline:
                for each in slow[::10]:  # a byte now and then does not keep the connection open
                    with contextlib.suppress(OSError):
                        each.send(b"a")
                begin = time.monotonic()
                self.assertEqual(self.http.get("/healthz").status, 200)
                self.assertLess(time.monotonic() - begin, 1 * LIMIT / 10)
                asked += 1
                time.sleep(0.05)
            self.assertGreater(asked, 10)
            for each in slow:
                self.assertTrue(is_closed_within(each, 2), "a slow header stays")

    @unittest.skipUnless(LONG, "takes the 30 s that a body may take")
    def test_slow_bodies_end(self):
        head = (f"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service()}\r\n"
                "Content-Length: 1000\r\n\r\n{")
        with contextlib.ExitStack() as stack:
            slow = connect_many(stack, self.daemon.port, 200, head.encode())
            begin = time.monotonic()
            for each in slow:
                self.assertTrue(is_closed_within(each, 35))
            self.assertLess(time.monotonic() - begin, 35)


class FrameFloods(SystemTest):
    """Too many frames without content close their connection with 1008 and affect nobody else."""

    def flood(self, data, count=3000):
        victim = self.daemon.websocket(mint("victim"))
        flooder = self.daemon.websocket(mint("flooder"))
        flooder.socket.settimeout(LIMIT)
        with contextlib.suppress(OSError):  # the connection is closed meanwhile
            for _ in range(count // 100):
                flooder.socket.sendall(data * 100)
        code = flooder.closed()
        self.assertEqual(victim.ask("ping")["type"], "pong")
        return code

    def test_pings_and_pongs(self):
        for opcode in (Opcode.PING, Opcode.PONG):
            with self.subTest(opcode):
                self.assertEqual(self.flood(masked(opcode, b"x" * 100)), 1008)

    def flood_pieces(self, data):
        count = 1_000_000 if LONG else 5000
        socket_ = self.daemon.websocket(mint("flooder"))
        socket_.socket.sendall(masked(Opcode.TEXT, b"{", fin=False))
        with contextlib.suppress(OSError):
            for _ in range(count // 100):
                socket_.socket.sendall(masked(Opcode.CONT, data, fin=False) * 100)
        self.assertEqual(socket_.closed(), 1008)

    def test_empty_fragments(self):
        self.flood_pieces(b"")

    def test_one_byte_fragments(self):
        self.flood_pieces(b"x")

    def test_a_message_in_large_fragments_is_accepted(self):
        socket_ = self.daemon.websocket(self.admin, self.chat)
        for _ in range(20):
            data = b'{"action":"sendMessage"' + b" " * 200_000 + b"}"
            socket_.send_frame(Opcode.TEXT, data[:1000], fin=False)
            for at in range(1000, len(data), 1000):
                socket_.protocol.send_frame(Frame(Opcode.CONT, data[at:at + 1000], False))
            socket_.send_frame(Opcode.CONT, b"")
            self.assertEqual(socket_.receive()["statusCode"], 400)


class Costs(SystemTest):
    settings = {"limits": {"topics_per_connection": 0}}

    def test_unfinished_requests_hold_little_memory(self):
        raise_descriptor_limit()
        count = 5000 if LONG else 500
        head = b"GET /ws?token=" + b"x" * 4000 + b" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX-A: "
        with contextlib.ExitStack() as stack:
            self.http.get("/healthz")
            before = resident_bytes(self.daemon.process.pid)
            connect_many(stack, self.daemon.port, count, head)
            self.assertEqual(self.http.get("/healthz").status, 200)
            each = (resident_bytes(self.daemon.process.pid) - before) / count
            print(f"{each / 1024:.1f} KiB for each of {count} half requests")
            # A sanitizer adds memory of its own.
            self.assertLess(each, 32 * 1024 * (LIMIT / 10))

    def test_bodies_without_a_token_hold_no_memory(self):
        """The largest possible body, announced and started: the answer comes before the body is read."""
        raise_descriptor_limit()
        head = b"POST /publish/batch HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (4 * 2**20 - 1)
        with contextlib.ExitStack() as stack:
            self.http.get("/healthz")
            before = resident_bytes(self.daemon.process.pid)
            for plain in connect_many(stack, self.daemon.port, 150, head + b"[" * 256 * 1024):
                self.assertEqual(read_status(plain), 401)
            grown = resident_bytes(self.daemon.process.pid) - before
            self.assertLess(grown, 8 * 2**20 * (LIMIT / 10))

    def test_a_thousand_topics_on_one_socket(self):
        client = self.daemon.websocket(self.admin)
        begin = time.monotonic()
        for first in range(0, 1000, 100):
            topics = [f"chat:{self.chat}-{n}" for n in range(first, first + 100)]
            self.assertEqual(client.ask("subscribe", {"topics": topics})["type"], "subscribed")
        self.publish("there", chat=f"{self.chat}-999")
        self.assertEqual(client.receive_message()["content"], "there")
        self.assertLess(time.monotonic() - begin, LIMIT / 2)

    def test_many_parameters_and_headers(self):
        begin = time.monotonic()
        for path, status in (("/messages?chatId=a&" + "&".join("x" * 4000), 200),
                             ("/messages?" + "&".join(["chatId=a"] * 800), 400),
                             ("/messages?" + "&".join(["a=b"] * 10_000), 431)):
            http = self.daemon.http()
            with self.subTest(path[:40]):
                self.assertIn(http.request("GET", path, self.admin).status, (status, 414 if status == 431 else status))
        with connect(self.daemon.port, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 10_000 + b"\r\n") as plain:
            self.assertEqual(read_status(plain), 431)
        self.assertLess(time.monotonic() - begin, LIMIT / 2)


if __name__ == "__main__":
    unittest.main()
