"""A fresh JWT over an open connection (docs/protocol.md, auth:refresh)."""

import time
import unittest

from support.case import SystemTest
from support.connection_tokens import SIGNING_SECRET
from support.daemon import eventually
from support.tokens import mint
from support.websocket import Closed


class Refresh(SystemTest):
    settings = {"auth.claims": {"org": "orgs"}, "connections": {"close_on_token_expiry": True},
                "tokens": {"secret": SIGNING_SECRET, "admin_channels": ["audit"]}}

    def refresh(self, socket, token):
        return socket.ask("auth:refresh", {"token": token})

    def test_the_new_expiry_applies(self):
        user = self.name("user")
        short = int(time.time()) + 2
        socket = self.daemon.websocket(mint(user, exp=short))
        others = [self.daemon.websocket(mint(user, exp=short)) for _ in range(8)]
        later = short + 3600
        answer = self.refresh(socket, mint(user, exp=later))
        self.assertEqual((answer["type"], answer["payload"]), ("auth:refreshed", {"expiresAt": later * 1000}))
        for other in others:  # on both loops: those whose token was not refreshed
            with self.assertRaises(Closed) as closed:
                other.receive()
            self.assertEqual(closed.exception.code, 4401)
        self.assertEqual(socket.ask("ping")["type"], "pong")

    def test_a_shorter_expiry_applies_too(self):
        user = self.name("user")
        socket = self.daemon.websocket(mint(user))
        self.assertEqual(self.refresh(socket, mint(user, exp=int(time.time()) + 1))["type"], "auth:refreshed")
        with self.assertRaises(Closed) as closed:
            socket.receive()
        self.assertEqual(closed.exception.code, 4401)

    def test_new_claims_add_and_remove_topics(self):
        user = self.name("user")
        socket = self.daemon.websocket(mint(user, orgs=["a", "b"]), query={"orgId": "a,b"})
        self.refresh(socket, mint(user, orgs=["b", "c"]))
        revoked = socket.receive()
        self.assertEqual((revoked["type"], revoked["payload"]), ("revoked", {"topics": ["org:a"]}))
        self.assertEqual(socket.ask("subscribe", {"topics": ["org:c"]})["type"], "subscribed")
        self.assertEqual(socket.ask("subscribe", {"topics": ["org:a"]})["payload"]["code"], "forbidden")

    def test_a_bad_token_changes_nothing(self):
        user = self.name("user")
        socket = self.daemon.websocket(mint(user, orgs=["a"]), query={"orgId": "a"})
        ticket = self.http.post("/ws/token", mint(user)).json["token"]
        forged = mint(user, secret="not the daemon's secret, 32 bytes at all")
        for token in ("x", "", mint(user, lifetime=-3600), forged, mint("somebody else"), ticket):
            with self.subTest(token[:20]):
                answer = self.refresh(socket, token)
                self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "unauthorized"))
        # The log names the connection's user, whatever the token says.
        def reasons():
            return [event["reason"] for event in self.daemon.find_events("auth_failed") if event.get("user_id") == user]

        self.assertTrue(eventually(lambda: len(reasons()) == 6), reasons())
        self.assertLessEqual({"malformed", "missing", "expired", "signature", "other_user"}, set(reasons()))
        for payload in ({}, {"token": None}, {"token": 7}):
            answer = socket.ask("auth:refresh", payload)
            self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"))
        self.assertEqual(set(socket.ask("unsubscribe", {})["payload"]["topics"]), {"user:" + user, "org:a"})

    def test_the_restriction_of_a_connection_token_stays(self):
        user = self.name("user")
        ticket = self.http.post("/ws/token", mint(user), {"channels": ["social"]}).json["token"]
        socket = self.daemon.websocket(ticket)
        self.assertEqual(self.refresh(socket, mint(user))["type"], "auth:refreshed")
        self.assertEqual(socket.ask("subscribe", {"channels": ["quota"]})["payload"]["code"], "forbidden")


if __name__ == "__main__":
    unittest.main()
