"""POST /publish: both types, numbers, what is delivered and what is passed through (docs/protocol.md)."""

import json
import unittest
from decimal import Decimal

from support.bodies import body_to_user
from support.case import ISO_TIME, UUID_V7, SystemTest
from support.tokens import mint

DELIVERED = {"chatId", "userId", "messageId", "messageType", "targetChannel", "publishTimestamp",
             "processorTimestamp", "retryCount"}


class Answers(SystemTest):
    def test_standard(self):
        reply = self.http.post("/publish", self.service, self.body(kind="standard"))
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(set(reply.json), {"message", "messageId", "messageType", "targetChannel", "timestamp"})
        self.assertEqual(reply.json["message"], "Message sent successfully!")
        self.assertEqual(reply.json["messageType"], "standard")
        self.assertEqual(reply.json["targetChannel"], "WebSocket")
        self.assert_matches(UUID_V7, reply.json["messageId"])
        self.assert_matches(ISO_TIME, reply.json["timestamp"])
        self.assertEqual(reply.headers["Content-Type"].split(";")[0], "application/json")

    def test_standard_is_the_default(self):
        body = self.body()
        del body["messageType"]
        reply = self.http.post("/publish", self.service, body)
        self.assertEqual(reply.json["messageType"], "standard")
        self.assertNotIn("sequenceNumber", reply.json)

    def test_fifo(self):
        first, second = self.publish(), self.publish()
        self.assertEqual(set(first), {"message", "messageId", "messageType", "targetChannel", "messageGroupId",
                                      "sequenceNumber", "timestamp"})
        self.assertEqual(first["messageGroupId"], "chat:" + self.chat)
        self.assertEqual((first["sequenceNumber"], second["sequenceNumber"]), (1, 2))
        self.assertLess(first["messageId"], second["messageId"])

    def test_each_topic_has_its_own_numbers(self):
        other = self.name("chat")
        self.publish()
        self.assertEqual(self.publish(chat=other)["sequenceNumber"], 1)
        self.assertEqual(self.publish(messageGroupId="another group")["sequenceNumber"], 2)

    def test_generate_sequence_false(self):
        for fields in ({"generateSequence": False}, {"payload": {"generateSequence": False}}):
            self.assertNotIn("sequenceNumber", self.publish(**fields))
        self.assertEqual(self.publish(generateSequence=True)["sequenceNumber"], 1)

    def test_message_group(self):
        for group in ("g", "g" * 128, "Gruppe \u00fc"):
            self.assertEqual(self.publish(messageGroupId=group)["messageGroupId"], group)

    def test_unknown_fields_are_ignored(self):
        self.assertEqual(self.publish(somethingElse=[1], messageDeduplicationId="d-1")["sequenceNumber"], 1)

    def test_the_request_id_is_returned(self):
        reply = self.http.post("/publish", self.service, self.body(), headers={"X-Request-Id": "my-request-7"})
        self.assertEqual(reply.headers["X-Request-Id"], "my-request-7")


class Delivery(SystemTest):
    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()
        self.socket = self.daemon.websocket(self.token, self.chat)

    def test_fifo_message(self):
        answer = self.publish("one", payload={"extra": {"deep": [1]}})
        message = self.socket.receive_message()
        self.assertEqual(set(message), DELIVERED | {"eventType", "content", "extra", "sequenceNumber",
                                                    "messageGroupId"})
        self.assertEqual(message["content"], "one")
        self.assertEqual(message["extra"], {"deep": [1]})
        self.assertEqual(message["eventType"], "message")
        self.assertEqual(message["chatId"], self.chat)
        self.assertEqual(message["userId"], "backend")
        self.assertEqual(message["messageId"], answer["messageId"])
        self.assertEqual(message["sequenceNumber"], 1)
        self.assertEqual(message["messageGroupId"], "chat:" + self.chat)
        self.assertEqual(message["retryCount"], 0)
        self.assertEqual(message["publishTimestamp"], answer["timestamp"])
        self.assert_matches(ISO_TIME, message["processorTimestamp"])
        self.assertLessEqual(message["publishTimestamp"], message["processorTimestamp"])

    def test_standard_message(self):
        answer = self.publish("one", kind="standard")
        message = self.socket.receive_message()
        self.assertEqual(set(message), DELIVERED | {"eventType", "content"})
        self.assertEqual(message["messageId"], answer["messageId"])
        self.assertEqual(message["messageType"], "standard")

    def test_unnumbered_fifo_messages_keep_their_order(self):
        for number in range(50):
            self.publish(number, generateSequence=False)
        messages = self.socket.receive_messages(50)
        self.assertEqual([message["content"] for message in messages], list(range(50)))
        self.assertNotIn("sequenceNumber", messages[0])

    def test_every_kind_of_content_passes_through_unchanged(self):
        for text in ('null', 'true', '0', '-0.5', '1e3', '1.0', '123456789012345678901234567890', '""',
                     '"\\u00e9 \u4f60"', '"\\ud83d\\ude00"', '[]', '{}', '[1, [2, {"a": null}]]',
                     '{"chatId": "inner", "messageId": 7}', '"<script>alert(1)</script>"', '"\\u0000\\n\\t"'):
            with self.subTest(text):
                body = json.dumps(self.body("@")).replace('"@"', text)
                self.assertEqual(self.http.post("/publish", self.service, body).status, 200)
                received = self.socket.receive_text()
                self.assertEqual(json.loads(received, parse_float=Decimal)["content"],
                                 json.loads(text, parse_float=Decimal))

    def test_payload_without_content_or_event_type(self):
        self.http.post("/publish", self.service, {"targetChannel": "WebSocket", "payload": {"chatId": self.chat}})
        self.assertEqual(set(self.socket.receive_message()), DELIVERED)

    def test_reserved_names_are_set_by_the_server(self):
        forged = {"userId": "somebody", "messageId": "forged", "messageType": "forged", "targetChannel": "forged",
                  "publishTimestamp": "forged", "processorTimestamp": "forged", "sequenceNumber": 999,
                  "messageGroupId": "forged", "retryCount": 9, "type": "revoked", "timestamp": "forged", "ttl": 1,
                  "channel": "forged", "deleted": True, "deletedAt": "forged", "editedAt": "forged"}
        for kind in ("standard", "fifo"):
            with self.subTest(kind):
                answer = self.publish("real", kind=kind, payload=forged)
                text = self.socket.receive_text()
                self.assertNotIn("forged", text)
                message = json.loads(text)
                self.assertEqual(message["userId"], "backend")
                self.assertEqual(message["messageId"], answer["messageId"])
                self.assertEqual(message.get("sequenceNumber"), answer.get("sequenceNumber"))
                self.assertEqual(message["retryCount"], 0)
                for name in ("type", "timestamp", "ttl", "channel", "deleted", "deletedAt", "editedAt"):
                    self.assertNotIn(name, message)

    def test_custom_sequence_and_parts_pass_through(self):
        fields = {"customSequence": {"number": 12, "scope": "orders"},
                  "multiPartMetadata": {"groupId": "g-1", "totalParts": 3, "partNumber": 3}}
        self.publish(payload=fields, generateSequence=False)
        message = self.socket.receive_message()
        self.assertEqual({name: message[name] for name in fields}, fields)

    def test_both_types_reach_two_subscribers(self):
        _, token = self.member()
        other = self.daemon.websocket(token, self.chat)
        for kind in ("standard", "fifo"):
            answer = self.publish(kind=kind)
            for socket in (self.socket, other):
                self.assertEqual(socket.receive_message()["messageId"], answer["messageId"])

    def test_nobody_else_receives_it(self):
        """A later message to the bystander's own topic shows that nothing arrived before it."""
        bystander = self.name("bystander")
        socket = self.daemon.websocket(mint(bystander))
        self.publish("secret")
        self.http.post("/publish", self.service, body_to_user(bystander, "marker"))
        self.assertEqual(socket.receive()["content"], "marker")


class Permissions(SystemTest):
    def test_roles(self):
        for role, status in (("viewer", 403), ("member", 200), ("admin", 200)):
            with self.subTest(role):
                _, token = self.member(role=role)
                self.assertEqual(self.http.post("/publish", token, self.body()).status, status)

    def test_without_a_permission(self):
        self.assert_error(self.http.post("/publish", mint("stranger"), self.body()), 403, "forbidden")
        self.assertEqual(self.history()["count"], 0)

    def test_grants(self):
        for token in (self.service, self.admin, mint("g", **{"cognito:groups": ["x", "notifyd:publish"]})):
            self.assertEqual(self.http.post("/publish", token, self.body()).status, 200)

    def test_without_a_token(self):
        for token in (None, "", "x", mint("u", secret="another secret of thirty-two bytes or more"),
                      mint("u", lifetime=-3600), mint("u", exp=None), mint(None)):
            self.assert_error(self.http.post("/publish", token, self.body()), 401, "unauthorized")


if __name__ == "__main__":
    unittest.main()
