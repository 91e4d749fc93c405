"""Who learns the numbers of a topic: senders who may receive from it, and services; never a stranger
(docs/protocol.md).

Seen to fail: every answer below told a stranger the number of the message, and so how many the user had received."""

import unittest

from support.bodies import body_to_user
from support.case import SystemTest
from support.tokens import mint


class Numbers(SystemTest):
    def setUp(self):
        super().setUp()
        self.owner = self.name("owner")
        self.stranger = mint(self.name("stranger"))
        # The owner's topic already has some messages.
        for n in range(3):
            self.assertEqual(self.send_http(self.service, f"{n}")["sequenceNumber"], n + 1)

    def message(self, content="hello", **fields):
        return {**body_to_user(self.owner, content), **fields}

    def send_http(self, token, content="hello", **fields):
        reply = self.http.post("/publish", token, self.message(content, **fields))
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def assert_numbered_in_history(self, count):
        """The message is numbered nevertheless, for those who may read it."""
        reply = self.http.get("/messages", mint(self.owner), targetClass="user", targetId=self.owner, order="asc")
        self.assertEqual([m["sequenceNumber"] for m in reply.json["messages"]], list(range(1, count + 1)))

    def test_a_strangers_http_answer_has_no_number(self):
        answer = self.send_http(self.stranger)
        self.assertEqual(set(answer), {"message", "messageId", "messageType", "targetChannel", "messageGroupId",
                                       "timestamp"})
        self.assert_numbered_in_history(4)

    def test_a_duplicates_answer_has_no_number(self):
        first = self.send_http(self.stranger, messageDeduplicationId="d")
        again = self.send_http(self.stranger, messageDeduplicationId="d")
        self.assertEqual(again, {**first, "duplicate": True})
        self.assertNotIn("sequenceNumber", again)
        self.assert_numbered_in_history(4)

    def test_the_results_of_a_batch_have_no_numbers(self):
        body = {"messages": [self.message("a"), self.message("b", messageDeduplicationId="d"),
                             self.message("c", messageDeduplicationId="d")]}
        reply = self.http.post("/publish/batch", self.stranger, body)
        self.assertEqual((reply.status, reply.json["accepted"]), (200, 3), reply)
        self.assertFalse([result for result in reply.json["results"] if "sequenceNumber" in result])
        self.assert_numbered_in_history(5)

    def test_the_answers_on_a_socket_have_no_numbers(self):
        socket = self.daemon.websocket(self.stranger)
        for repeat in range(2):
            socket.send_json({"action": "sendMessage", "requestId": "r", "requestAck": True, "ackId": "a",
                              **self.message(messageDeduplicationId="d")})
            answers = [socket.receive_until(lambda f: "messageId" in f)[-1] for _ in range(2)]
            ack = next(answer for answer in answers if "ackId" in answer)
            receipt = next(answer for answer in answers if "requestId" in answer)
            self.assertEqual(ack["sequenceNumber"], None)
            self.assertNotIn("sequenceNumber", receipt)
            self.assertEqual(ack["messageId"], receipt["messageId"])
        self.assert_numbered_in_history(4)

    def test_senders_who_may_receive_learn_the_number(self):
        self.assertEqual(self.send_http(mint(self.owner))["sequenceNumber"], 4)
        self.assertEqual(self.send_http(self.admin)["sequenceNumber"], 5)
        self.assertEqual(self.send_http(self.service)["sequenceNumber"], 6)
        _, member = self.member()
        self.assertEqual(self.publish(token=member)["sequenceNumber"], 1)

    def test_a_user_who_left_a_chat_may_not_write_to_it(self):
        user, member = self.member()
        self.assertEqual(self.publish(token=member)["sequenceNumber"], 1)
        self.assertEqual(self.http.delete("/permissions", member, userId=user, chatId=self.chat).status, 200)
        reply = self.http.post("/publish", member, self.body(kind="fifo"))
        self.assert_error(reply, 403, "forbidden")


if __name__ == "__main__":
    unittest.main()
