"""Envelopes: ping, subscribe, unsubscribe, and unknown ones (docs/protocol.md)."""

import json
import time
import unittest

from support.bodies import body_to_user
from support.case import UUID, SystemTest
from support.tokens import mint


class Envelopes(SystemTest):
    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()
        self.socket = self.daemon.websocket(self.token)

    def topics(self, *names):
        return {"topics": [f"chat:{name}" for name in names]}

    def test_ping(self):
        answer = self.socket.ask("ping")
        self.assertEqual(set(answer), {"id", "type", "timestamp", "payload"})
        self.assertEqual((answer["type"], answer["payload"]), ("pong", {}))
        self.assertLess(abs(answer["timestamp"] - time.time() * 1000), 60_000)

    def test_the_server_creates_an_id_if_the_client_gave_none(self):
        self.socket.send_json({"type": "ping"})
        answer = self.socket.receive()
        self.assertEqual(answer["type"], "pong")
        self.assert_matches(UUID, answer["id"])

    def test_subscribe(self):
        answer = self.socket.ask("subscribe", self.topics(self.chat))
        self.assertEqual(answer["type"], "subscribed")
        self.assertEqual(set(answer["payload"]), {"channels", "topics", "positions"})
        self.assertEqual(set(answer["payload"]["topics"]), {"user:" + self.user, "chat:" + self.chat})
        self.publish("now")
        self.assertEqual(self.socket.receive_message()["content"], "now")

    def test_subscribing_twice_delivers_once(self):
        for _ in range(2):
            answer = self.socket.ask("subscribe", self.topics(self.chat))
        self.assertEqual(answer["payload"]["topics"].count("chat:" + self.chat), 1)
        self.publish("one")
        self.publish("two")
        self.assertEqual([m["content"] for m in self.socket.receive_messages(2)], ["one", "two"])

    def test_unsubscribe(self):
        self.socket.ask("subscribe", self.topics(self.chat))
        answer = self.socket.ask("unsubscribe", self.topics(self.chat))
        self.assertEqual(answer["type"], "unsubscribed")
        self.assertEqual(answer["payload"]["topics"], ["user:" + self.user])
        self.publish("unheard")
        self.http.post("/publish", self.service, body_to_user(self.user, "marker"))
        self.assertEqual(self.socket.receive()["content"], "marker")

    def test_unsubscribing_without_a_subscription(self):
        self.assertEqual(self.socket.ask("unsubscribe", self.topics("never"))["type"], "unsubscribed")

    def test_the_users_own_topic_stays_subscribed(self):
        answer = self.socket.ask("unsubscribe", {"topics": ["user:" + self.user]})
        if answer["type"] == "unsubscribed":
            self.assertIn("user:" + self.user, answer["payload"]["topics"])
        self.http.post("/publish", self.service, body_to_user(self.user, "mine", None))
        self.assertEqual(self.socket.receive_message()["content"], "mine")

    def test_all_or_nothing(self):
        answer = self.socket.ask("subscribe", self.topics(self.chat, "not-mine"))
        self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "forbidden"))
        self.assertIn("chat:not-mine", json.dumps(answer["payload"]))
        self.assertNotIn("chat:" + self.chat, json.dumps(answer["payload"]))
        self.assertEqual(self.socket.ask("unsubscribe", self.topics("x"))["payload"]["topics"], ["user:" + self.user])

    def test_another_users_topic(self):
        answer = self.socket.ask("subscribe", {"topics": ["user:somebody-else"]})
        self.assertEqual(answer["payload"]["code"], "forbidden")

    def test_bad_payloads(self):
        for payload in ({"topics": "chat:a"}, {"topics": [7]}, {"topics": ["nonsense"]}, {"topics": ["team:a"]},
                        {"topics": ["chat:"]}, {"topics": [f"chat:{n}" for n in range(101)]}, {"channels": [7]}, []):
            for kind in ("subscribe", "unsubscribe"):
                with self.subTest(kind=kind, payload=str(payload)[:60]):
                    answer = self.socket.ask(kind, payload)
                    self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"))
                    self.assertEqual(set(answer["payload"]), {"code", "message"})

    def test_unknown_types(self):
        for kind in ("pong", "PING", "connected", "", "revoked", "notification"):
            with self.subTest(kind):
                answer = self.socket.ask(kind)
                self.assertEqual(answer["type"], "error")
                self.assertEqual(set(answer["payload"]), {"code", "message"})

    def test_the_connection_survives_bad_frames(self):
        for text in ("", "{", "[]", "null", "7", '"ping"', '{"type": 7}', '{"action": "dance"}', "{}", '{"type": null}',
                     '{"type":"ping","type":"ping"}', '{"type":"ping","payload":' + "[" * 40 + "]" * 40 + "}"):
            with self.subTest(text[:40]):
                self.socket.send_text(text)
                answer = self.socket.receive()
                self.assertEqual(answer.get("type"), "error", answer)
        self.assertEqual(self.socket.ask("ping")["type"], "pong")

    def test_topics_are_per_connection(self):
        other = self.daemon.websocket(self.token)
        self.socket.ask("subscribe", self.topics(self.chat))
        self.publish("for one")
        self.assertEqual(self.socket.receive_message()["content"], "for one")
        self.assertEqual(other.ask("unsubscribe", self.topics("x"))["payload"]["topics"], ["user:" + self.user])


class TopicLimit(SystemTest):
    settings = {"limits": {"topics_per_connection": 3}}

    def test_limit(self):
        """The user's own topic is not counted."""
        socket = self.daemon.websocket(self.admin, query={"chatIds": "a,b"})
        self.assertEqual(socket.ask("subscribe", {"topics": ["chat:c"]})["type"], "subscribed")
        answer = socket.ask("subscribe", {"topics": ["chat:d"]})
        self.assertEqual(answer["type"], "error")
        socket.ask("unsubscribe", {"topics": ["chat:a"]})
        self.assertEqual(socket.ask("subscribe", {"topics": ["chat:d"]})["type"], "subscribed")

    def test_own_topic_of_a_stranger(self):
        self.assertEqual(self.daemon.websocket(mint("x")).connected["topics"], ["user:x"])


if __name__ == "__main__":
    unittest.main()
