"""permessage-deflate (RFC 7692), enabled: the Autobahn groups 12 and 13, and what an attacker would send.

In CI: a selection of sizes and ten messages per case; NOTIFYD_LONG=1 sends 1,000 per case in all sizes (minutes).
"""

import os
import random
import unittest
import zlib

from daemon_case import resident_bytes
from echo_server import EchoServer
from raw_websocket import BINARY, CLOSE, CONT, PING, TEXT, RawWebSocket, frame

LONG = os.environ.get("NOTIFYD_LONG") == "1"
MESSAGES = 1000 if LONG else 10
SIZES = (16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072) if LONG else (16, 1024, 65536)
OFFER = "permessage-deflate; client_no_context_takeover"

_random = random.Random(7692)
WORDS = [bytes(_random.choices(b"abcdefghijklmnopqrstuvwxyz", k=_random.randint(2, 9))) for _ in range(500)]
PAYLOADS = {  # Autobahn's kinds: words, JSON, repeated, numbers, noise
    "12.1": (TEXT, lambda size: (b" ".join(_random.choices(WORDS, k=size // 3 + 1)))[:size]),
    "12.2": (TEXT, lambda size: (b'{"id": %d, "text": "value"},' % _random.randrange(1000) * (size // 20 + 1))[:size]),
    "12.3": (BINARY, lambda size: b"*" * size),
    "12.4": (TEXT, lambda size: b"%0*d" % (size, _random.randrange(10**9))),
    "12.5": (BINARY, _random.randbytes),
}
# The offers of group 13 in order: context takeover of the server, its window, then both with fallbacks.
OFFERS = {
    "13.1": "permessage-deflate",
    "13.2": "permessage-deflate; server_no_context_takeover",
    "13.3": "permessage-deflate; server_max_window_bits=9",
    "13.4": "permessage-deflate; server_max_window_bits=15",
    "13.5": "permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
    "13.6": "permessage-deflate; server_no_context_takeover; server_max_window_bits=15",
    "13.7": "permessage-deflate; server_no_context_takeover; server_max_window_bits=9, "
            "permessage-deflate; server_no_context_takeover, permessage-deflate",
}


def deflate(data):
    press = zlib.compressobj(wbits=-15)
    whole = press.compress(data) + press.flush(zlib.Z_SYNC_FLUSH)
    return whole[:-4]


def inflate(data):
    return zlib.decompressobj(wbits=-15).decompress(data + b"\x00\x00\xff\xff")


MEASURED = os.environ.get("NOTIFYD_SANITIZED") != "1"


class Deflate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = EchoServer("--deflate")

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == ""

    def connect(self, offer=OFFER):
        client = RawWebSocket(self.server.port, extensions=offer, limit=30.0)
        self.addCleanup(client.close)
        return client

    def assert_echo(self, client, opcode, payload, send):
        self.assertTrue(client.send(send))
        got, data, rsv = client.receive()
        self.assertEqual(got, opcode)
        self.assertEqual(inflate(data) if rsv == 4 else data, payload)

    def test_group_12(self):
        count = 0
        for name, (opcode, make) in PAYLOADS.items():
            for size in SIZES:
                with self.subTest(name, size=size):
                    client = self.connect()
                    for _ in range(MESSAGES):
                        payload = make(size)
                        self.assert_echo(client, opcode, payload, frame(opcode, deflate(payload), rsv=4))
                    count += 1
        print(f"{count} cases of {MESSAGES} messages")

    def test_group_13(self):
        count = 0
        for name, offer in OFFERS.items():
            for size in SIZES:
                with self.subTest(name, size=size):
                    client = self.connect(offer)
                    self.assertIn("permessage-deflate", client.headers.get("sec-websocket-extensions", ""))
                    for _ in range(MESSAGES):
                        payload = PAYLOADS["12.2"][1](size)
                        pieces = deflate(payload)
                        half = len(pieces) // 2
                        self.assert_echo(client, TEXT, payload, frame(TEXT, pieces[:half], fin=False, rsv=4) +
                                         frame(CONT, pieces[half:]))
                    count += 1
        print(f"{count} cases of {MESSAGES} messages")

    def test_uncompressed_messages_are_accepted_too(self):
        client = self.connect()
        self.assert_echo(client, TEXT, b"plain", frame(TEXT, b"plain"))
        self.assert_echo(client, TEXT, b"", frame(TEXT, deflate(b""), rsv=4))

    def test_a_message_that_ends_with_the_empty_block(self):
        """This leaves Beast's inflater inside a block (boostorg/beast#3028), so that the next message fails."""
        client = self.connect()
        payload = b"*" * 32768
        for _ in range(3):
            self.assert_echo(client, BINARY, payload, frame(BINARY, deflate(payload), rsv=4))

    def test_invalid_compressed_data_is_refused(self):
        for data in (b"\xff" * 20, b"\x06\x00", deflate(b"x" * 1000)[:-3] + b"\xff\xff\xff", b"\x00\x05\x00\x05\x00ab"):
            with self.subTest(data):
                client = self.connect()
                client.send(frame(TEXT, data, rsv=4) + frame(PING, b"still there?"))
                self.assertEqual(client.close_code(), 1007)

    def test_compressed_text_must_be_utf8(self):
        client = self.connect()
        client.send(frame(TEXT, deflate(b"\xed\xa0\x80"), rsv=4))
        self.assertEqual(client.close_code(), 1007)

    def test_the_compression_bit_on_the_wrong_frame(self):
        for wrong in (frame(PING, b"", rsv=4), frame(TEXT, deflate(b"x"), fin=False, rsv=4) + frame(CONT, rsv=4)):
            with self.subTest(wrong):
                client = self.connect()
                client.send(wrong)
                self.assertEqual(client.close_code(), 1002)

    def test_a_compression_bomb(self):
        """A GiB in a MiB: the connection ends at the limit (32 MiB here), which bounds the cost."""
        before = resident_bytes(self.server.process.pid)
        press = zlib.compressobj(9, wbits=-15)
        block = b"\x00" * 2**20
        bomb = b"".join(press.compress(block) for _ in range(1024)) + press.flush(zlib.Z_SYNC_FLUSH)
        client = self.connect()
        client.send(frame(BINARY, bomb, rsv=4))
        self.assertEqual(client.close_code(), 1009)
        grown = resident_bytes(self.server.process.pid) - before
        print(f"{len(bomb)} bytes of bomb: {grown >> 10} KiB more")
        if MEASURED:
            self.assertLess(grown, 2 * 32 * 2**20)


class Disabled(unittest.TestCase):
    def test_off_by_default(self):
        server = EchoServer()
        client = RawWebSocket(server.port, extensions=OFFER)
        self.assertNotIn("sec-websocket-extensions", client.headers)
        client.send(frame(TEXT, deflate(b"x"), rsv=4))
        self.assertEqual(client.receive()[0], CLOSE)
        client.close()
        self.assertEqual(server.stop(), "")


if __name__ == "__main__":
    unittest.main()
