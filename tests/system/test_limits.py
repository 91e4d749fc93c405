"""Frames that no client should send: their close codes, and what a connection survives (docs/protocol.md)."""

import json
import unittest

from websockets.frames import Opcode

from support.case import SystemTest
from support.daemon import eventually


class Frames(SystemTest):
    settings = {"limits": {"max_message": "64KiB", "json_depth": 8}}

    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()
        self.socket = self.daemon.websocket(self.token, self.chat)

    def send(self, content, **fields):
        self.socket.send_json({"action": "sendMessage", **self.body(content, "fifo", **fields)})

    def test_binary(self):
        self.socket.send_frame(Opcode.BINARY, b"\x00\x01")
        self.assertEqual(self.socket.closed(), 1003)

    def test_a_message_that_is_too_big(self):
        self.socket.send_frame(Opcode.TEXT, b"x" * 200_000)
        self.assertEqual(self.socket.closed(), 1009)

    def test_fragments_that_are_too_big_together(self):
        self.socket.send_frame(Opcode.TEXT, b"x" * 30_000, fin=False)
        for _ in range(4):
            self.socket.send_frame(Opcode.CONT, b"x" * 30_000, fin=False)
        self.assertEqual(self.socket.closed(), 1009)

    def test_bad_utf8(self):
        for data in (b"\xff", b'{"type":"\xc3\x28"}', b"\xed\xa0\x80"):
            with self.subTest(data):
                socket = self.daemon.websocket(self.token)
                socket.send_frame(Opcode.TEXT, data)
                self.assertEqual(socket.closed(), 1007)

    def test_broken_protocol(self):
        self.socket.send_frame(Opcode.CONT, b"x")
        self.assertEqual(self.socket.closed(), 1002)

    def test_unmasked_frame(self):
        self.socket.socket.sendall(b"\x81\x02{}")
        self.assertEqual(self.socket.closed(), 1002)

    def test_a_message_in_fragments(self):
        data = json.dumps({"action": "sendMessage", **self.body("pieces", "fifo")}).encode()
        self.socket.send_frame(Opcode.TEXT, data[:10], fin=False)
        self.socket.send_frame(Opcode.PING, b"between")
        self.socket.send_frame(Opcode.CONT, data[10:20], fin=False)
        self.socket.send_frame(Opcode.CONT, data[20:])
        self.assertEqual(self.socket.receive_message()["content"], "pieces")

    def test_clients_may_ping(self):
        seen = []
        take = self.socket._take
        self.socket._take = lambda frame: (seen.append(frame), take(frame))
        self.socket.send_frame(Opcode.PING, b"are you there")
        self.socket.ask("ping")
        self.assertIn((Opcode.PONG, b"are you there"), [(frame.opcode, frame.data) for frame in seen])

    def test_close_is_answered(self):
        self.socket.protocol.send_close(1000, "bye")
        self.socket._flush()
        self.assertEqual(self.socket.closed(), 1000)

    def test_the_connection_survives_refused_frames(self):
        for content in (json.loads("[" * 7 + "]" * 7),):
            self.send(content)
            self.assertEqual(self.socket.receive()["statusCode"], 400)
        for text in ('{"action":"sendMessage","action":"x"}', "{", '{"action":"sendMessage","payload":{"a":1,"a":2}}'):
            with self.subTest(text):
                self.socket.send_text(text)
                answer = self.socket.receive()
                self.assertEqual(answer["type"], "error", answer)
        self.send("fine")
        self.assertEqual(self.socket.receive_message()["content"], "fine")
        self.assertEqual(self.history()["count"], 1)

    def test_a_frame_just_within_the_limit(self):
        body = json.dumps({"action": "sendMessage", **self.body("", "fifo")})
        self.send("x" * (64 * 1024 - len(body) - 64))
        self.assertEqual(self.socket.receive_message()["sequenceNumber"], 1)

    def test_many_clients_that_vanish(self):
        """Connections that end without a close frame do not affect the others."""
        for _ in range(20):
            socket = self.daemon.websocket(self.token, self.chat)
            socket.socket.close()
            socket.close_frame = (1006, "")
        self.publish("alive")
        self.assertEqual(self.socket.receive_message()["content"], "alive")


class Rates(SystemTest):
    settings = {"limits": {"messages_per_second": 1, "message_burst": 10, "subscribes_per_minute": 3}}

    def test_messages(self):
        """A burst is accepted; beyond it, messages are refused and not stored, and the connection stays open."""
        socket = self.daemon.websocket(self.admin)
        for n in range(15):
            socket.send_json({"action": "sendMessage", "requestId": n, **self.body(n, "fifo")})
        answers = {}
        for _ in range(15):
            answer = socket.receive()
            answers[answer["requestId"]] = answer
        refused = [n for n in range(15) if "error" in answers[n]]
        self.assertTrue(1 <= len(refused) <= 5, refused)
        for n in refused:
            self.assertEqual((answers[n]["code"], answers[n]["statusCode"]), ("rate_limited", 429))
        self.assertEqual(self.history()["count"], 15 - len(refused))

    def test_repeated_abuse_closes_the_connection(self):
        socket = self.daemon.websocket(self.admin)
        body = {"action": "sendMessage", "reply": False, **self.body("flood", "fifo")}
        try:
            for _ in range(2000):
                socket.send_json(body)
        except OSError:
            pass  # closed meanwhile
        self.assertEqual(socket.closed(), 1008)

    def test_subscribes(self):
        socket = self.daemon.websocket(self.admin)
        for _ in range(3):
            self.assertEqual(socket.ask("subscribe", {"topics": ["chat:a"]})["type"], "subscribed")
        answer = socket.ask("unsubscribe", {"topics": ["chat:a"]})
        self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "rate_limited"))
        self.assertEqual(socket.ask("ping")["type"], "pong")


class NoDepthLimit(SystemTest):
    settings = {"limits": {"json_depth": 0}}

    def test_deep_json_is_still_limited(self):
        for body in ("[" * 200_000, '{"targetChannel":"WebSocket","payload":{"chatId":"c","x":' + "[" * 100_000):
            self.assertEqual(self.http.post("/publish", self.service, body).status, 400)
        entry = self.body("in a batch")
        reply = self.http.post("/publish/batch", self.service, {"messages": [entry]})
        self.assertEqual((reply.status, reply.json["accepted"]), (200, 1))


class TightOutbox(SystemTest):
    settings = {"limits": {"max_message": "64KiB", "outbound_buffer": "64KiB"}}

    def test_the_largest_message_is_delivered(self):
        _, token = self.member()
        socket = self.daemon.websocket(token, self.chat)
        content = "x" * (64 * 1024 - 200)
        self.publish(content)
        self.assertEqual(socket.receive_message()["content"], content)


class SmallQueue(SystemTest):
    settings = {"server": {"threads": 4}, "limits": {"queue_length": 1}}

    def test_acknowledged_messages_reach_every_loop(self):
        sockets = [self.daemon.websocket(self.admin, self.chat) for _ in range(8)]
        sent = [self.publish_in_the_end(n, kind) for n in range(20) for kind in ("standard", "fifo")]
        for socket in sockets:
            self.assertEqual({socket.receive_message()["messageId"] for _ in sent}, set(sent))

    def publish_in_the_end(self, content, kind):
        """A loop that is slightly behind fills its queue: the answer is 503, and the message may be sent again."""
        replies = []

        def accepted():
            replies.append(self.http.post("/publish", self.service, self.body(content, kind)))
            return replies[-1].status == 200

        self.assertTrue(eventually(accepted), replies[-1])
        self.assertEqual({reply.status for reply in replies} - {200, 503}, set())
        return replies[-1].json["messageId"]


if __name__ == "__main__":
    unittest.main()
