"""Every string of injections.py in every place for text (docs/security.md S9): it must remain just text."""

import http.client
import json
import unittest
import urllib.parse

import injections
from support import tokens
from support.case import SystemTest
from support.daemon import Daemon
from support.http_client import RawConnection
from support.operator_tools import read_rows
from support.tokens import mint

assert len(set(injections.ALL)) >= 500

# Statuses that a request may get, whatever it contains.
ANSWERS = {200, 204, 400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 426, 431}


def message(payload=None, **fields):
    return {"targetChannel": "WebSocket", "payload": {"chatId": "c", "content": 1, **(payload or {})}, **fields}


# name of the place -> a body with the text there
PUBLISH_BODIES = {
    "content": lambda text: message({"content": text}),
    "a payload field's name": lambda text: message({text: 1}),
    "eventType": lambda text: message({"eventType": text}),
    "chatId": lambda text: message({"chatId": text}),
    "targetId": lambda text: message({"chatId": None, "targetClass": "org", "targetId": text}),
    "targetClass": lambda text: message({"chatId": None, "targetClass": text, "targetId": "x"}),
    "targetChannel": lambda text: {**message(), "targetChannel": text},
    "messageType": lambda text: message(messageType=text),
    "messageGroupId": lambda text: message(messageType="fifo", messageGroupId=text),
    "messageDeduplicationId": lambda text: message(messageType="fifo", messageDeduplicationId=text),
    "customSequence.scope": lambda text: message({"customSequence": {"number": 1, "scope": text}}),
    "multiPartMetadata.groupId":
        lambda text: message({"multiPartMetadata": {"groupId": text, "totalParts": 1, "partNumber": 1}}),
}
# name of the place -> verb, path, query
QUERIES = {
    "messages: chatId": lambda text: ("GET", "/messages", {"chatId": text}),
    "messages: startKey": lambda text: ("GET", "/messages", {"chatId": "c", "startKey": text}),
    "messages: sequences": lambda text: ("GET", "/messages", {"chatId": "c", "sequences": text}),
    "messages: fromTimestamp": lambda text: ("GET", "/messages", {"chatId": "c", "fromTimestamp": text}),
    "messages: order": lambda text: ("GET", "/messages", {"chatId": "c", "order": text}),
    "permissions: userId": lambda text: ("GET", "/permissions", {"userId": text}),
    "permissions: startKey": lambda text: ("GET", "/permissions", {"chatId": "c", "startKey": text}),
    "revoke: userId": lambda text: ("DELETE", "/permissions", {"userId": text, "chatId": "nobody-is-here"}),
    "dlq: queue": lambda text: ("GET", "/dlq", {"queue": text}),
    "dlq: id": lambda text: ("DELETE", "/dlq/" + urllib.parse.quote(text, safe=""), {}),
    "the path": lambda text: ("GET", "/" + urllib.parse.quote(text, safe="/"), {}),
    "a parameter's name": lambda text: ("GET", "/messages", {"chatId": "c", text: "x"}),
}
HEADERS = ("X-Request-Id", "X-Correlation-Id", "traceparent", "Origin", "User-Agent", "Idempotency-Key",
           "Authorization", "Content-Type", "X-Forwarded-For", "Sec-WebSocket-Protocol", "X-Anything")
ENVELOPES = {
    "id": lambda text: {"id": text, "type": "ping", "payload": {}},
    "type": lambda text: {"id": "1", "type": text, "payload": {}},
    "topics": lambda text: {"id": "1", "type": "subscribe", "payload": {"topics": [text]}},
    "channels": lambda text: {"id": "1", "type": "subscribe", "payload": {"channels": [text]}},
    "resume": lambda text: {"id": "1", "type": "subscribe", "payload": {"topics": ["chat:c"], "resume": text}},
    "epoch": lambda text: {"id": "1", "type": "subscribe", "payload": {"topics": ["chat:c"], "epoch": text}},
    "requestId": lambda text: {"action": "sendMessage", "requestId": text, **message()},
    "ackId": lambda text: {"action": "sendMessage", "requestAck": True, "ackId": text, **message()},
    "action": lambda text: {"action": text, **message()},
}


class Injection(SystemTest):
    settings = {"server": {"allowed_origins": ["http://allowed.example"]}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stored = 0  # acknowledged messages
        cls.grants = {("reader", "chat:c")}
        cls.daemon.grant("reader", "c")
        cls.schema = cls.read("SELECT type, name, sql FROM sqlite_master ORDER BY name")

    @classmethod
    def read(cls, sql):
        return read_rows(cls.daemon.folder.path / "notifyd.db", sql)

    def tearDown(self):
        """Whatever the test sent: the database contains what was acknowledged, and the log what happened."""
        self.assertEqual(self.read("SELECT type, name, sql FROM sqlite_master ORDER BY name"), self.schema)
        self.assertEqual(self.read("SELECT count(*) FROM messages"), [(Injection.stored,)])
        self.assertEqual({row[:2] for row in self.read("SELECT user, topic FROM permissions")}, Injection.grants)
        self.assertEqual(self.read("PRAGMA quick_check"), [("ok",)])
        self.assertEqual(self.daemon.find_events("forged"), [])
        self.assertIsNone(self.daemon.process.poll())

    def check(self, reply):
        self.assertIn(reply.status, ANSWERS, reply)
        self.assertEqual([name for name in reply.headers if "forged" in name.lower()], [])
        self.assertNotIn("Set-Cookie", reply.headers)
        if reply.body:
            json.loads(reply.body)

    def test_publish(self):
        for place, body in PUBLISH_BODIES.items():
            for text in injections.ALL:
                with self.subTest(place, text=text):
                    reply = self.http.post("/publish", self.service, body(text))
                    self.check(reply)
                    self.assertIn(reply.status, (200, 400))
                    Injection.stored += reply.status == 200 and "duplicate" not in reply.json

    def test_the_text_comes_back_unchanged(self):
        socket = self.daemon.websocket(mint("echo"))
        body = {"targetChannel": "WebSocket", "payload": {"targetClass": "user", "targetId": "echo"}}
        for text in injections.ALL:
            with self.subTest(text=text):
                body["payload"].update(content=text, eventType=text)
                self.assertEqual(self.http.post("/publish", self.service, body).status, 200)
                Injection.stored += 1
                message = socket.receive_message()
                self.assertEqual((message["content"], message["eventType"]), (text, text))
                page = self.http.get("/messages", mint("echo"), targetClass="user", targetId="echo", limit=1).json
                self.assertEqual(page["messages"][0]["content"], text)

    def test_queries_and_paths(self):
        for place, request in QUERIES.items():
            for text in injections.ALL:
                with self.subTest(place, text=text):
                    method, path, query = request(text)
                    if path == "/" or path.startswith("//"):
                        continue  # the try page; an authority
                    self.check(self.http.request(method, path, self.admin, query=query))

    def test_grants(self):
        for field in ("userId", "chatId", "role"):
            for text in injections.ALL:
                with self.subTest(field, text=text):
                    body = {"userId": "u", "chatId": "granted", field: text}
                    reply = self.http.post("/permissions", self.admin, body)
                    self.check(reply)
                    if reply.status == 200:
                        Injection.grants.add((body["userId"], "chat:" + body["chatId"]))

    def test_user_ids(self):
        for text in injections.ALL:
            with self.subTest(text=text):
                self.check(self.http.get("/permissions", mint(text)))

    def test_headers(self):
        """Sent byte for byte: after a line end in the text, the rest is the client's own header."""
        for header in HEADERS:
            for text in injections.ALL:
                raw = text.encode()
                with self.subTest(header, text=text), RawConnection(self.daemon.port) as client:
                    head = b"GET /version HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                    client.send(head + header.encode() + b": " + raw + b"\r\n\r\n")
                    try:
                        self.check(client.reply())
                    except (EOFError, http.client.HTTPException) as error:
                        self.fail(f"malformed answer: {error}")

    def test_frames(self):
        socket = self.daemon.websocket(mint("reader"), chat="c")
        for place, frame in ENVELOPES.items():
            for text in injections.ALL:
                with self.subTest(place, text=text):
                    socket.send_json(frame(text))
                    mark = socket.send_envelope("ping")
                    socket.receive_until(lambda answer: answer.get("id") == mark)
        # What was sent is stored; the last answers may still be on their way.
        socket.send_json({"action": "sendMessage", "requestId": "the last", **message()})
        socket.receive_until(lambda answer: answer.get("requestId") == "the last")
        Injection.stored = self.read("SELECT count(*) FROM messages")[0][0]


class TextLog(unittest.TestCase):
    def test_a_message_stays_on_its_line(self):
        """The text log is meant for a terminal, which must not execute its contents."""
        daemon = Daemon({"log": {"format": "text", "level": "debug"}}, expect_start=False)
        folder = daemon.folder
        try:
            with daemon.changed:
                self.assertTrue(daemon.changed.wait_for(lambda: any("listen" in line for line in daemon.lines), 10))
                line = next(line for line in daemon.lines if "listen" in line)
            daemon.port = int(line.split("127.0.0.1:")[1].split()[0].strip('"'))
            client = daemon.http()
            for text in injections.TERMINAL + injections.LINES:
                client.get("/permissions", mint(text))
                client.get("/" + urllib.parse.quote(text, safe=""), tokens.admin())
            client.close()
        finally:
            daemon.signal()
            daemon.wait()
            daemon.process.stderr.close()
        for line in daemon.lines:
            self.assertFalse([c for c in line if ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029"], line)
            self.assertFalse(line.startswith(("forged", "X-Forged", "{")), line)
        folder.remove()


if __name__ == "__main__":
    unittest.main()
