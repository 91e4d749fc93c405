"""What an attacker sends to the daemon: handshakes, frames, JSON, bytes that are not text, compression
(docs/security.md P5, P6, P7, P8, S10). None of it harms the next client, and none of it reaches another."""

import json
import unittest

from daemon_case import HOST, SystemTest, exchange, request, resident_bytes
from http_rows import UPGRADE
from json_rows import HOSTILE, NOT_UTF8, STRANGE_VALUES
from raw_websocket import BINARY, CLOSE, CONT, PING, PONG, TEXT, RawWebSocket, frame
from test_deflate import MEASURED, deflate

LINES = UPGRADE.split(b"\r\n")
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


def upgrade(without=None, target=b"/ws", first=None, **more):
    """A valid handshake, except for one line."""
    lines = [line for line in LINES[1:-1] if without is None or not line.lower().startswith(without)]
    lines += [line for line in more.get("lines", ())]
    return b"\r\n".join([first or b"GET " + target + b" HTTP/1.1", *lines]) + b"\r\n\r\n"


# (name, bytes, acceptable refusal statuses)
HANDSHAKES = [
    ("no key", upgrade(b"sec-websocket-key"), 400),
    ("a short key", upgrade(b"sec-websocket-key", lines=[b"Sec-WebSocket-Key: c2hvcnQ="]), 400),
    ("a key that is not base64", upgrade(b"sec-websocket-key", lines=[b"Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="]),
     400),
    ("an empty key", upgrade(b"sec-websocket-key", lines=[b"Sec-WebSocket-Key:"]), 400),
    ("two keys", upgrade(lines=[KEY]), 400),
    ("no version", upgrade(b"sec-websocket-version"), 426),
    ("version 8", upgrade(b"sec-websocket-version", lines=[b"Sec-WebSocket-Version: 8"]), 426),
    ("version 99", upgrade(b"sec-websocket-version", lines=[b"Sec-WebSocket-Version: 99"]), 426),
    ("version 13 and 8", upgrade(b"sec-websocket-version", lines=[b"Sec-WebSocket-Version: 13, 8"]), 426),
    ("HTTP/1.0", upgrade(first=b"GET /ws HTTP/1.0"), 400),
    ("POST", upgrade(first=b"POST /ws HTTP/1.1"), 400),
    ("no Upgrade in Connection", upgrade(b"connection", lines=[b"Connection: keep-alive"]), 400),
    ("no Connection", upgrade(b"connection"), 400),
    # Not a handshake: answered with what the handshake would return.
    ("no Upgrade", upgrade(b"upgrade"), 401),
    ("another Upgrade", upgrade(b"upgrade", lines=[b"Upgrade: h2c"]), 401),
    ("a body", upgrade(lines=[b"Content-Length: 1"]) + b"x", 400),
    ("no token", upgrade(), 401),
    ("a parameter that is not UTF-8", upgrade(target=b"/ws?chatId=%ff"), 400),
    ("an id with a control character", upgrade(target=b"/ws?chatId=a%0a"), 400),
]
# Invalid or unsupported offers: the connection opens without the extension, or is refused.
EXTENSIONS = ["foo", "permessage-deflate; server_max_window_bits=0", "permessage-deflate; server_max_window_bits=8",
              "permessage-deflate; server_max_window_bits=16", "permessage-deflate; client_max_window_bits=99",
              "permessage-deflate; foo=bar",
              "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
              ";;;,,,", "permessage-deflate; server_max_window_bits=\"", "x" * 4000]
SUBPROTOCOLS = ["foo", "foo, bar", ",,,", "notifyd.v2"]

# (name, bytes, close code)
FRAMES = [
    ("unmasked", frame(TEXT, b"{}", mask=False), 1002),
    ("a length with the top bit", frame(TEXT, length=2**63, length_bytes=8), 1009),
    ("the largest length with the top bit", frame(TEXT, length=2**64 - 1, length_bytes=8), 1009),
    ("a length of 2^63 - 1", frame(TEXT, length=2**63 - 1, length_bytes=8), 1009),
    ("a MiB by its header alone", frame(TEXT, length=2**20, length_bytes=8), 1009),
    ("one byte too big, by its header", frame(TEXT, length=16385), 1009),
    ("too big in sum", frame(TEXT, b"x" * 16000, fin=False) + frame(CONT, length=16000), 1009),
    ("16 bits for a small length", frame(TEXT, b"{}", length_bytes=2), 1002),
    ("64 bits for a small length", frame(TEXT, b"{}", length_bytes=8), 1002),
    ("64 bits for a length of 16", frame(TEXT, b"x" * 300, length_bytes=8), 1002),
    ("RSV1 without compression", frame(TEXT, b"{}", rsv=4), 1002),
    ("RSV2", frame(TEXT, b"{}", rsv=2), 1002),
    ("RSV3", frame(TEXT, b"{}", rsv=1), 1002),
    ("an unknown opcode", frame(3, b"{}"), 1002),
    ("an unknown control opcode", frame(11, b"{}"), 1002),
    ("a ping of 126 bytes", frame(PING, b"x" * 126), 1002),
    ("a ping in fragments", frame(PING, b"x", fin=False), 1002),
    ("a close in fragments", frame(CLOSE, b"", fin=False), 1002),
    ("a close of one byte", frame(CLOSE, b"x"), 1002),
    ("a close with a code that is none", frame(CLOSE, (1005).to_bytes(2, "big")), 1002),
    ("a continuation of nothing", frame(CONT, b"x"), 1002),
    ("a message inside a message", frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"), 1002),
    ("binary", frame(BINARY, b"\x00"), 1003),
    ("text that is not UTF-8", frame(TEXT, b'{"a":"\xff"}'), 1007),
    ("text that stops being UTF-8", frame(TEXT, b"\xed", fin=False) + frame(CONT, b"\xa0", fin=False), 1007),
]


class HostileInput(SystemTest):
    settings = {"limits": {"max_message": "16KiB"}}

    def connect(self, extensions=None, chat=None):
        socket = RawWebSocket(self.daemon.port, f"/ws?token={self.admin}&chatId={chat or self.chat}", extensions)
        self.addCleanup(socket.close)
        return socket

    def test_bad_handshakes_are_refused(self):
        for name, data, status in HANDSHAKES:
            with self.subTest(name):
                alone = exchange(self.daemon.port, data, half_close=True)
                self.assertEqual(alone.statuses, [status])
                if status == 426:
                    self.assertEqual(alone.headers[0]["Upgrade"], "websocket")
        print(f"{len(HANDSHAKES)} handshakes")

    def test_odd_extension_offers(self):
        for offer in EXTENSIONS:
            with self.subTest(offer[:60]):
                socket = self.connect(offer)
                self.assertNotIn("sec-websocket-extensions", socket.headers)
                socket.send(frame(PING, b"x"))
                self.assertEqual(socket.receive()[:2], (PONG, b"x"))
        for offer in SUBPROTOCOLS:
            with self.subTest(offer):
                socket = self.daemon.websocket(self.admin, hello=False, headers={"Sec-WebSocket-Protocol": offer})
                self.assertIsNone(socket.subprotocol)

    def test_bad_frames_are_answered_with_their_close_code(self):
        for name, data, code in FRAMES:
            with self.subTest(name):
                socket = self.connect()
                publish = json.dumps({"action": "sendMessage", **self.body("after the close")}).encode()
                socket.send(data + (b"" if code == 1009 else frame(TEXT, publish)))
                self.assertEqual(socket.close_code(), code)
        self.assertEqual(self.history()["count"], 0, "a frame behind the end was taken")
        print(f"{len(FRAMES)} frames")

    @unittest.skipUnless(MEASURED, "a sanitizer's memory")
    def test_announcing_a_huge_length_costs_no_memory(self):
        before = resident_bytes(self.daemon.process.pid)
        sockets = [self.connect() for _ in range(50)]
        for socket in sockets:
            socket.send(frame(TEXT, b"x" * 100, length=16384))  # within the limit, so the server waits for the rest
        for _ in range(50):
            self.assertEqual(self.closed_after(frame(TEXT, length=2**62, length_bytes=8)), 1009)
        self.assertLess(resident_bytes(self.daemon.process.pid) - before, 8 * 2**20)

    def closed_after(self, data):
        socket = self.connect()
        socket.send(data)
        return socket.close_code()

    def test_a_message_in_very_many_fragments(self):
        """Some are accepted like any other message; too many count as a flood."""
        socket = self.connect()
        socket.send(frame(TEXT, b"", fin=False) + frame(CONT, b"", fin=False) * 500 + frame(CONT, b"{}"))
        self.assertEqual(socket.receive()[0], TEXT)
        fragments = frame(TEXT, b"", fin=False) + frame(CONT, b"", fin=False) * 10_000
        self.assertEqual(self.closed_after(fragments), 1008)

    def test_hostile_json_over_http(self):
        for name, data in HOSTILE + [(str(bad), b'{"a":"' + bad + b'"}') for bad in NOT_UTF8]:
            with self.subTest(name):
                reply = self.daemon.http().post("/publish", self.service, data)
                self.assertIn(reply.status, (400, 413) if len(data) > 16384 else (400,))
        print(f"{len(HOSTILE) + len(NOT_UTF8)} bodies")

    def test_hostile_json_over_websocket(self):
        socket = self.connect()
        for name, data in HOSTILE:
            if len(data) > 16384:
                continue
            with self.subTest(name):
                if b"\xff" in data or name == "UTF-16":
                    continue
                socket.send(frame(TEXT, data))
                answer = json.loads(socket.receive()[1])
                self.assertEqual(answer["type"], "error", answer)
        for bad in NOT_UTF8:
            with self.subTest(bad):
                self.assertEqual(self.closed_after(frame(TEXT, b'{"a":"' + bad + b'"}')), 1007)

    def test_text_that_is_not_utf8_is_never_forwarded(self):
        """One bad publisher does not get anybody else disconnected."""
        listener = self.daemon.websocket(self.admin, self.chat)
        for bad in NOT_UTF8:
            body = json.dumps(self.body("CONTENT")).encode().replace(b"CONTENT", bad)
            self.assertEqual(self.http.post("/publish", self.service, body).status, 400)
            key = b"Idempotency-Key: " + bad + b"\r\n"
            good = json.dumps(self.body("x")).encode()
            answers = exchange(self.daemon.port, request(
                b"POST", b"/publish", headers=HOST + key + b"Authorization: Bearer " + self.service.encode() +
                b"\r\nContent-Length: %d\r\n" % len(good), body=good))
            self.assertEqual(answers.statuses, [400])
            escaped = "".join(f"%{byte:02x}" for byte in bad).encode()
            answers = exchange(self.daemon.port, request(target=b"/messages?chatId=" + escaped))
            self.assertEqual(answers.statuses, [400])
            self.closed_after(frame(TEXT, b'{"action":"sendMessage",' + body[1:]))
        self.publish("good")
        self.assertEqual(listener.receive_message()["content"], "good")
        self.assertEqual(self.history()["count"], 1)


class BigMessages(SystemTest):
    """With the default limits, large or odd but valid messages are accepted, and invalid ones are refused quickly."""

    def test_strange_values_are_delivered_as_written(self):
        listener = RawWebSocket(self.daemon.port, f"/ws?token={self.admin}&chatId={self.chat}")
        self.addCleanup(listener.close)
        for value in STRANGE_VALUES:
            with self.subTest(value[:40]):
                body = json.dumps(self.body("CONTENT")).encode().replace(b'"CONTENT"', value)
                self.assertEqual(self.http.post("/publish", self.service, body).status, 200)
                self.assertIn(b'"content":' + value, listener.receive()[1].replace(b'"content": ', b'"content":'))

    @unittest.skipUnless(MEASURED, "a sanitizer's time")
    def test_expensive_json_is_refused_quickly(self):
        """Ten MiB of brackets, a million keys, the deepest nesting: measured by the daemon's CPU time, not the wall
        clock."""
        def cpu_seconds():
            with open(f"/proc/{self.daemon.process.pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / 100

        keys = b"{" + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"}"
        for name, path, data in (("10 MiB of brackets", "/publish", b"[" * 10 * 2**20),
                                 ("brackets in a batch", "/publish/batch", b"[" * 4 * 2**20),
                                 ("a million keys", "/publish", keys), ("and in a batch", "/publish/batch", keys)):
            with self.subTest(name):
                before = cpu_seconds()
                answers = exchange(self.daemon.port, request(
                    b"POST", path.encode(), headers=HOST + b"Authorization: Bearer " + self.service.encode() +
                    b"\r\nContent-Length: %d\r\n" % len(data), body=data), half_close=True)
                self.assertIn(answers.statuses[0], (400, 413))
                self.assertLess(cpu_seconds() - before, 0.1)


class Compression(SystemTest):
    """permessage-deflate on the daemon; test_deflate covers the rest with ws_echo."""

    settings = {"connections": {"compression": True}, "limits": {"max_message": "16KiB"}}
    connect = HostileInput.connect
    @unittest.skipUnless(MEASURED, "a sanitizer's memory")
    def test_a_compressed_connection_holds_little_memory(self):
        """At most 64 KiB per connection that has received compressed messages."""
        def opened(count):
            sockets = [self.connect("permessage-deflate") for _ in range(count)]
            for socket in sockets:
                socket.send(frame(TEXT, deflate(b'{"type":"ping","payload":{}}' + b" " * 2000), rsv=4))
                self.assertEqual(socket.receive()[0], TEXT)

        opened(50)  # the allocator's initial memory does not belong to the connections
        before = resident_bytes(self.daemon.process.pid)
        opened(200)
        each = (resident_bytes(self.daemon.process.pid) - before) / 200 / 1024
        print(f"{each:.1f} KiB per connection")
        self.assertLessEqual(each, 64)

    def test_an_offer_that_cannot_be_honoured_is_declined(self):
        for offer in (*EXTENSIONS, "permessage-deflate; server_max_window_bits=08"):
            with self.subTest(offer[:60]):
                socket = self.connect(offer)
                self.assertNotIn("sec-websocket-extensions", socket.headers)
                socket.send(frame(TEXT, b'{"type":"ping","payload":{}}'))
                self.assertEqual(socket.receive()[2], 0)
        for offer, taken in (
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", ""),
            ("permessage-deflate; foo, permessage-deflate; server_max_window_bits=9", "server_max_window_bits=9"),
            ("permessage-deflate; client_max_window_bits=8", "client_max_window_bits=8"),
        ):
            with self.subTest(offer):
                socket = self.connect(offer)
                answered = socket.headers["sec-websocket-extensions"]
                self.assertIn(taken, answered)
                self.assertEqual("server_max_window_bits" in taken, "server_max_window_bits" in answered)
                socket.send(frame(TEXT, deflate(b'{"type":"ping","payload":{}}'), rsv=4))
                self.assertEqual(socket.receive()[0], TEXT)

    def test_a_compression_bomb_and_garbage(self):
        before = resident_bytes(self.daemon.process.pid)
        for _ in range(20):
            socket = self.connect("permessage-deflate")
            socket.send(frame(TEXT, deflate(b" " * 8 * 2**20), rsv=4))
            self.assertEqual(socket.close_code(), 1009)
            socket = self.connect("permessage-deflate")
            socket.send(frame(TEXT, b"\xff" * 20, rsv=4))
            self.assertEqual(socket.close_code(), 1007)
            # A compressed frame that announces more than any message may have, alone and after a fragment.
            large = deflate(b"hello" * 1000)
            for length in (2**17, 2**33, 2**63 - 1, 2**64 - 1):
                for before_it in (False, True):
                    socket = self.connect("permessage-deflate")
                    opcode, rsv = (CONT, 0) if before_it else (TEXT, 4)
                    start = frame(TEXT, b"", fin=False, rsv=4) if before_it else b""
                    socket.send(start + frame(opcode, large, rsv=rsv, length=length, length_bytes=8))
                    self.assertEqual(socket.close_code(), 1009)
        if MEASURED:
            self.assertLess(resident_bytes(self.daemon.process.pid) - before, 20 * 2**20)


if __name__ == "__main__":
    unittest.main()
