"""Connection tokens: issued, used up by one connect, limited, revoked, rotated (SPEC §2, RELIABILITY S4).

The races have 20 rounds; NOTIFYD_LONG=1 makes it 1,000.
"""

import base64
import hashlib
import hmac
import json
import os
import socket
import sqlite3
import time
import uuid

from support import tokens
from support.case import UUID, SystemTest
from support.daemon import Daemon, Folder, eventually
from support.settings import LIMIT, SECRET
from support.tokens import mint
from support.websocket import Refused

LONG = os.environ.get("NOTIFYD_LONG") == "1"
CANARY = "canary-of-the-ticket-secret-7f3a9c1e"
OLD = "the secret before that one, 32 bytes or more"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(payload, secret=CANARY):
    """A connection token as any program with the secret would make it."""
    text = encoded(json.dumps(payload).encode())
    return text + "." + encoded(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def payload_of(token):
    text = token.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def handshake(token, key="dGhlIHNhbXBsZSBub25jZQ=="):
    return (f"GET /ws?token={token} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()


def race(port, token, count=100):
    """Status codes of that many connects at once; None: the server was gone."""
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=LIMIT) for _ in range(count)]
    for client in sockets:
        client.sendall(handshake(token))
    return [status_on(client) for client in sockets]


def status_on(client):
    with client:
        try:
            line = client.makefile("rb").readline()
        except OSError:
            return None
    return int(line.split()[1]) if line.endswith(b"\n") else None


class TokenTest(SystemTest):
    settings = {"tokens": {"secret": CANARY, "previous_secret": OLD, "per_minute": 0, "admin_channels": ["audit"]},
                "auth.claims": {"org": "orgId"}}

    def ticket(self, jwt, channels=None, daemon=None):
        http = (daemon or self.daemon).http()
        reply = http.post("/ws/token", jwt, None if channels is None else {"channels": channels})
        self.assertEqual(reply.status, 201, reply)
        tokens.minted.add(reply.json["token"])
        return reply.json["token"]

    def assert_refused(self, status, code, token, daemon=None, **options):
        with self.assertRaises(Refused) as caught:
            (daemon or self.daemon).websocket(token, **options)
        refusal = caught.exception
        self.assertEqual((refusal.status, refusal.json["code"]), (status, code), refusal.json)
        return refusal.json

    def assert_reason(self, refusal, reason, daemon=None):
        (daemon or self.daemon).wait_for_event(
            "auth_failed", lambda event: event["correlation_id"] == refusal["correlationId"] and
            event["reason"] == reason)


class Issue(TokenTest):
    def test_a_token_is_what_the_specification_says(self):
        user, jwt = self.member()
        before = time.time() * 1000
        reply = self.http.post("/ws/token", jwt, {"channels": ["social", "system"]})
        self.assertEqual(reply.status, 201, reply)
        self.assertEqual(set(reply.json), {"token", "tokenId", "expiresAt"})
        token = reply.json["token"]
        text, _, signature = token.partition(".")
        self.assertEqual(signature, encoded(hmac.new(CANARY.encode(), text.encode(), hashlib.sha256).digest()))
        payload = payload_of(token)
        self.assertEqual(set(payload), {"userId", "issuedAt", "expiresAt", "tokenId", "allowedChannels"})
        self.assertEqual((payload["userId"], payload["allowedChannels"]), (user, ["social", "system"]))
        self.assertEqual((payload["tokenId"], payload["expiresAt"]), (reply.json["tokenId"], reply.json["expiresAt"]))
        self.assert_matches(UUID, payload["tokenId"])
        self.assertEqual(payload["expiresAt"] - payload["issuedAt"], 60_000)
        self.assertLess(abs(payload["issuedAt"] - before), 10_000)
        self.assertEqual(reply.headers["Cache-Control"], "no-store")
        self.assertNotIn("allowedChannels", payload_of(self.ticket(jwt)))

    def test_who_may_not_have_one(self):
        _, jwt = self.member()
        self.assert_error(self.http.post("/ws/token"), 401, "unauthorized")
        self.assert_error(self.http.post("/ws/token", mint("u", lifetime=-60)), 401, "unauthorized")
        refusal = self.http.post("/ws/token", jwt, {"channels": ["social", "audit"]})
        self.assertIn("audit", self.assert_error(refusal, 403, "forbidden")["error"])
        self.assertEqual(payload_of(self.ticket(self.admin, ["audit"]))["allowedChannels"], ["audit"])

    def test_bodies_that_are_not_understood(self):
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

    def test_a_connection_token_is_no_jwt(self):
        ticket = self.ticket(self.admin)
        for method, path in [("POST", "/ws/token"), ("DELETE", "/ws/token"), ("GET", "/permissions"), ("GET", "/dlq"),
                             ("GET", "/messages?chatId=a"), ("POST", "/publish"), ("POST", "/permissions")]:
            with self.subTest(path=path):
                reply = self.http.request(method, path, ticket)
                self.assert_error(reply, 401, "unauthorized", "A connection token is for a WebSocket connect only")
        self.daemon.websocket(ticket)  # and none of that has used it up


class Connect(TokenTest):
    def test_it_stands_where_a_jwt_may(self):
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

    def test_it_is_used_once(self):
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

    def test_a_refused_connect_does_not_use_it_up(self):
        user, jwt = self.member()
        ticket = self.ticket(jwt)
        self.assert_refused(403, "forbidden", ticket, chat=self.name("no-permission"))
        self.assert_refused(403, "forbidden", ticket, query={"userId": "somebody-else"})
        self.assert_refused(400, "invalid_request", ticket, query={"chatId": "a\nb"})
        self.assert_refused(400, "invalid_request", ticket, query={"resume": "elsewhere:1"})
        for key in ("", "short"):
            raw = self.daemon.raw()
            raw.send(handshake(ticket, key))
            self.assertIn(b" 400 ", raw.file.readline())
        self.assertEqual(self.http.get("/messages", ticket, chatId=self.chat).status, 401)
        connection = self.daemon.websocket(ticket, self.chat, query={"userId": user})
        self.assertEqual(connection.connected["userId"], user)

    def test_forged_ones(self):
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
            (signed({**payload, "expiresAt": payload["issuedAt"]}), "expired"),
            (signed({**payload, "issuedAt": payload["issuedAt"] + 3_600_000}), "not_yet_valid"),
            (signed({**payload, "userId": "root-admin"}), "not_issued"),
            # With the secret, but never issued here: it could not be revoked.
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
        again = signed(payload_of(self.ticket(jwt)), OLD)
        with self.daemon.websocket(again):
            self.assert_reason(self.assert_refused(401, "unauthorized", again), "used")

    def test_the_connection_table_names_the_token(self):
        user, jwt = self.member()
        ticket = self.ticket(jwt)
        self.daemon.websocket(ticket)
        database = sqlite3.connect(f"file:{self.daemon.folder.path / 'notifyd.db'}?mode=ro", uri=True)
        self.addCleanup(database.close)
        rows = "SELECT token_id FROM connections WHERE user = ?"
        self.assertTrue(eventually(lambda: database.execute(rows, [user]).fetchall() ==
                                   [(payload_of(ticket)["tokenId"],)]))

    def test_channels_of_the_token_bind_the_connection(self):
        _, jwt = self.member()
        limited = self.daemon.websocket(self.ticket(jwt, ["social"]))
        free = self.daemon.websocket(self.ticket(jwt))
        plain = self.daemon.websocket(jwt)
        admin = self.daemon.websocket(self.ticket(self.admin, ["audit"]))
        for connection, channels, code, named in [
                (limited, ["social"], "invalid_request", "not available"), (limited, ["system"], "forbidden", "system"),
                (limited, ["social", "audit"], "forbidden", "audit"), (free, ["system"], "invalid_request", "not available"),
                (free, ["audit"], "forbidden", "audit"), (plain, ["audit"], "forbidden", "audit"),
                (admin, ["audit"], "invalid_request", "not available"), (admin, ["social"], "forbidden", "social")]:
            with self.subTest(channels=channels, code=code):
                answer = connection.ask("subscribe", {"channels": channels})
                self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", code), answer)
                self.assertIn(named, answer["payload"]["message"])


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
    settings = {"tokens": {"secret": CANARY, "ttl": "1s", "per_minute": 0}, "auth": {"leeway": "0s"},
                "connections": {"close_on_token_expiry": True, "max_per_user": 1}}

    def test_it_expires(self):
        ticket = self.ticket(mint(self.name("user")))
        while time.time() * 1000 <= payload_of(ticket)["expiresAt"]:
            time.sleep(0.05)
        refusal = self.assert_refused(401, "unauthorized", ticket)
        self.assertEqual(refusal["error"], "Token has expired")
        self.assert_reason(refusal, "expired")

    def test_the_connection_ends_with_the_jwt(self):
        jwt = mint(self.name("user"), lifetime=2)
        ticket = self.ticket(jwt)
        self.assertLessEqual(payload_of(ticket)["expiresAt"] - payload_of(ticket)["issuedAt"], 1_000)
        self.assertEqual(self.daemon.websocket(ticket).closed(), 4401)

    def test_a_connect_over_the_limit_does_not_use_it_up(self):
        jwt = mint(self.name("user"))
        with self.daemon.websocket(jwt):
            ticket = self.ticket(jwt)
            self.assert_refused(429, "rate_limited", ticket)

        def connects():
            """Not as long as the other connection is still counted."""
            try:
                self.daemon.websocket(ticket).close()
            except Refused as refusal:
                self.assertEqual(refusal.status, 429)
                return False
            return True

        self.assertTrue(eventually(connects))


class Limit(TokenTest):
    settings = {"tokens": {"secret": CANARY, "per_minute": 10}, "server": {"threads": 4}}

    def test_ten_a_minute_and_user_over_all_loops(self):
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

    def test_without_a_secret_there_are_none(self):
        _, jwt = self.member()
        self.assert_error(self.http.post("/ws/token", jwt), 404, "not_found", "Connection tokens are switched off")
        self.assert_error(self.http.delete("/ws/token", jwt), 404, "not_found", "Connection tokens are switched off")
        self.assert_error(self.http.post("/ws/token"), 401, "unauthorized")
        payload = {"userId": "u", "issuedAt": int(time.time() * 1000), "expiresAt": int(time.time() * 1000) + 60_000,
                   "tokenId": str(uuid.uuid4())}
        self.assert_refused(401, "unauthorized", signed(payload))


class Races(TokenTest):
    def test_of_a_hundred_connects_at_once_one_wins(self):
        jwt = mint(self.name("user"))
        for _ in range(1_000 if LONG else 20):
            statuses = race(self.daemon.port, self.ticket(jwt))
            self.assertEqual((statuses.count(101), statuses.count(401)), (1, 99), statuses)

    def test_nor_is_it_used_again_after_a_kill(self):
        folder = Folder()
        jwt = mint("user")
        for _ in range(50 if LONG else 3):
            daemon = Daemon(self.settings, folder=folder)
            used, raced, unused = (self.ticket(jwt, daemon=daemon) for _ in range(3))
            client = socket.create_connection(("127.0.0.1", daemon.port), timeout=LIMIT)
            client.sendall(handshake(used))
            self.assertEqual(client.recv(12), b"HTTP/1.1 101")
            racers = [socket.create_connection(("127.0.0.1", daemon.port), timeout=LIMIT) for _ in range(20)]
            for racer in racers:
                racer.sendall(handshake(raced))
            daemon.kill()
            client.close()
            won = [status_on(racer) for racer in racers].count(101)
            daemon = Daemon(self.settings, folder=folder)
            self.assertEqual(race(daemon.port, used, 10), [401] * 10)
            self.assertLessEqual(won + race(daemon.port, raced, 10).count(101), 1)
            self.assertEqual(race(daemon.port, unused, 10).count(101), 1)
            daemon.stop()


class Restarts(TokenTest):
    def start(self, folder, **changed):
        return Daemon({**self.settings, "tokens": {**self.settings["tokens"], **changed}}, folder=folder)

    def test_a_rotated_secret(self):
        folder = Folder()
        jwt = mint("user")
        first = self.start(folder, secret=OLD, previous_secret="")
        before, forgotten = self.ticket(jwt, daemon=first), self.ticket(jwt, daemon=first)
        first.stop()
        second = self.start(folder)
        second.websocket(before).close()
        second.websocket(self.ticket(jwt, daemon=second)).close()
        second.stop()
        third = self.start(folder, previous_secret="")
        self.assert_reason(self.assert_refused(401, "unauthorized", forgotten, daemon=third), "signature", third)
        third.stop()

    def test_no_secret_is_in_the_database_or_the_log(self):
        folder = Folder()
        jwt = mint("user")
        daemon = self.start(folder)
        used, refused, unused = (self.ticket(jwt, daemon=daemon) for _ in range(3))
        daemon.websocket(used)
        daemon.websocket(hello=False, subprotocols=["notifyd.v1", "bearer." + self.ticket(jwt, daemon=daemon)])
        for _ in range(2):
            self.assert_refused(401, "unauthorized", used, daemon=daemon)
        self.assert_refused(403, "forbidden", refused, daemon=daemon, chat="not-theirs")
        daemon.http().delete("/ws/token", jwt)
        daemon.kill()
        written = {path.name: path.read_bytes() for path in folder.path.iterdir() if path.name.startswith("notifyd.db")}
        self.assertIn("notifyd.db-wal", written)
        written["log"] = "\n".join(daemon.lines).encode()
        secrets = [CANARY, OLD, SECRET, *jwt.split(".")[1:]]
        for ticket in (used, refused, unused):
            secrets += ticket.split(".")
        for name, content in written.items():
            for secret in secrets:
                self.assertNotIn(secret.encode(), content, name)

    def test_a_database_that_takes_no_writes(self):
        daemon = self.start(Folder())
        ticket = self.ticket(mint("user"), daemon=daemon)
        outsider = sqlite3.connect(daemon.folder.path / "notifyd.db", isolation_level=None)
        outsider.execute("BEGIN IMMEDIATE")
        try:
            self.assert_refused(503, "unavailable", ticket, daemon=daemon)
            reply = daemon.http().post("/ws/token", mint("user"))
            self.assert_error(reply, 503, "unavailable")
            self.assertIn("Retry-After", reply.headers)
        finally:
            outsider.execute("ROLLBACK")
            outsider.close()
        daemon.websocket(ticket)
        daemon.stop()
