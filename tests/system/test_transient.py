"""Transient messages: for whoever is there now, and nowhere else (docs/protocol.md#transient-messages)."""

import unittest

from support.case import SystemTest
from support.tokens import mint


class Transient(SystemTest):
    settings = {"server": {"threads": 2}}

    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()
        self.listeners = [self.daemon.websocket(self.token, self.chat) for _ in range(4)]

    def typing(self, content="typing", **members):
        return {**self.body(content), "transient": True, **members}

    def assert_delivered(self, message_id):
        for listener in self.listeners:
            message = listener.receive_message()
            self.assertEqual((message["messageId"], message["transient"]), (message_id, True))
            self.assertNotIn("sequenceNumber", message)

    def test_it_reaches_every_connection_and_leaves_no_trace(self):
        sender = self.listeners[0]
        sender.send_json({"action": "sendMessage", "requestId": 1, **self.typing()})
        frames = sender.receive_until(lambda frame: frame.get("type") == "receipt")
        self.assertEqual(frames[-1]["transient"], True)
        for listener in self.listeners[1:]:
            self.assertEqual(listener.receive_message()["transient"], True)

        reply = self.http.post("/publish", self.token, self.typing())
        self.assertEqual((reply.status, reply.json["transient"]), (200, True))
        self.assertNotIn("sequenceNumber", reply.json)
        batch = self.http.post("/publish/batch", self.token, {"messages": [self.typing()]}).json
        self.assertEqual((batch["accepted"], batch["results"][0]["transient"]), (1, True))

        self.assertEqual(self.history()["count"], 0)
        kept = self.publish()
        self.assertEqual([message["messageId"] for message in self.history()["messages"]], [kept["messageId"]])

    def test_all_of_them_arrive_at_healthy_clients_in_order(self):
        contents = [f"typing {n}" for n in range(50)]
        for content in contents:
            self.assertEqual(self.http.post("/publish", self.service, self.typing(content)).status, 200)
        for listener in self.listeners:
            self.assertEqual([listener.receive_message()["content"] for _ in contents], contents)

    def test_the_sender_can_leave_itself_out(self):
        sender = self.listeners[0]
        sender.send_json({"action": "sendMessage", "echo": False, **self.typing()})
        self.assertEqual(sender.receive()["type"], "receipt")
        for listener in self.listeners[1:]:
            self.assertEqual(listener.receive_message()["content"], "typing")

    def test_what_it_cannot_be(self):
        for members, sentence in (
                ({"messageType": "fifo"}, "transient is for standard messages"),
                ({"messageDeduplicationId": "k"}, "A transient message is not stored, so repetitions"),
                ({"idempotencyKey": "k"}, "A transient message is not stored, so repetitions")):
            with self.subTest(members):
                reply = self.http.post("/publish", self.token, self.typing(**members))
                self.assert_error(reply, 400, "invalid_request", sentence)
        self.assertEqual(self.history()["count"], 0)

    def test_a_stranger_needs_permission(self):
        stranger = mint(self.name("stranger"))
        self.assert_error(self.http.post("/publish", stranger, self.typing()), 403, "forbidden")

    def test_a_payload_cannot_claim_it(self):
        self.publish(payload={"transient": True})
        self.assertNotIn("transient", self.listeners[0].receive_message())


if __name__ == "__main__":
    unittest.main()
