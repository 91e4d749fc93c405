"""Requests that arrive too slowly get 408, and an answer reaches a client that is still sending (docs/protocol.md).
tests/unit/gateway/body_pace_test.cpp tests how slow a body may be."""

import contextlib
import socket
import time
import unittest

from support.case import SystemTest
from support.operator_tools import LONG
from support.sockets import connect, read_to_end
from support.tls_case import TlsTest

MIB = 1 << 20


class SlowHeads(SystemTest):
    settings = {"connections": {"handshake_timeout": "300ms"}}

    def test_an_unfinished_head_gets_408(self):
        for start in (b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b"):
            with self.subTest(start), self.daemon.raw() as raw:
                raw.send(start)
                reply = raw.reply()
                self.assert_error(reply, 408, "request_timeout")
                self.assertEqual(reply.headers["Connection"], "close")
                self.assertTrue(raw.at_end())

    def test_an_idle_connection_gets_no_answer(self):
        for start in (b"", b"\r\n"):
            with self.subTest(start), self.daemon.raw() as raw:
                raw.send(start)
                self.assertTrue(raw.at_end())

    def test_an_unfinished_second_request_gets_408(self):
        with self.daemon.raw() as raw:
            raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz")
            self.assertEqual(raw.reply().status, 200)
            self.assert_error(raw.reply(), 408, "request_timeout")

    def test_the_timeout_is_logged(self):
        with self.daemon.raw() as raw:
            raw.send(b"GET /healthz HTTP/1.1\r\n")
            identifier = raw.reply().json["correlationId"]
        refused = self.daemon.wait_for_event("request_refused", lambda event: event["correlation_id"] == identifier)
        self.assertEqual((refused["status"], refused["reason"], refused["address"]),
                         (408, "request_timeout", "127.0.0.1"))


class SlowBodies(SystemTest):
    @unittest.skipUnless(LONG, "takes the 30 s that a body may take")
    def test_a_stalled_body_is_answered_408_and_a_slow_one_200(self):
        text = b'{"messages":[]}'
        slow = self.daemon.raw()
        stalled = self.daemon.raw()
        head = (f"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.service}\r\n"
                "Content-Length: %d\r\n\r\n")
        stalled.send((head % 1000).encode() + b"{")
        body = text + b" " * MIB
        slow.send((head.replace("/publish", "/publish/batch") % len(body)).encode())
        begin = time.monotonic()
        for at in range(0, len(body), 24 * 1024):
            slow.send(body[at:at + 24 * 1024])
            time.sleep(1)
        self.assertGreater(time.monotonic() - begin, 35)
        self.assertNotEqual(slow.reply().status, 408)
        self.assert_error(stalled.reply(), 408, "request_timeout")


class Lingering(SystemTest):
    """However much a client sends before it reads, it gets the answer, because the server keeps reading for a while."""

    settings = {"limits": {"max_message": "64KiB"}}

    def refusals(self):
        head = "POST {path} HTTP/1.1\r\nHost: x\r\n{more}Content-Length: {length}\r\n\r\n"
        bearer = f"Authorization: Bearer {self.service}\r\n"
        yield 401, head.format(path="/publish/batch", more="", length=4 * MIB)
        yield 413, head.format(path="/publish", more=bearer, length=4 * MIB)
        yield 413, head.format(path="/nowhere", more="", length=4 * MIB)
        yield 415, head.format(path="/publish/batch", more=bearer + "Content-Encoding: gzip\r\n", length=4 * MIB)
        yield 400, head.format(path="/publish/batch", more="Host: y\r\n", length=4 * MIB)

    def test_four_mib_before_the_answer_is_read(self):
        for status, head in self.refusals():
            for _ in range(10):
                with self.subTest(status), connect(self.daemon.port) as connection:
                    connection.sendall(head.encode() + b"x" * (4 * MIB))  # no reset meanwhile
                    self.assertIn(b"HTTP/1.1 %d " % status, read_to_end(connection)[:20])

    @unittest.skipUnless(LONG, "takes longer than the 5 s that a silent peer has")
    def test_a_client_that_takes_its_time(self):
        status, head = next(self.refusals())
        with connect(self.daemon.port) as connection:
            connection.sendall(head.encode())
            for _ in range(7):
                time.sleep(1)  # below the pause that ends the connection
                connection.sendall(b"x" * 100_000)
            self.assertIn(b"HTTP/1.1 %d " % status, read_to_end(connection)[:20])

    def test_a_client_that_never_stops_sending_is_closed(self):
        _, head = next(self.refusals())
        sent = 0
        with connect(self.daemon.port) as connection, contextlib.suppress(OSError):
            connection.sendall(head.encode())
            while sent < 256 * MIB:
                sent += connection.send(b"x" * MIB)
        self.assertLess(sent, 64 * MIB)


class Tls(TlsTest):
    settings = {"connections": {"handshake_timeout": "2s"}}

    def test_a_late_head_is_answered(self):
        with self.connect_tls() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
            self.assertIn(b"HTTP/1.1 408 ", read_to_end(connection))

    def test_four_mib_before_the_answer_is_read(self):
        head = b"POST /publish/batch HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (4 * MIB)
        for _ in range(10):
            with self.connect_tls() as connection:
                connection.sendall(head + b"x" * (4 * MIB))
                self.assertIn(b"HTTP/1.1 401 ", read_to_end(connection)[:20])

    def test_plain_http_gets_an_explanation(self):
        for verb in (b"GET", b"POST", b"HEAD", b"OPTIONS", b"DELETE", b"PATCH", b"PUT", b"CONNECT"):
            with self.subTest(verb), self.daemon.raw() as raw:
                raw.send(verb + b" /ws?token=a.b.c HTTP/1.1\r\nHost: x\r\n\r\n")
                reply = raw.reply()
                error = self.assert_error(reply, 400, "invalid_request")
                self.assertIn("https://", error["error"])
                self.assertEqual(reply.headers["Connection"], "close")
                self.assertTrue(raw.at_end())
        refused = self.daemon.wait_for_event("request_refused", lambda event: event["reason"] == "plain_http")
        self.assertEqual((refused["status"], refused["address"]), (400, "127.0.0.1"))

    def test_tls_one_byte_at_a_time(self):
        with self.daemon.raw() as raw:
            raw.send(b"G")
            self.assertEqual(raw.reply().status, 400)
        self.assertEqual(self.http.get("/healthz").status, 200)
        self.assertEqual(self.daemon.websocket(self.admin).ask("ping")["type"], "pong")

    def test_neither_http_nor_tls(self):
        for data in (b"\x80\x2e\x01", b"get / HTTP/1.1\r\n\r\n", b"\x00" * 100, b"\x16\x03\x01\xff\xff"):
            with self.subTest(data), self.daemon.raw() as raw:
                raw.send(data)
                raw.socket.shutdown(socket.SHUT_WR)
                self.assertNotIn(b"HTTP/1.1", read_to_end(raw.socket))


if __name__ == "__main__":
    unittest.main()
