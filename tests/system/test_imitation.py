"""Payloads that imitate the server's frames: no message has a `type`, every other frame has one (docs/protocol.md)."""

import json
import unittest

from support.case import SystemTest
from support.deadly import PADDING, SETTINGS, Deadly
from support.settings import merge

# The members that identify each of the server's frames, in a user's payload.
IMITATIONS = {
    "receipt": {"type": "receipt", "message": "Message sent successfully via WebSocket!", "requestId": "r-1",
                "timestamp": "2026-01-31T12:00:00.000Z", "duplicate": True},
    "refusal": {"type": "error", "error": "No permission", "code": "forbidden", "statusCode": 403, "requestId": "r-1",
                "authorizedChatIds": ["elsewhere"]},
    "ack": {"type": "ack", "ackId": "a-1", "status": "error", "error": "No", "code": "unavailable"},
    "connected": {"type": "connected", "connectionId": "c", "topics": ["user:root"], "epoch": "e", "serverTime": 1},
    "resumed": {"type": "resumed", "topic": "chat:x", "from": 1, "to": 9, "count": 0, "complete": True},
    "revoked": {"id": "e-1", "type": "revoked", "timestamp": 1, "payload": {"topics": ["chat:x"]}},
    "tombstone": {"deleted": True, "deletedAt": "2026-01-31T12:00:00.000Z", "editedAt": "2026-01-31T12:00:00.000Z"},
}
TIMES = {"timestamp", "ttl"}  # added by the history to the members of a delivered message
DROPPED = {"type", "timestamp", "ttl", "channel", "deleted", "deletedAt", "editedAt"}


def escaped(name):
    """A name as JSON text in which every letter is escaped."""
    return '"' + "".join(f"\\u{ord(letter):04x}" for letter in name) + '"'


class Imitation(SystemTest):
    def setUp(self):
        super().setUp()
        self.attacker, self.attacker_token = self.member("attacker")
        self.user, self.token = self.member("user")
        self.socket = self.daemon.websocket(self.token, self.chat)
        self.attacker_socket = self.daemon.websocket(self.attacker_token, self.chat)

    def assert_is_message(self, frame, payload, sender, allowed=frozenset()):
        """Checks that it is the sender's message, with the allowed payload and no name of the server's frames."""
        self.assertEqual(frame["userId"], sender)
        self.assertEqual(DROPPED & set(frame), set(allowed), frame)
        for name, value in payload.items():
            if name not in DROPPED:
                self.assertEqual(frame[name], value)
        self.assertEqual(frame["nested"], {"type": "error", "deep": [{"timestamp": 1}]})

    def payload_of(self, imitation):
        return {**IMITATIONS[imitation], "nested": {"type": "error", "deep": [{"timestamp": 1}]}}

    def test_no_message_imitates_a_frame_however_it_is_sent_and_read(self):
        after = 0
        for kind in ("standard", "fifo"):
            for imitation in IMITATIONS:
                payload = self.payload_of(imitation)
                body = self.body("x", kind, payload=payload)
                text = json.dumps({"action": "sendMessage", **body})
                for name in DROPPED:  # as a name of the payload itself, which `nested` and `deep` are not
                    if name in payload:
                        text = text.replace(f'"{name}": {json.dumps(payload[name])}',
                                            f'{escaped(name)}: {json.dumps(payload[name])}', 1)
                sent = (
                    (lambda: self.attacker_socket.send_json({"action": "sendMessage", **body}), self.attacker),
                    (lambda: self.attacker_socket.send_text(text), self.attacker),
                    (lambda: self.http.post("/publish", self.attacker_token, body), self.attacker),
                    (lambda: self.http.post("/publish/batch", self.attacker_token, {"messages": [body]}),
                     self.attacker),
                )
                for number, (send, sender) in enumerate(sent):
                    with self.subTest(kind=kind, imitation=imitation, way=number):
                        send()
                        self.assert_is_message(self.socket.receive(), payload, sender)
                        after += kind == "fifo"
        page = self.history(limit=100)
        self.assertEqual(page["count"], 2 * len(IMITATIONS) * len(sent))
        for message in page["messages"]:
            self.assertEqual(DROPPED & set(message), TIMES, message)
        again = self.daemon.websocket(self.token, self.chat, query={"resume": f"{self.chat}:0"})
        for frame in again.receive_until(lambda frame: "type" in frame)[:-1]:
            self.assertEqual(DROPPED & set(frame), set(), frame)
        self.assertGreater(after, 0)

    def test_a_repeated_publish_imitates_nothing(self):
        body = self.body("x", "fifo", payload=self.payload_of("receipt"), messageDeduplicationId="d")
        for _ in range(2):
            self.attacker_socket.send_json({"action": "sendMessage", "echo": False, **body})
            answer = self.attacker_socket.receive()
            self.assertEqual(answer["type"], "receipt")
        self.assertTrue(answer["duplicate"])
        self.assert_is_message(self.socket.receive(), self.payload_of("receipt"), self.attacker)

    def test_every_answer_has_a_type(self):
        send = {"action": "sendMessage", "echo": False, **self.body("x", "fifo")}
        for frame, types in (
            ({**send, "requestId": "r"}, ["receipt"]),
            ({**send, "requestAck": True, "ackId": "a"}, ["receipt", "ack"]),
            ({**send, "messageType": "x", "requestAck": True, "ackId": "a"}, ["error", "ack"]),
            ({**send, "payload": {"chatId": "not-mine"}}, ["error"]),
            ({**send, "requestId": {}}, ["error"]),
            ({"action": "other"}, ["error"]),
            ({"payload": {}}, ["error"]),
            ([], ["error"]),
            ("text", ["error"]),
            ({"type": 1}, ["error"]),
            ({"type": "other"}, ["error"]),
            ({"type": "ping", "id": []}, ["error"]),
            ({"type": "ping"}, ["pong"]),
            ({"type": "subscribe", "payload": {"topics": [f"chat:{self.chat}"]}}, ["subscribed"]),
            ({"type": "subscribe", "payload": {"topics": ["chat:not-mine"]}}, ["error"]),
            ({"type": "unsubscribe", "payload": {"topics": ["chat:not-mine"]}}, ["unsubscribed"]),
            ({"type": "notification:ack", "payload": {}}, ["error"]),
        ):
            with self.subTest(frame):
                self.socket.send_json(frame)
                self.assertEqual(sorted(self.socket.receive().get("type") for _ in types), sorted(types))
        for text in ("", "{", "nul", '{"a":1,"a":2}', "[" * 100 + "]" * 100, "\ufeff{}"):
            with self.subTest(text):
                self.socket.send_text(text)
                self.assertEqual(self.socket.receive()["type"], "error")


class ImitationBehind(Deadly):
    """Messages that were not delivered at once."""

    settings = merge(SETTINGS, {})
    payload = {"type": "error", "error": PADDING, "code": "forbidden", "requestId": "r-1", "deleted": True}

    def test_dead_letters_and_their_redrive(self):
        user, token = self.miss_imitations(self.name("slow"))
        letter = self.letters_of(user)[0]
        self.assertEqual(DROPPED & set(letter["message"]), set())
        self.assertEqual(letter["message"]["requestId"], "r-1")
        socket = self.daemon.websocket(token)
        self.assertEqual(self.http.post(f"/dlq/{letter['id']}/redrive", self.admin).json, {"redriven": 1, "failed": 0})
        frame = socket.receive()
        self.assertEqual((frame["messageId"], DROPPED & set(frame)), (letter["messageId"], set()))

    def miss_imitations(self, user):
        original = self.publish
        self.publish = lambda content, kind: original("", kind, payload=self.payload)
        try:
            return self.miss(user)
        finally:
            self.publish = original

    def test_catch_up(self):
        user, token = self.member("slow")
        client = self.slow(token)
        count = 400  # more than the kernel and the outbox hold
        for _ in range(count):
            self.publish("", "fifo", payload=self.payload)
        client.wake()
        numbers = []
        for _ in range(count):
            frame = client.receive()
            self.assertEqual(DROPPED & set(frame), set())
            numbers.append(frame["sequenceNumber"])
        self.assertEqual(numbers, list(range(1, count + 1)))


if __name__ == "__main__":
    unittest.main()
