"""Why a connect would fail: a plain GET on the socket's path answers what the handshake would, and uses nothing up
(docs/protocol.md)."""

import unittest

from support.case import SystemTest
from support.connection_tokens import TokenTest
from support.daemon import Daemon
from support.tokens import mint
from support.websocket import Refused


class Explained(TokenTest):
    settings = {**TokenTest.settings,
                "server": {"allowed_origins": ["https://app.example"]},
                "limits": {"topics_per_connection": 3},
                "connections": {"max_per_user": 2}}

    def ask(self, token=None, headers=None, **query):
        return self.http.request("GET", "/ws", token, query=query, headers=headers)

    def would_connect(self, reply):
        self.assert_error(reply, 426, "upgrade_required")
        self.assertEqual(reply.headers["Upgrade"], "websocket")

    def test_a_get_answers_what_the_handshake_would(self):
        user, token = self.member()
        for status, code, answer in (
            (401, "unauthorized", self.ask()),
            (401, "unauthorized", self.ask("not.a.token")),
            (401, "unauthorized", self.ask(mint(user, lifetime=-3600))),
            (401, "unauthorized", self.ask(token="not.a.token")),
            (403, "forbidden", self.ask(token, chatId="not-mine")),
            (403, "forbidden", self.ask(token, orgId="not-mine")),
            (403, "forbidden", self.ask(token, userId="somebody-else")),
            (403, "forbidden", self.ask(token, {"Origin": "https://evil.example"})),
            (400, "invalid_request", self.ask(token, chatId="a\x01")),
            (400, "invalid_request", self.ask(token, chatIds="a,b,c,d")),
            (400, "invalid_request", self.ask(token, resume="not-mine:5")),
            (400, "invalid_request", self.ask(token, {"Sec-WebSocket-Protocol": "bearer." + token})),
        ):
            self.assert_error(answer, status, code)
        self.would_connect(self.ask(token, chatId=self.chat, userId=user))
        self.would_connect(self.ask(token, {"Origin": "https://app.example"}))
        self.would_connect(self.ask(headers={"Sec-WebSocket-Protocol": "notifyd.v1, bearer." + token}))
        self.would_connect(self.http.request("GET", f"/ws?token={token}"))
        self.assertEqual(self.http.request("HEAD", "/ws").status, 401)

    def test_a_page_may_read_the_answer(self):
        reply = self.ask("not.a.token", {"Origin": "https://app.example"})
        self.assertEqual((reply.status, reply.headers["Access-Control-Allow-Origin"]), (401, "https://app.example"))

    def test_a_connection_token_is_not_used_up(self):
        user = self.name("user")
        ticket = self.ticket(mint(user))
        for _ in range(3):
            self.would_connect(self.http.request("GET", f"/ws?token={ticket}"))
            self.assert_error(self.http.request("GET", f"/ws?token={ticket}&chatId=not-mine"), 403, "forbidden")
        self.assertEqual(self.daemon.websocket(ticket).connected["userId"], user)
        self.assert_error(self.http.request("GET", f"/ws?token={ticket}"), 401, "unauthorized")

    def test_a_full_user(self):
        token = mint(self.name("user"))
        for _ in range(2):
            for _ in range(5):  # none of them counts as a connection
                self.would_connect(self.ask(token))
            self.daemon.websocket(token)
        self.assert_error(self.ask(token), 429, "rate_limited")
        self.assert_refused(429, "rate_limited", token)

    def test_the_answer_is_logged(self):
        user, token = self.member()
        reply = self.ask(token, chatId="secret-room")
        refused = self.daemon.wait_for_event(
            "request_refused", lambda event: event["correlation_id"] == reply.json["correlationId"])
        self.assertEqual((refused["user_id"], refused["chat_id"], refused["route"], refused["reason"]),
                         (user, "secret-room", "/ws", "topic"))


class BearerAlone(TokenTest):
    def test_a_bearer_without_a_token_is_400_and_uses_no_token_up(self):
        ticket = self.ticket(mint("u"))
        for offered in (["bearer." + ticket], ["graphql-ws", "bearer." + ticket]):
            with self.subTest(len(offered)):
                with self.assertRaises(Refused) as caught:
                    self.daemon.websocket(hello=False, subprotocols=offered)
                self.assertEqual((caught.exception.status, caught.exception.json["code"]), (400, "invalid_request"))
                self.assertIn("notifyd.v1", caught.exception.json["error"])
                self.assertNotIn(ticket[:20], caught.exception.json["error"])
        socket = self.daemon.websocket(hello=False, subprotocols=["notifyd.v1", "bearer." + ticket])
        self.assertEqual(socket.receive()["userId"], "u")


class Limits(unittest.TestCase):
    def test_neither_limit_is_used_up(self):
        daemon = Daemon({"limits": {"connects_per_minute_per_ip": 2, "connects_per_minute_per_user": 2}})
        self.addCleanup(daemon.stop)
        http, token = daemon.http(), mint("u")
        statuses = [http.get("/ws", "not.a.token").status for _ in range(10)]
        self.assertEqual(statuses, [401] * 10)
        self.assertEqual([http.get("/ws", token).status for _ in range(10)], [426] * 10)
        for _ in range(2):
            daemon.websocket(token)
        reply = http.get("/ws", token)
        self.assertEqual(reply.status, 429)
        self.assertGreaterEqual(int(reply.headers["Retry-After"]), 50)
        for _ in range(2):
            with self.assertRaises(Refused):
                daemon.websocket("not.a.token")
        # From here on, what the handshake would answer.
        self.assertEqual(http.get("/ws", "not.a.token").status, 429)
        self.assertEqual(http.get("/ws", mint("somebody-else")).status, 426)

    def test_a_full_server(self):
        daemon = Daemon({"limits": {"max_connections": 1}})
        self.addCleanup(daemon.stop)
        self.assertEqual(daemon.http().get("/ws", mint("u")).status, 426)
        daemon.websocket(mint("u"))
        reply = daemon.http().get("/ws", mint("late"))
        self.assertEqual((reply.status, reply.json["code"]), (503, "unavailable"))


class BasePath(SystemTest):
    settings = {"server": {"base_path": "/dvl"}}

    def test_path(self):
        self.assert_error(self.http.get("/dvl/ws"), 401, "unauthorized")
        self.assert_error(self.http.get("/dvl/ws", self.admin), 426, "upgrade_required")
        # The try page.
        self.assertEqual(self.http.get("/dvl/").status, 200)


if __name__ == "__main__":
    unittest.main()
