"""The WebSocket handshake: parameters, refusals, hello, subprotocol, origins, caps (docs/protocol.md)."""

import time
import unittest

from support.case import UUID, SystemTest
from support.daemon import eventually
from support.http_client import upgrade_request
from support.tokens import mint
from support.websocket import Refused


class Handshake(SystemTest):
    settings = {"connections": {"ping_interval": "20s", "idle_timeout": "60s"}}

    def assert_refused(self, status, code, **options):
        with self.assertRaises(Refused) as caught:
            self.daemon.websocket(**options)
        refusal = caught.exception
        self.assertEqual(refusal.status, status, refusal)
        self.assertEqual(refusal.json["code"], code)
        self.assertEqual(set(refusal.json), {"error", "code", "correlationId"})
        return refusal

    def test_hello(self):
        user, token = self.member()
        before = time.time() * 1000
        hello = self.daemon.websocket(token, self.chat).connected
        self.assertEqual(set(hello), {"type", "connectionId", "userId", "topics", "positions", "epoch",
                                      "heartbeatSeconds", "serverTime"})
        self.assertEqual((hello["type"], hello["userId"], hello["heartbeatSeconds"]), ("connected", user, 20))
        self.assertEqual(set(hello["topics"]), {"user:" + user, "chat:" + self.chat})
        self.assert_matches(UUID, hello["connectionId"])
        self.assertLess(abs(hello["serverTime"] - before), 60_000)
        self.assertTrue(hello["epoch"])
        self.assertEqual(hello["epoch"], self.daemon.websocket(token).connected["epoch"])

    def test_without_hello_clients_see_no_new_frames(self):
        user, token = self.member()
        socket = self.daemon.websocket(token, self.chat, hello=False)
        self.assertIsNone(socket.subprotocol)
        self.publish("first")
        self.assertEqual(socket.receive()["content"], "first")

    def test_subprotocol(self):
        socket = self.daemon.websocket(mint("u"), hello=False, subprotocols=["notifyd.v1"])
        self.assertEqual(socket.subprotocol, "notifyd.v1")
        self.assertEqual(socket.receive()["type"], "connected")

    def test_unknown_subprotocol_is_not_answered(self):
        socket = self.daemon.websocket(mint("u"), hello=False, subprotocols=["graphql-ws", "notifyd.v1"])
        self.assertEqual(socket.subprotocol, "notifyd.v1")
        socket = self.daemon.websocket(mint("u"), subprotocols=["graphql-ws"])
        self.assertIsNone(socket.subprotocol)

    def test_token_in_subprotocol(self):
        socket = self.daemon.websocket(hello=False, subprotocols=["notifyd.v1", "bearer." + mint("u")])
        self.assertEqual(socket.subprotocol, "notifyd.v1")
        self.assertEqual(socket.receive()["userId"], "u")

    def test_token_in_header(self):
        socket = self.daemon.websocket(headers={"Authorization": "Bearer " + mint("u")})
        self.assertEqual(socket.connected["userId"], "u")

    def test_paths(self):
        for path in ("/ws", "/"):
            with self.subTest(path):
                self.assertEqual(self.daemon.websocket(mint("u"), path=path).connected["userId"], "u")
        self.assert_refused(404, "not_found", token=mint("u"), path="/other")

    def test_chats_in_every_form(self):
        user = self.name("user")
        chats = [self.name("chat") for _ in range(5)]
        for chat in chats:
            self.daemon.grant(user, chat)
        query = [("chatId", chats[0]), ("chatIds", f"{chats[1]},{chats[2]}"), ("chatId", chats[3]),
                 ("chatIds", chats[4]), ("chatId", chats[0])]
        topics = self.daemon.websocket(mint(user), query=query).connected["topics"]
        self.assertEqual(sorted(topics), sorted(["user:" + user] + ["chat:" + chat for chat in chats]))

    def test_encoded_ids(self):
        user, chat = self.name("user"), "r\u00e4um & more/%2C+?"
        self.daemon.grant(user, chat)
        self.assertIn("chat:" + chat, self.daemon.websocket(mint(user), chat).connected["topics"])

    def test_user_id_parameter(self):
        self.daemon.websocket(mint("u"), query={"userId": "u"})
        self.assert_refused(403, "forbidden", token=mint("u"), query={"userId": "other"})

    def test_bad_parameters(self):
        token = self.admin
        for query in ({"chatId": "a" * 257}, {"chatIds": "a,,b"}, {"chatId": "a\x01"}, {"orgId": ",b"},
                      {"user": "u"}, {"chat_ids": "a,b"}, {"chatIds": ",".join(f"c{n}" for n in range(101))}):
            with self.subTest(query):
                self.assert_refused(400, "invalid_request", token=token, query=query)
        self.daemon.websocket(token, query={"chatIds": ",".join(f"c{n}" for n in range(100))})

    def test_an_empty_list_means_no_topics(self):
        user, token = self.member()
        for name in ("chatIds", "chatId", "orgId", "resume"):
            with self.subTest(name):
                self.assertEqual(self.daemon.websocket(token, query={name: ""}).connected["topics"], ["user:" + user])

    def test_bad_tokens(self):
        for token in (None, "", "x", "a.b", "a.b.c", mint("u", secret="not the daemon's secret, 32 bytes or more"),
                      mint("u", lifetime=-3600), mint("u", nbf=int(time.time()) + 3600), mint("u", exp=None),
                      mint(None), mint("u\x01"), mint("u", algorithm="HS512"),
                      mint("u", secret="", algorithm="none")):
            with self.subTest(token=(token or "none")[:40]):
                self.assert_refused(401, "unauthorized", token=token)

    def test_long_token(self):
        for length, refused in ((5000, False), (6500, True)):  # base64 adds a third: below and above 8 KiB
            headers = {"Authorization": "Bearer " + mint("u", padding="x" * length)}
            if refused:
                self.assert_refused(401, "unauthorized", headers=headers)
            else:
                self.daemon.websocket(headers=headers)

    def test_leeway(self):
        self.daemon.websocket(mint("u", lifetime=-5))
        self.daemon.websocket(mint("u", nbf=int(time.time()) + 10))

    def test_forbidden_topics(self):
        _, token = self.member()
        self.assert_refused(403, "forbidden", token=token, chat="not-mine")
        self.assert_refused(403, "forbidden", token=token, query=[("chatId", self.chat), ("chatId", "not-mine")])
        self.assert_refused(403, "forbidden", token=token, query={"orgId": "not-mine"})

    def test_viewers_and_admin_tokens_may_listen(self):
        _, viewer = self.member(role="viewer")
        for token in (viewer, self.admin):
            self.daemon.websocket(token, self.chat)

    def test_not_an_upgrade(self):
        reply = self.http.get("/ws", self.admin)
        self.assert_error(reply, 426, "upgrade_required")
        self.assertEqual(reply.headers["Upgrade"].lower(), "websocket")

    def test_broken_upgrades(self):
        good = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        for name, value in (("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Key", "short"), ("Upgrade", "h2c")):
            with self.subTest(name):
                reply = self.daemon.http().request("GET", "/ws?token=" + self.admin, headers={**good, name: value})
                self.assertIn(reply.status, (400, 426), reply)

    def test_repeated_list_headers_form_one_list(self):
        rest = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer %s\r\n\r\n" % self.admin.encode()
        upgrade = b"Upgrade: websocket\r\n"
        version = b"Sec-WebSocket-Version: 13\r\n"
        for lines, status in (
            (b"Connection: keep-alive\r\nConnection: Upgrade\r\n" + upgrade + version, 101),
            (b"Connection: Upgrade\r\nConnection: keep-alive\r\n" + upgrade + version, 101),
            (b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + upgrade + version, 101),
            (b"Connection: keep-alive\r\nConnection: close\r\n" + upgrade + version, 400),
            (b"Connection: Upgrade\r\n" + upgrade + version * 2, 426),
            (b"Connection: Upgrade\r\n" + upgrade + version + b"Sec-WebSocket-Version: 8\r\n", 426),
        ):
            with self.subTest(lines), self.daemon.raw() as raw:
                raw.send(b"GET /ws HTTP/1.1\r\nHost: x\r\n" + lines + rest)
                self.assertEqual(raw.reply().status, status)

    def test_a_refused_connection_can_be_used_again(self):
        """The refusal is an ordinary HTTP response: the next request on the connection is answered, too."""
        raw = self.daemon.raw()
        raw.send(upgrade_request())
        reply = raw.reply()
        self.assertEqual(reply.status, 401)
        if reply.headers.get("Connection", "").lower() != "close":
            raw.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(raw.reply().status, 200)

    def test_connections_are_logged(self):
        socket = self.daemon.websocket(mint("logged-user"))
        opened = self.daemon.wait_for_event("connection_opened", lambda e: e["user_id"] == "logged-user")
        self.assertEqual(opened["connection_id"], socket.connected["connectionId"])
        socket.close()
        closed = self.daemon.wait_for_event("connection_closed", lambda e: e["user_id"] == "logged-user")
        self.assertEqual(closed["connection_id"], socket.connected["connectionId"])


class BasePath(SystemTest):
    settings = {"server": {"base_path": "/dvl"}}

    def test_paths(self):
        for path in ("/dvl", "/dvl/", "/dvl/ws"):
            with self.subTest(path):
                self.daemon.websocket(mint("u"), path=path)
        with self.assertRaises(Refused) as caught:
            self.daemon.websocket(mint("u"), path="/ws")
        self.assertEqual(caught.exception.status, 404)

    def test_http(self):
        self.assertEqual(self.daemon.http("/dvl").get("/healthz").status, 200)
        self.assertEqual(self.daemon.http("/dvl").post("/publish", self.service, self.body()).status, 200)
        self.assertEqual(self.http.post("/publish", self.service, self.body()).status, 404)


class Origins(SystemTest):
    settings = {"server": {"allowed_origins": ["https://app.example", "http://localhost:3000"]}}

    def test_upgrade(self):
        for origin in ("https://app.example", "http://localhost:3000", None):
            with self.subTest(origin):
                self.daemon.websocket(mint("u"), origin=origin)
        for origin in ("https://evil.example", "http://app.example", "https://app.example.evil", "null"):
            with self.subTest(origin):
                with self.assertRaises(Refused) as caught:
                    self.daemon.websocket(mint("u"), origin=origin)
                self.assertEqual(caught.exception.status, 403)


class PerUserCap(SystemTest):
    settings = {"connections": {"max_per_user": 2}}

    def test_reject(self):
        first, second = (self.daemon.websocket(mint("u")) for _ in range(2))
        with self.assertRaises(Refused) as caught:
            self.daemon.websocket(mint("u"))
        self.assertEqual(caught.exception.status, 429)
        self.assertEqual(caught.exception.json["code"], "rate_limited")
        self.assertGreaterEqual(int(caught.exception.headers["Retry-After"]), 1)
        self.daemon.websocket(mint("somebody-else"))
        self.assertEqual(second.ask("ping")["type"], "pong")
        first.close()

        def admitted():
            try:
                self.daemon.websocket(mint("u"))
                return True
            except Refused:
                return False

        self.assertTrue(eventually(admitted), "the place of a closed connection is not free again")


class ServerFull(SystemTest):
    settings = {"limits": {"max_connections": 3}}

    def test_503(self):
        sockets = [self.daemon.websocket(mint(f"u{n}")) for n in range(3)]
        with self.assertRaises(Refused) as caught:
            self.daemon.websocket(mint("late"))
        self.assertEqual(caught.exception.status, 503)
        self.assertEqual(caught.exception.json["code"], "unavailable")
        self.assertGreaterEqual(int(caught.exception.headers["Retry-After"]), 1)
        for socket in sockets:
            self.assertEqual(socket.ask("ping")["type"], "pong")


if __name__ == "__main__":
    unittest.main()
