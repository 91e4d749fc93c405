"""Bans (role `none`) and blocked users (docs/protocol.md): what they may still do, and what they lose at once."""

import pathlib
import subprocess
import threading
import time
import unittest
import urllib.parse

from support.bodies import body_to_user, publish_body
from support.case import ISO_TIME, SystemTest
from support.connection_tokens import SIGNING_SECRET
from support.daemon import Daemon, Folder, binary, eventually
from support.tokens import admin, mint
from support.websocket import Closed, Refused

CLAIMS = {"auth.claims": {"org": "orgs"}, "tokens": {"secret": SIGNING_SECRET}}
FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


def can_fake_time():
    """A sanitizer must itself be the first library loaded."""
    libraries = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    return FAKETIME.exists() and not any(name in libraries for name in ("libasan", "libtsan"))


class Bans(SystemTest):
    settings = CLAIMS

    def setUp(self):
        super().setUp()
        self.org = self.name("org")
        self.user = self.name("user")
        self.topic = {"targetClass": "org", "targetId": self.org}
        self.token = mint(self.user, orgs=[self.org])

    def ban(self, **topic):
        self.daemon.grant(self.user, None, "none", **(topic or self.topic))

    def can_read(self, token=None):
        return self.http.get("/messages", token or self.token, **self.topic).status == 200

    def can_publish(self, token=None):
        body = publish_body("x", None, **self.topic)
        return self.http.post("/publish", token or self.token, body).status == 200

    def test_a_ban_overrides_a_claim(self):
        self.assertTrue(self.can_read() and self.can_publish())
        self.ban()
        self.assertFalse(self.can_read() or self.can_publish())
        with self.assertRaises(Refused) as refused:
            self.daemon.websocket(self.token, query={"orgId": self.org})
        self.assertEqual(refused.exception.status, 403)
        # The log distinguishes a ban from a missing permission.
        socket = self.daemon.websocket(self.token)
        socket.ask("subscribe", {"topics": ["org:" + self.org]})
        self.http.get("/ws", self.token, orgId=self.org)
        for kind in ("auth_failed", "connection_refused", "request_refused", "frame_refused"):
            self.daemon.wait_for_event(
                kind, lambda event: event.get("user_id") == self.user and event["reason"] == "banned")
        # The operator's own tokens keep working.
        self.assertTrue(self.can_publish(self.service) and self.can_read(self.admin))

    def test_lifting_a_ban_restores_what_the_claim_grants(self):
        self.ban()
        self.assertEqual(self.http.delete("/permissions", self.admin, userId=self.user, **self.topic).status, 200)
        self.assertTrue(self.can_read() and self.can_publish())

    def test_leaving_does_not_lift_a_ban(self):
        self.ban()
        reply = self.http.delete("/permissions", self.token, userId=self.user, **self.topic)
        self.assert_error(reply, 403, "forbidden", "Only an admin of this topic can lift a ban")
        self.assertFalse(self.can_read())

    def test_an_open_connection_loses_the_topic_at_once(self):
        socket = self.daemon.websocket(self.token, query={"orgId": self.org})
        self.ban()
        late = self.http.post("/publish", self.service, publish_body("late", **self.topic))
        self.assertEqual(late.status, 200)
        self.http.post("/publish", self.service, body_to_user(self.user, "fence"))
        frames = socket.receive_until(lambda frame: frame.get("content") == "fence")
        self.assertEqual([f.get("type") for f in frames if "content" not in f], ["revoked"])
        self.assertNotIn("late", [f.get("content") for f in frames])

    def test_a_ban_is_listed(self):
        self.ban()
        reply = self.http.get("/permissions", self.admin, **self.topic)
        self.assertEqual([(p["userId"], p["role"]) for p in reply.json["permissions"]], [(self.user, "none")])
        self.assert_error(self.http.get("/permissions", self.token, **self.topic), 403, "forbidden")

    def test_users_cannot_be_banned_from_their_own_topic(self):
        reply = self.http.post("/permissions", self.admin, {"userId": self.user, "role": "none",
                                                            "targetClass": "user", "targetId": self.user})
        self.assert_error(reply, 400, "invalid_request", "Nobody can be banned from their own topic")

    def test_a_ban_from_another_users_topic_stops_direct_messages(self):
        self.ban(targetClass="user", targetId="quiet")
        body = body_to_user("quiet", kind=None)
        self.assert_error(self.http.post("/publish", self.token, body), 403, "forbidden")
        self.assertEqual(self.http.post("/publish", mint("somebody"), body).status, 200)

    def test_a_ban_survives_a_race_with_leaving(self):
        """Whichever comes first, the user never undoes a ban that was acknowledged."""
        for number in range(30):
            chat = f"{self.chat}-{number}"
            self.daemon.grant(self.user, chat)
            leaver = self.daemon.http()
            thread = threading.Thread(
                target=lambda: [leaver.delete("/permissions", self.token, userId=self.user, chatId=chat)
                                for _ in range(3)])
            thread.start()
            self.daemon.grant(self.user, chat, "none")
            thread.join()
            rows = self.http.get("/permissions", self.admin, chatId=chat).json["permissions"]
            self.assertEqual([row["role"] for row in rows], ["none"])
            leaver.close()


class Granted(SystemTest):
    def test_a_grant_is_announced_to_the_users_connections(self):
        user = self.name("user")
        sockets = [self.daemon.websocket(mint(user)) for _ in range(2)]
        other = self.daemon.websocket(mint(self.name("other")))
        self.daemon.grant(user, self.chat, "admin")
        for socket in sockets:
            frame = socket.receive()
            self.assertEqual((frame["type"], frame["payload"]),
                             ("granted", {"topic": "chat:" + self.chat, "role": "admin"}))
        other.send_envelope("ping")
        self.assertEqual(other.receive()["type"], "pong")  # and nothing before it


class Blocks(SystemTest):
    settings = {**CLAIMS, "connections": {"max_per_user": 0}}

    def path(self, user):
        return f"/users/{user}/block"

    def block(self, user, **body):
        reply = self.http.post(self.path(user), self.admin, body or None)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def test_a_blocked_user_can_only_read(self):
        user, token = self.member(role="admin")
        sockets = [self.daemon.websocket(token, self.chat) for _ in range(3)]
        made = self.block(user, reason="spam")
        self.assertEqual(made["message"], "User blocked successfully")
        self.assertEqual(set(made["block"]), {"userId", "blockedAt", "blockedBy", "reason"})
        self.assertEqual((made["block"]["userId"], made["block"]["blockedBy"]), (user, "root-admin"))
        self.assert_matches(ISO_TIME, made["block"]["blockedAt"])
        for socket in sockets:
            with self.assertRaises(Closed) as closed:
                socket.receive()
            self.assertEqual(closed.exception.code, 4403)
        self.assert_error(self.http.post("/publish", token, self.body()), 403, "blocked")
        entries = self.http.post("/publish/batch", token, {"messages": [self.body()]}).json["results"]
        self.assertEqual((entries[0]["code"], entries[0]["status"]), ("blocked", 403))
        grant = {"userId": "friend", "chatId": self.chat}
        self.assert_error(self.http.post("/permissions", token, grant), 403, "blocked")
        with self.assertRaises(Refused) as refused:
            self.daemon.websocket(token)
        self.assertEqual((refused.exception.status, refused.exception.json["code"]), (403, "blocked"))
        self.assertEqual(self.http.get("/messages", token, chatId=self.chat).status, 200)

    def test_a_connection_token_does_not_help(self):
        user, token = self.member()
        ticket = self.http.post("/ws/token", token).json["token"]
        self.block(user)
        with self.assertRaises(Refused) as refused:
            self.daemon.websocket(ticket)
        self.assertEqual((refused.exception.status, refused.exception.json["code"]), (403, "blocked"))
        self.http.delete(self.path(user), self.admin)
        self.daemon.websocket(ticket)  # it was not used up

    def test_unblocking(self):
        user, token = self.member()
        self.block(user)
        for _ in range(2):  # repeating it is fine
            reply = self.http.delete(self.path(user), self.admin)
            self.assertEqual((reply.status, reply.json), (200, {"message": "User unblocked successfully"}))
        self.daemon.websocket(token)
        self.publish(token=token)

    def test_a_block_ends_by_itself(self):
        user, token = self.member()
        until = int(time.time() * 1000) + 2000
        self.assertIn("until", self.block(user, until=until)["block"])
        self.assertTrue(eventually(lambda: self.http.post("/publish", token, self.body()).status == 200))
        # The daemon uses a clock of its own, which may be off by some milliseconds.
        self.assertGreater(time.time() * 1000, until - 1000)
        self.assertNotIn(user, self.blocked())

    def blocked(self):
        users = []
        for page in self.http.pages("/users", self.admin, blocked="true", limit=2):
            self.assertEqual(page["count"], len(page["users"]))
            users += [entry["userId"] for entry in page["users"]]
        return users

    def test_blocked_users_are_listed_page_by_page(self):
        users = sorted(self.name("listed") for _ in range(5))
        for user in users:
            self.block(user)
        self.assertEqual([user for user in self.blocked() if user in users], users)
        reply = self.http.get("/users", self.admin, blocked="true", startKey="nonsense")
        self.assert_error(reply, 400, "invalid_request", "Invalid startKey format")
        self.assert_error(self.http.get("/users", self.admin), 400, "invalid_request", "Only blocked users can be")

    def test_only_admin_tokens_may_block(self):
        user, token = self.member(role="admin")
        for caller in (token, self.service):
            self.assert_error(self.http.post(self.path(user), caller), 403, "forbidden")
            self.assert_error(self.http.delete(self.path(user), caller), 403, "forbidden")
            self.assert_error(self.http.get("/users", caller, blocked="true"), 403, "forbidden")
        self.daemon.websocket(token)

    def test_bad_requests(self):
        for body in ({"until": 1}, {"until": "soon"}, {"until": int(time.time())}, {"reason": 7}, {"Reason": "x"}):
            with self.subTest(body):
                self.assert_error(self.http.post(self.path("u"), self.admin, body), 400, "invalid_request")
        self.assert_error(self.http.post(self.path("a,b"), self.admin), 400, "invalid_request")
        self.daemon.websocket(mint("u"))

    def test_any_user_id_can_be_blocked(self):
        for user in ("https://id.example/42", "auth0|7", "a b", "100%", "a%2Fb", "..", "\u00e4"):
            with self.subTest(user):
                path = self.path(urllib.parse.quote(user, safe=":"))
                reply = self.http.post(path, self.admin)
                self.assertEqual((reply.status, reply.json["block"]["userId"]), (200, user))
                with self.assertRaises(Refused) as refused:
                    self.daemon.websocket(mint(user))
                self.assertEqual(refused.exception.json["code"], "blocked")
                self.assertEqual(self.http.delete(path, self.admin).status, 200)
                self.daemon.websocket(mint(user))
        for path in ("/users/a/b/block", "/users/a%2Fblock", "/users%2Fa/block"):
            self.assert_error(self.http.post(path, self.admin), 404, "not_found")

    def test_a_blocked_admin_can_only_read(self):
        bob = self.name("bob")
        token = admin(bob)
        socket = self.daemon.websocket(mint(self.name("victim")))
        connection = "/@connections/" + socket.connected["connectionId"]
        letter = "/dlq/00000000-0000-7000-8000-000000000000"
        writes = (("POST", connection, {"type": "note"}), ("DELETE", connection, None),
                  ("POST", self.path("eve"), None), ("DELETE", self.path("eve"), None),
                  ("POST", self.path(bob), None), ("DELETE", self.path(bob), None),
                  ("POST", "/dlq/redrive", None), ("POST", letter + "/redrive", None), ("DELETE", letter, None))
        self.block(bob)
        for method, path, body in writes:
            with self.subTest(f"{method} {path}"):
                self.assert_error(self.http.request(method, path, token, body), 403, "blocked")
        for path in ("/@connections", "/dlq", "/users?blocked=true"):
            self.assertEqual(self.http.get(path, token).status, 200)
        self.assertEqual(socket.ask("ping")["type"], "pong")
        self.assertNotIn("eve", self.blocked())
        self.http.delete(self.path(bob), self.admin)
        self.assertEqual(self.http.delete(connection, token).status, 204)

    def test_a_block_survives_a_race_with_connecting(self):
        """A blocked user has no connection afterwards, however many were being opened."""
        user, token = self.member()
        stopping = threading.Event()

        def connect():
            while not stopping.is_set():
                try:
                    self.daemon.websocket(token).close()
                except (Refused, Closed):
                    pass

        threads = [threading.Thread(target=connect) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                self.block(user)
                listed = lambda: self.http.get("/@connections", self.admin, userId=user).json["connections"]
                self.assertTrue(eventually(lambda: listed() == []))
                self.http.delete(self.path(user), self.admin)
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


class AfterARestart(unittest.TestCase):
    def test_blocks_and_bans_survive_a_restart(self):
        folder = Folder()
        daemon = Daemon(folder=folder)
        http = daemon.http()
        self.assertEqual(http.post("/users/bob/block", admin(), {"until": None}).status, 200)
        until = int(time.time() * 1000) + 2000
        self.assertEqual(http.post("/users/carol/block", admin(), {"until": until}).status, 200)
        daemon.grant("eve", "c", "none")
        daemon.kill()
        daemon = Daemon(folder=folder)
        http = daemon.http()
        body = body_to_user("x", kind=None)
        self.assertTrue(eventually(lambda: http.post("/publish", mint("carol"), body).status == 200))
        self.assertEqual([http.post("/publish", mint(user), body).status for user in ("bob", "eve")], [403, 200])
        self.assertEqual(http.get("/messages", mint("eve"), chatId="c").status, 403)
        daemon.stop()
        folder.remove()

    @unittest.skipUnless(can_fake_time(), "needs libfaketime, and no sanitizer")
    def test_a_leap_of_the_clock_ends_no_block(self):
        days = 400 * 86400
        folder = Folder()
        self.addCleanup(folder.remove)
        daemon = Daemon(folder=folder)
        http = daemon.http()
        until = int(time.time() + 86400) * 1000
        self.assertEqual(http.post("/users/bob/block", admin(), {"until": until}).status, 200)
        body = body_to_user("x", kind=None)
        self.assertEqual(http.post("/publish", mint("dan"), body).status, 200)  # the server has noted the time
        daemon.stop()
        leapt = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+400d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        daemon = Daemon(folder=folder, environment=leapt)
        http = daemon.http()
        self.assert_blocked(http, mint("bob", lifetime=days + 3600), body)
        # A new block discards those that have ended; this one has not.
        made = http.post("/users/eve/block", mint("root", "notifyd:admin", lifetime=days + 3600))
        self.assertEqual(made.status, 200, made)
        daemon.stop()
        daemon = Daemon(folder=folder)
        self.assert_blocked(daemon.http(), mint("bob"), body)
        daemon.stop()

    def assert_blocked(self, http, token, body):
        reply = http.post("/publish", token, body)
        self.assertEqual((reply.status, reply.json.get("code")), (403, "blocked"))


if __name__ == "__main__":
    unittest.main()
