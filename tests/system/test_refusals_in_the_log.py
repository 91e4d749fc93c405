"""The log alone explains why a client was refused (docs/operations.md): the user, if known; the topic or origin; the
reason, the status, the address and the id that the client received."""

import json
import unittest

from support.case import SystemTest
from support.connection_tokens import TokenTest
from support.daemon import Daemon, eventually
from support.tokens import mint
from support.websocket import Refused

NAMED = {"address": "127.0.0.1"}


class Log(SystemTest):
    def line(self, kind, correlation_id, **fields):
        """Waits for the event of a refusal with these fields."""
        event = self.daemon.wait_for_event(kind, lambda event: event.get("correlation_id") == correlation_id)
        for name, value in {**NAMED, **fields}.items():
            self.assertEqual(event.get(name), value, (name, event))
        self.assertTrue(event["what"] if "what" in event else kind == "auth_failed", event)
        return event

    def refuse(self, token=None, daemon=None, **options):
        with self.assertRaises(Refused) as caught:
            (daemon or self.daemon).websocket(token, **options)
        return caught.exception.json["correlationId"]


class Connects(Log, TokenTest):
    settings = {**TokenTest.settings, "server": {"allowed_origins": ["https://app.example"]},
                "connections": {"max_per_user": 1}}

    def test_the_log_says_why_bob_cannot_connect(self):
        bob = self.name("bob")
        used = self.ticket(mint(bob))
        self.daemon.websocket(used).close()
        gone = lambda: self.http.get("/@connections", self.admin, userId=bob).json["count"] == 0
        self.assertTrue(eventually(gone))
        for name, reason, options, fields in (
            ("expired", "expired", {"token": mint(bob, lifetime=-3600)}, {"status": 401, "user_id": bob}),
            ("too early", "not_yet_valid", {"token": mint(bob, nbf=9_999_999_999)}, {"status": 401, "user_id": bob}),
            ("used", "used", {"token": used}, {"status": 401, "user_id": bob}),
            ("forged", "signature", {"token": mint(bob, secret="x" * 40)}, {"status": 401, "user_id": None}),
            ("none", "missing", {}, {"status": 401, "user_id": None}),
            ("chat", "topic", {"token": mint(bob), "chat": "room"}, {"status": 403, "user_id": bob, "chat_id": "room"}),
            ("org", "topic", {"token": mint(bob), "query": {"orgId": "acme"}},
             {"status": 403, "user_id": bob, "topic_class": "org", "topic_id": "acme"}),
            ("user", "other_user", {"token": mint(bob), "query": {"userId": "alice"}}, {"status": 403, "user_id": bob}),
            ("origin", "origin", {"token": mint(bob), "origin": "https://evil.example"},
             {"status": 403, "origin": "https://evil.example", "user_id": bob}),
            ("parameter", "invalid_request", {"token": mint(bob), "query": {"chatId": "a\x01"}},
             {"status": 400, "user_id": bob}),
            ("subprotocol", "invalid_request", {"hello": False, "subprotocols": ["bearer." + mint(bob)]},
             {"status": 400, "user_id": bob}),
        ):
            with self.subTest(name):
                correlation_id = self.refuse(**options)
                self.line("connection_refused", correlation_id, reason=reason, **fields)
                if reason not in ("origin", "invalid_request"):
                    fields.pop("status")
                    self.line("auth_failed", correlation_id, reason=reason, **fields)

    def test_limits_are_named(self):
        bob = self.name("bob")
        self.daemon.websocket(mint(bob))
        self.line("connection_refused", self.refuse(mint(bob)), status=429, reason="connections.max_per_user",
                  user_id=bob)
        daemon = Daemon({"limits": {"connects_per_minute_per_ip": 1, "connects_per_minute_per_user": 1,
                                    "max_connections": 2}})
        self.addCleanup(daemon.stop)
        self.addCleanup(setattr, self, "daemon", self.daemon)
        self.daemon = daemon
        daemon.websocket(mint(bob))
        self.line("connection_refused", self.refuse(mint(bob)), status=429, user_id=bob,
                  reason="limits.connects_per_minute_per_user")
        self.refuse(mint(bob), chat="room")
        self.line("connection_refused", self.refuse(mint(bob), chat="room"), status=429, user_id=bob, chat_id="room",
                  reason="limits.connects_per_minute_per_ip")
        daemon.websocket(mint("alice"))
        self.line("connection_refused", self.refuse(mint("late")), status=503, user_id="late",
                  reason="limits.max_connections")

    def test_a_get_on_the_socket_path_names_the_origin(self):
        bob = self.name("bob")
        reply = self.http.request("GET", "/ws", mint(bob), headers={"Origin": "https://evil.example"})
        self.line("request_refused", json.loads(reply.body)["correlationId"], reason="origin", user_id=bob,
                  origin="https://evil.example", route="/ws")

    def test_a_hostile_name_stays_on_its_line(self):
        name = 'bob\u2028{"event_type":"forged"}\u202e"x'
        self.line("connection_refused", self.refuse(mint(name), chat="a\"b{}"), user_id=name, chat_id="a\"b{}")
        self.assertEqual(self.daemon.find_events("forged"), [])


class Requests(Log):
    settings = {"limits": {"max_message": "16KiB", "permission_writes_per_minute": 2}}

    def line_of(self, reply, **fields):
        return self.line("request_refused", reply.json["correlationId"], **{"status": reply.status, **fields})

    def test_endpoints(self):
        bob, token = self.member("bob", role="viewer")
        foreign = {"userId": bob, "chatId": "foreign"}
        for reply, fields in (
            (self.http.post("/publish", token, self.body()),
             {"reason": "forbidden", "user_id": bob, "chat_id": self.chat, "route": "/publish", "method": "POST"}),
            (self.http.get("/messages", token, chatId="foreign"),
             {"reason": "forbidden", "user_id": bob, "chat_id": "foreign", "route": "/messages"}),
            (self.http.get("/permissions", token, chatId="foreign"),
             {"reason": "forbidden", "user_id": bob, "chat_id": "foreign", "route": "/permissions"}),
            (self.http.post("/permissions", token, foreign),
             {"reason": "forbidden", "user_id": bob, "chat_id": "foreign", "route": "/permissions"}),
            (self.http.delete("/permissions", token, userId="x", chatId="foreign"),
             {"reason": "forbidden", "user_id": bob, "chat_id": "foreign", "method": "DELETE"}),
            (self.http.get("/@connections", token), {"reason": "forbidden", "user_id": bob, "route": "/@connections"}),
            (self.http.get("/dlq", token), {"reason": "forbidden", "user_id": bob, "route": "/dlq"}),
            (self.http.post("/publish", token, "{"), {"reason": "invalid_json", "user_id": bob}),
            (self.http.post("/publish", token, {}), {"reason": "invalid_request", "user_id": bob}),
            (self.http.post("/publish", None, self.body()), {"reason": "missing", "user_id": None}),
            (self.http.get("/messages", "not.a.token"), {"reason": "malformed", "route": "/messages"}),
            (self.http.get("/nowhere", token), {"reason": "not_found", "route": "unknown"}),
            (self.http.get("/publish", token), {"reason": "method_not_allowed"}),
            (self.http.request("POST", "/publish", token, "x", headers={"Content-Type": "text/html"}),
             {"reason": "unsupported_media_type", "user_id": bob}),
        ):
            with self.subTest(fields):
                self.line_of(reply, **fields)

    def test_the_reader(self):
        head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
        post = b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n" % self.service.encode()
        for data, fields in (
            (b"nonsense\r\n\r\n", {"status": 400, "reason": "invalid_request"}),
            (head + b"Host: y\r\n\r\n", {"status": 400, "reason": "invalid_request", "method": "GET"}),
            (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {"status": 414, "reason": "uri_too_long"}),
            (head + b"X-A: " + b"x" * 20_000, {"status": 431, "reason": "headers_too_large"}),
            (post + b"Content-Length: 20000\r\n\r\n",
             {"status": 413, "reason": "payload_too_large", "route": "/publish"}),
            (post + b"Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
             {"status": 415, "reason": "unsupported_media_type", "route": "/publish"}),
            (b"POST /publish/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n",
             {"status": 401, "reason": "missing", "route": "/publish/batch"}),
        ):
            with self.subTest(fields), self.daemon.raw() as raw:
                raw.send(data)
                reply = raw.reply()
                self.assertEqual(reply.status, fields["status"])
                self.line_of(reply, **fields)

    def test_a_malformed_token_is_distinguished_from_a_missing_one(self):
        """Wherever a token can be sent: before a small body, before a large one, in both forms of a connect."""
        for form in (self.service, "Basic YTpi", "Token abc"):
            head = (b"%s HTTP/1.1\r\nHost: x\r\nAuthorization: " + form.encode() + b"\r\n%s\r\n")
            upgrade = (b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
            small, large = b"Content-Length: 2\r\n", b"Content-Length: 40000\r\n"
            for request in ((b"POST /publish", small), (b"POST /publish", large), (b"GET /ws", b""),
                            (b"GET /ws", upgrade)):
                with self.subTest(form[:5], request=request), self.daemon.raw() as raw:
                    raw.send(head % request + (b"{}" if b": 2" in request[1] else b""))
                    reply = raw.reply()
                    self.assertEqual((reply.status, reply.json["error"]),
                                     (401, 'The Authorization header must be "Bearer <token>"'))

    def test_the_user_of_a_refused_body_is_logged(self):
        bob, token = self.member("bob")
        post = (b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n"
                % token.encode())
        for data, status in ((post + b"\r\n8000\r\n" + b"x" * 0x8000 + b"\r\n0\r\n\r\n", 413),
                             (post + b"Content-Encoding: gzip\r\n\r\n", 415), (post + b"\r\nnonsense\r\n", 400)):
            with self.subTest(status), self.daemon.raw() as raw:
                raw.send(data)
                reply = raw.reply()
                self.assertEqual(reply.status, status)
                self.line_of(reply, user_id=bob)

    def test_the_log_has_the_id_of_the_answer(self):
        """A large body without a good token: both lines have the id that the client received."""
        with self.daemon.raw() as raw:
            raw.send(b"POST /publish/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\n"
                     b"Content-Length: 99999\r\n\r\n")
            self.line("auth_failed", raw.reply().json["correlationId"], reason="malformed")

    def test_a_token_is_refused_once(self):
        """One event per request, whether the token is checked before a large body or after a small one; none on routes
        that need no token."""
        bob = self.name("bob")
        expired = mint(bob, lifetime=-3600)
        large = self.body("x" * 15_500)
        for token, method, path, body, verdicts in (
            (None, "POST", "/publish", self.body(), 1),
            (None, "POST", "/publish/batch", {"messages": [large, large]}, 1),
            ("not.a.token", "POST", "/publish", self.body(), 1),
            ("not.a.token", "POST", "/publish/batch", {"messages": [large, large]}, 1),
            (expired, "GET", "/dlq", None, 1),
            (expired, "POST", "/publish/batch", {"messages": [large, large]}, 1),
            (expired, "GET", "/healthz", None, 0),
            (expired, "GET", "/nowhere", None, 0),
            (expired, "GET", "/publish", None, 0),
            (mint(bob), "GET", "/dlq", None, 0),
        ):
            with self.subTest(path=path, token=token):
                reply = self.daemon.http().request(method, path, token, body)
                asked = reply.headers["X-Request-Id"]
                if verdicts:
                    self.assertEqual(reply.headers["WWW-Authenticate"], "Bearer")
                    # The user named by a valid signature is in both lines.
                    user = bob if token == expired else None
                    self.line("auth_failed", asked, user_id=user)
                    self.line_of(reply, user_id=user)
                elif reply.status >= 400:
                    self.line_of(reply)
                counts = [sum(event.get("correlation_id") == asked for event in self.daemon.find_events(kind))
                          for kind in ("auth_failed", "request_refused")]
                self.assertEqual(counts, [verdicts, reply.status >= 400])

    def test_limits_are_named(self):
        bob, token = self.member("bob", role="admin")
        replies = [self.http.post("/permissions", token, {"userId": "x", "chatId": self.chat}) for _ in range(3)]
        self.assertEqual([reply.status for reply in replies], [200, 200, 429])
        self.line_of(replies[2], reason="limits.permission_writes_per_minute", user_id=bob)

    def test_entries_of_a_batch(self):
        bob, token = self.member("bob")
        reply = self.http.post("/publish/batch", token, {"messages": [self.body(), self.body(chat="foreign")]})
        self.assertEqual((reply.status, reply.json["failed"]), (200, 1))
        refused = self.daemon.wait_for_event(
            "request_refused", lambda event: event.get("user_id") == bob and event["status"] == 403)
        self.assertEqual((refused["chat_id"], refused["route"], refused["correlation_id"]),
                         ("foreign", "/publish/batch", reply.headers["X-Request-Id"]))

    def test_frames(self):
        bob, token = self.member("bob", role="viewer")
        socket = self.daemon.websocket(token, self.chat)
        socket.send_json({"action": "sendMessage", **self.body()})
        self.assertEqual(socket.receive()["statusCode"], 403)
        socket.ask("subscribe", {"topics": ["chat:foreign"]})
        socket.send_text("{")
        for reason, chat in (("forbidden", self.chat), ("forbidden", "foreign"), ("invalid_json", None)):
            with self.subTest(reason, chat=chat):
                refused = self.daemon.wait_for_event(
                    "frame_refused", lambda event, reason=reason, chat=chat: event["reason"] == reason and
                    event.get("chat_id") == chat and event["user_id"] == bob)
                self.assertEqual(refused["connection_id"], socket.connected["connectionId"])
                self.assertEqual(refused["address"], "127.0.0.1")


class AtInfo(unittest.TestCase):
    """At most a few per second are logged, and the next one says how many were suppressed."""

    def test_a_flood_of_refusals_is_sampled(self):
        daemon = Daemon({"log": {"level": "info"}})
        self.addCleanup(daemon.stop)
        http = daemon.http()
        for _ in range(1000):
            self.assertEqual(http.get("/nowhere").status, 404)
        refused = daemon.find_events("request_refused")
        self.assertGreater(len(refused), 0)
        self.assertLess(len(refused), 500)
        self.assertEqual(daemon.find_events("request_served"), [])

        def one_that_says_how_many():
            http.get("/nowhere")
            return any("left_out" in event for event in daemon.find_events("request_refused"))

        self.assertTrue(eventually(one_that_says_how_many))


class ForwardedFor(unittest.TestCase):
    def test_an_untrusted_proxy_is_reported_once(self):
        daemon = Daemon({"server": {"trusted_proxies": ["10.0.0.0/8"]}})
        self.addCleanup(daemon.stop)
        for _ in range(3):
            http = daemon.http()
            for _ in range(3):
                http.request("GET", "/healthz", headers={"X-Forwarded-For": "198.51.100.7"})
        warning = daemon.wait_for_event("forwarded_for_ignored")
        self.assertEqual((warning["level"], warning["address"]), ("warn", "127.0.0.1"))
        self.assertIn("server.trusted_proxies", warning["what"])
        self.assertIn("127.0.0.1", warning["what"])
        self.assertEqual(len(daemon.find_events("forwarded_for_ignored")), 1)

    def test_a_trusted_proxy_is_not_reported(self):
        daemon = Daemon({"server": {"trusted_proxies": ["127.0.0.0/8"]}})
        self.addCleanup(daemon.stop)
        reply = daemon.http().request("GET", "/nowhere", headers={"X-Forwarded-For": "198.51.100.7"})
        refused = daemon.wait_for_event(
            "request_refused", lambda event: event["correlation_id"] == json.loads(reply.body)["correlationId"])
        self.assertEqual(refused["address"], "198.51.100.7")
        self.assertEqual(daemon.find_events("forwarded_for_ignored"), [])


if __name__ == "__main__":
    unittest.main()
