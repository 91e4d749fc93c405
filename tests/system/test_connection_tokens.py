"""Connection tokens: issued, limited, used by a connect, revoked (docs/protocol.md)."""

import hashlib
import hmac
import json
import time
import uuid

from support.case import UUID
from support.connection_tokens import PREVIOUS_SECRET, SIGNING_SECRET, TokenTest, encoded, payload_of, signed
from support.daemon import eventually
from support.http_client import upgrade_request
from support.operator_tools import read_rows
from support.settings import SECRET
from support.tokens import mint
from support.websocket import Refused


class Issue(TokenTest):
    def test_a_token_has_the_specified_format(self):
        user, jwt = self.member()
        before = time.time() * 1000
        reply = self.http.post("/ws/token", jwt, {"channels": ["social", "system"]})
        self.assertEqual(reply.status, 201, reply)
        self.assertEqual(set(reply.json), {"token", "tokenId", "expiresAt"})
        token = reply.json["token"]
        text, _, signature = token.partition(".")
        self.assertEqual(signature, encoded(hmac.new(SIGNING_SECRET.encode(), text.encode(), hashlib.sha256).digest()))
        payload = payload_of(token)
        self.assertEqual(set(payload), {"userId", "issuedAt", "expiresAt", "tokenId", "allowedChannels"})
        self.assertEqual((payload["userId"], payload["allowedChannels"]), (user, ["social", "system"]))
        self.assertEqual((payload["tokenId"], payload["expiresAt"]), (reply.json["tokenId"], reply.json["expiresAt"]))
        self.assert_matches(UUID, payload["tokenId"])
        self.assertEqual(payload["expiresAt"] - payload["issuedAt"], 60_000)
        self.assertLess(abs(payload["issuedAt"] - before), 10_000)
        self.assertEqual(reply.headers["Cache-Control"], "no-store")
        self.assertNotIn("allowedChannels", payload_of(self.ticket(jwt)))

    def test_who_may_not_get_a_token(self):
        _, jwt = self.member()
        self.assert_error(self.http.post("/ws/token"), 401, "unauthorized")
        self.assert_error(self.http.post("/ws/token", mint("u", lifetime=-60)), 401, "unauthorized")
        refusal = self.http.post("/ws/token", jwt, {"channels": ["social", "audit"]})
        self.assertIn("audit", self.assert_error(refusal, 403, "forbidden")["error"])
        self.assertEqual(payload_of(self.ticket(self.admin, ["audit"]))["allowedChannels"], ["audit"])

    def test_bad_bodies_are_refused(self):
        _, jwt = self.member()
        for body, status, code in [("{", 400, "invalid_json"), ('{"channels":[],"channels":[]}', 400, "invalid_json"),
                                   ([], 400, "invalid_request"), ({"channels": "social"}, 400, "invalid_request"),
                                   ({"channels": [7]}, 400, "invalid_request"),
                                   ({"channels": ["*"]}, 400, "invalid_request"),
                                   ({"channels": [f"c{i}" for i in range(51)]}, 400, "invalid_request")]:
            with self.subTest(body=body):
                self.assert_error(self.http.post("/ws/token", jwt, body), status, code)
        reply = self.http.post("/ws/token", jwt, "<a/>", headers={"Content-Type": "text/xml"})
        self.assert_error(reply, 415, "unsupported_media_type")
        self.assertEqual(self.http.get("/ws/token", jwt).status, 405)

    def test_a_connection_token_is_not_accepted_as_a_jwt(self):
        ticket = self.ticket(self.admin)
        for method, path in [("POST", "/ws/token"), ("DELETE", "/ws/token"), ("GET", "/permissions"), ("GET", "/dlq"),
                             ("GET", "/messages?chatId=a"), ("POST", "/publish"), ("POST", "/permissions")]:
            with self.subTest(path=path):
                reply = self.http.request(method, path, ticket)
                self.assert_error(reply, 401, "unauthorized", "A connection token is for a WebSocket connect only")
        self.daemon.websocket(ticket)  # none of that has used it up


class Connect(TokenTest):
    def test_a_token_is_accepted_wherever_a_jwt_is(self):
        user, jwt = self.member()
        sockets = [self.daemon.websocket(self.ticket(jwt), self.chat),
                   self.daemon.websocket(chat=self.chat, headers={"Authorization": "Bearer " + self.ticket(jwt)}),
                   self.daemon.websocket(chat=self.chat, hello=False,
                                         subprotocols=["notifyd.v1", "bearer." + self.ticket(jwt)])]
        self.assertEqual(sockets[2].subprotocol, "notifyd.v1")
        self.publish("to all three")
        for connection in sockets:
            self.assertEqual(connection.receive_message()["content"], "to all three")
        self.assertEqual(sockets[0].connected["userId"], user)

    def test_a_token_can_be_used_once(self):
        _, jwt = self.member()
        ticket = self.ticket(jwt)
        with self.daemon.websocket(ticket):
            refusal = self.assert_refused(401, "unauthorized", ticket)
            self.assertEqual(refusal["error"], "Token is invalid")
            self.assert_reason(refusal, "used")
        self.assert_refused(401, "unauthorized", ticket)

    def test_the_connection_has_the_rights_of_the_jwt(self):
        chat = self.name("theirs")
        service = self.daemon.websocket(self.ticket(self.service))
        service.send_json({"action": "sendMessage", **self.body("from a service", chat=chat)})
        self.assertIn("messageId", service.receive())
        member = self.daemon.websocket(self.ticket(mint("m", orgId="o1")), query={"orgId": "o1"})
        self.assertIn("org:o1", member.connected["topics"])
        self.assert_refused(403, "forbidden", self.ticket(mint("m", orgId="o2")), query={"orgId": "o1"})
        plain = self.daemon.websocket(self.ticket(mint("plain")))
        plain.send_json({"action": "sendMessage", **self.body("not allowed", chat=chat)})
        self.assertEqual(plain.receive()["statusCode"], 403)
        self.assertIn("chat:" + chat, self.daemon.websocket(self.ticket(self.admin), chat).connected["topics"])

    def test_a_refused_connect_does_not_use_the_token_up(self):
        user, jwt = self.member()
        ticket = self.ticket(jwt)
        self.assert_refused(403, "forbidden", ticket, chat=self.name("no-permission"))
        self.assert_refused(403, "forbidden", ticket, query={"userId": "somebody-else"})
        self.assert_refused(400, "invalid_request", ticket, query={"chatId": "a\nb"})
        self.assert_refused(400, "invalid_request", ticket, query={"resume": "elsewhere:1"})
        for key in ("", "short"):
            raw = self.daemon.raw()
            raw.send(upgrade_request(f"/ws?token={ticket}", key=key))
            self.assertIn(b" 400 ", raw.file.readline())
        self.assertEqual(self.http.get("/messages", ticket, chatId=self.chat).status, 401)
        connection = self.daemon.websocket(ticket, self.chat, query={"userId": user})
        self.assertEqual(connection.connected["userId"], user)

    def test_forged_tokens_are_refused(self):
        user, jwt = self.member()
        ticket = self.ticket(jwt)
        payload = payload_of(ticket)
        text, _, signature = ticket.partition(".")
        other_user = encoded(json.dumps({**payload, "userId": "root-admin"}).encode())
        fresh = {**payload, "tokenId": str(uuid.uuid4())}
        rows = [
            (other_user + "." + signature, "signature"),
            (text + "." + signature[::-1], None),
            (text + ".", "signature"),
            ("." + signature, "signature"),
            (signed(payload, "a secret that only an attacker knows, 32 bytes"), "signature"),
            (signed(payload, SECRET), "signature"),
            # Times that no token can have; the row in the database decides whether it has expired, whatever the clock
            # shows.
            (signed({**payload, "expiresAt": payload["issuedAt"]}), "claims"),
            (signed({**payload, "issuedAt": payload["issuedAt"] + 3_600_000}), "claims"),
            (signed({**payload, "userId": "root-admin"}), "not_issued"),
            # Signed with the secret but never issued here, so it could not be revoked.
            (signed(fresh), "not_issued"),
        ]
        for token, reason in rows:
            with self.subTest(reason=reason):
                refusal = self.assert_refused(401, "unauthorized", token)
                if reason is not None:
                    self.assert_reason(refusal, reason)
        self.assertEqual(self.daemon.websocket(ticket).connected["userId"], user)

    def test_the_previous_secret_is_accepted(self):
        _, jwt = self.member()
        again = signed(payload_of(self.ticket(jwt)), PREVIOUS_SECRET)
        with self.daemon.websocket(again):
            self.assert_reason(self.assert_refused(401, "unauthorized", again), "used")

    def test_the_connection_table_contains_the_token_id(self):
        user, jwt = self.member()
        ticket = self.ticket(jwt)
        self.daemon.websocket(ticket)
        database = self.daemon.folder.path / "notifyd.db"
        rows = "SELECT token_id FROM connections WHERE user = ?"
        self.assertTrue(eventually(lambda: read_rows(database, rows, [user]) == [(payload_of(ticket)["tokenId"],)]))

    def test_the_tokens_channels_restrict_the_connection(self):
        _, jwt = self.member()
        limited = self.daemon.websocket(self.ticket(jwt, ["social"]))
        free = self.daemon.websocket(self.ticket(jwt))
        plain = self.daemon.websocket(jwt)
        admin = self.daemon.websocket(self.ticket(self.admin, ["audit"]))
        for connection, channels, refused in [
                (limited, ["social"], None), (limited, ["system"], "system"), (limited, ["social", "audit"], "audit"),
                (free, ["system"], None), (free, ["audit"], "audit"), (plain, ["audit"], "audit"),
                (admin, ["audit"], None), (admin, ["social"], "social")]:
            with self.subTest(channels=channels, refused=refused):
                answer = connection.ask("subscribe", {"channels": channels})
                if refused:
                    self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "forbidden"), answer)
                    self.assertIn(refused, answer["payload"]["message"])
                else:
                    self.assertEqual(answer["type"], "subscribed", answer)
                    self.assertIn(channels[0], answer["payload"]["channels"])


class Revoke(TokenTest):
    def test_every_unused_token_of_the_user_is_void(self):
        user, jwt = self.member()
        used, *unused = [self.ticket(jwt) for _ in range(4)]
        others = self.ticket(mint(self.name("other")))
        open_one = self.daemon.websocket(used)
        reply = self.http.delete("/ws/token", mint(user))
        self.assertEqual((reply.status, reply.json), (200, {"revoked": 3}))
        self.assertEqual(self.http.delete("/ws/token", jwt).json, {"revoked": 0})
        for ticket in unused:
            self.assert_reason(self.assert_refused(401, "unauthorized", ticket), "revoked")
        self.assertEqual(open_one.ask("ping")["type"], "pong")
        self.daemon.websocket(others)
        self.daemon.websocket(self.ticket(jwt))
        self.assert_error(self.http.delete("/ws/token"), 401, "unauthorized")


class Ends(TokenTest):
    settings = {"tokens": {"secret": SIGNING_SECRET, "ttl": "1s", "per_minute": 0}, "auth": {"leeway": "0s"},
                "connections": {"close_on_token_expiry": True}}

    def test_a_token_expires(self):
        ticket = self.ticket(mint(self.name("user")))
        while time.time() * 1000 <= payload_of(ticket)["expiresAt"]:
            time.sleep(0.05)
        refusal = self.assert_refused(401, "unauthorized", ticket)
        self.assertEqual(refusal["error"], "Token has expired")
        self.assert_reason(refusal, "expired")

    def test_the_connection_ends_with_the_jwt(self):
        sockets = []

        def connects():
            """With a new token each time, because on a busy machine its second passes before it is used."""
            ticket = self.ticket(mint(self.name("user"), lifetime=2))
            self.assertLessEqual(payload_of(ticket)["expiresAt"] - payload_of(ticket)["issuedAt"], 1_000)
            try:
                sockets.append(self.daemon.websocket(ticket))
            except Refused:
                return False
            return True

        self.assertTrue(eventually(connects))
        self.assertEqual(sockets[0].closed(), 4401)


class OverTheLimit(TokenTest):
    settings = {"tokens": {"secret": SIGNING_SECRET}, "connections": {"max_per_user": 1}}

    def test_a_connect_over_the_limit_does_not_use_the_token_up(self):
        jwt = mint(self.name("user"))
        with self.daemon.websocket(jwt):
            ticket = self.ticket(jwt)
            self.assert_refused(429, "rate_limited", ticket)

        def connects():
            """Fails for as long as the other connection is still counted."""
            try:
                self.daemon.websocket(ticket).close()
            except Refused as refusal:
                self.assertEqual(refusal.status, 429)
                return False
            return True

        self.assertTrue(eventually(connects))


class Limit(TokenTest):
    settings = {"tokens": {"secret": SIGNING_SECRET, "per_minute": 10}, "server": {"threads": 4}}

    def test_ten_tokens_per_minute_and_user_over_all_loops(self):
        jwt = mint(self.name("user"))
        replies = [self.daemon.http().post("/ws/token", jwt) for _ in range(25)]
        self.assertEqual([reply.status for reply in replies], [201] * 10 + [429] * 15)
        self.assert_error(replies[-1], 429, "rate_limited")
        self.assertTrue(50 <= int(replies[-1].headers["Retry-After"]) <= 60, replies[-1].headers["Retry-After"])
        self.assertEqual(self.http.delete("/ws/token", jwt).json, {"revoked": 10})
        self.assertEqual(self.http.post("/ws/token", jwt).status, 429)
        self.ticket(mint(self.name("user")))


class Off(TokenTest):
    settings = {}

    def test_without_a_secret_there_are_no_tokens(self):
        _, jwt = self.member()
        self.assert_error(self.http.post("/ws/token", jwt), 404, "not_found", "Connection tokens are switched off")
        self.assert_error(self.http.delete("/ws/token", jwt), 404, "not_found", "Connection tokens are switched off")
        self.assert_error(self.http.post("/ws/token"), 401, "unauthorized")
        payload = {"userId": "u", "issuedAt": int(time.time() * 1000), "expiresAt": int(time.time() * 1000) + 60_000,
                   "tokenId": str(uuid.uuid4())}
        self.assert_refused(401, "unauthorized", signed(payload))
