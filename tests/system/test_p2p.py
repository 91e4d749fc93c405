"""sendMessage over a WebSocket: answers, acks, echo, reply, errors (docs/protocol.md)."""

import unittest

from support.case import ISO_TIME, UUID_V7, SystemTest


class P2P(SystemTest):
    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()
        self.socket = self.daemon.websocket(self.token, self.chat)

    def frame(self, content="hi", kind="fifo", **fields):
        return {"action": "sendMessage", **self.body(content, kind, **fields)}

    def answer(self, socket=None):
        return (socket or self.socket).receive_until(lambda f: "publishTimestamp" not in f)[-1]

    def send(self, *arguments, **fields):
        self.socket.send_json(self.frame(*arguments, **fields))
        return self.answer()

    def test_fifo_answer(self):
        answer = self.send(requestId="r-1")
        self.assertEqual(set(answer), {"type", "message", "messageId", "messageType", "targetChannel", "messageGroupId",
                                       "sequenceNumber", "timestamp", "requestId"})
        self.assertEqual(answer["type"], "receipt")
        self.assertEqual(answer["message"], "Message sent successfully via WebSocket!")
        self.assertEqual(answer["requestId"], "r-1")
        self.assertEqual(answer["sequenceNumber"], 1)
        self.assertEqual(answer["messageGroupId"], "chat:" + self.chat)
        self.assert_matches(UUID_V7, answer["messageId"])
        self.assert_matches(ISO_TIME, answer["timestamp"])

    def test_standard_answer(self):
        answer = self.send(kind="standard")
        self.assertEqual(set(answer), {"type", "message", "messageId", "messageType", "targetChannel", "timestamp"})

    def test_sender_and_others_receive_it(self):
        other_user, token = self.member()
        other = self.daemon.websocket(token, self.chat)
        self.socket.send_json(self.frame("hello"))
        for socket in (self.socket, other):
            message = socket.receive_message()
            self.assertEqual((message["content"], message["userId"]), ("hello", self.user))
        other.send_json(self.frame("back"))
        self.assertEqual(self.socket.receive_message()["userId"], other_user)

    def test_echo_false_affects_only_this_connection(self):
        second = self.daemon.websocket(self.token, self.chat)
        for kind in ("fifo", "standard"):
            with self.subTest(kind):
                self.socket.send_json(self.frame("quiet", kind, echo=False))
                self.answer()
                self.socket.send_json(self.frame("loud"))
                self.assertEqual(self.socket.receive_message()["content"], "loud")
                self.assertEqual({m["content"] for m in second.receive_messages(2)}, {"quiet", "loud"})

    def test_reply_false_suppresses_only_the_success(self):
        self.socket.send_json(self.frame("one", reply=False, requestId="a", echo=False))
        answer = self.send(kind="wrong", reply=False, requestId="b")
        self.assertEqual((answer["requestId"], answer["statusCode"]), ("b", 400))
        self.socket.send_json(self.frame("two", reply=False, echo=False, requestAck=True, ackId="c"))
        self.assertEqual(self.answer()["ackId"], "c")
        self.assertEqual(self.history()["count"], 2)

    def test_ack(self):
        self.socket.send_json(self.frame(requestAck=True, ackId="ack-7", requestId="r"))
        frames = self.socket.receive_until(lambda f: f.get("type") == "ack")
        while not any("requestId" in frame for frame in frames):
            frames += self.socket.receive_until(lambda f: "requestId" in f)
        ack = next(frame for frame in frames if frame.get("type") == "ack")
        answer = next(frame for frame in frames if "requestId" in frame)
        self.assertEqual(set(ack), {"type", "ackId", "status", "messageId", "snsMessageId", "messageType",
                                    "timestamp", "sequenceNumber"})
        self.assertEqual((ack["ackId"], ack["status"], ack["sequenceNumber"]), ("ack-7", "success", 1))
        self.assertEqual(ack["messageId"], ack["snsMessageId"])
        self.assertEqual(ack["messageId"], answer["messageId"])

    def test_ack_of_a_standard_message_has_no_number(self):
        self.socket.send_json(self.frame(kind="standard", requestAck=True, ackId="a", reply=False))
        ack = self.answer()
        self.assertIsNone(ack["sequenceNumber"])
        self.assertIn("sequenceNumber", ack)

    def test_ack_of_a_failure(self):
        self.socket.send_json(self.frame(kind="wrong", requestAck=True, ackId="a", requestId="r"))
        frames = [self.answer(), self.answer()]
        ack = next(frame for frame in frames if frame.get("type") == "ack")
        error = next(frame for frame in frames if "requestId" in frame)
        self.assertEqual((ack["ackId"], ack["status"], ack["code"]), ("a", "error", "invalid_request"))
        self.assertEqual(ack["error"], error["error"])

    def test_a_frame_without_an_action(self):
        frame = self.frame("bare")
        del frame["action"]
        self.socket.send_json(frame)
        self.assertEqual(self.socket.receive_message()["content"], "bare")

    def test_forbidden_names_what_is_allowed(self):
        self.socket.send_json(self.frame(chat="not-mine", requestId="r"))
        error = self.answer()
        self.assertEqual(set(error), {"type", "error", "code", "statusCode", "requestId", "authorizedChatIds"})
        self.assertEqual(error["type"], "error")
        self.assertEqual((error["code"], error["statusCode"]), ("forbidden", 403))
        self.assertIn(self.chat, error["authorizedChatIds"])

    def test_viewers_may_not_send(self):
        _, token = self.member(role="viewer")
        viewer = self.daemon.websocket(token, self.chat)
        viewer.send_json(self.frame())
        error = self.answer(viewer)
        self.assertEqual((error["code"], error["statusCode"]), ("forbidden", 403))
        self.assertNotIn(self.chat, error["authorizedChatIds"])
        self.assertEqual(self.history()["count"], 0)

    def test_sending_needs_permission_not_a_subscription(self):
        unsubscribed = self.daemon.websocket(self.token)
        unsubscribed.send_json(self.frame("from outside"))
        self.assertEqual(self.answer(unsubscribed)["sequenceNumber"], 1)
        self.assertEqual(self.socket.receive_message()["content"], "from outside")

    def test_errors_have_the_same_messages_as_publish(self):
        for changes, sentence in (
            ({"payload": None}, "Missing required parameters: targetChannel and payload are required"),
            ({"messageType": "x"}, 'Invalid messageType. Must be "fifo" or "standard"'),
            ({"payload": {}},
             "Missing required parameter: payload.chatId or payload.targetId with payload.targetClass"),
        ):
            with self.subTest(sentence):
                frame = {**self.frame(), **changes}
                frame = {name: value for name, value in frame.items() if value is not None}
                self.socket.send_json(frame)
                error = self.answer()
                self.assertEqual((error["statusCode"], error["code"]), (400, "invalid_request"))
                self.assertTrue(error["error"].startswith(sentence), error)
        self.assertEqual(self.history()["count"], 0)

    def test_frames_of_one_connection_keep_their_order(self):
        for number in range(200):
            self.socket.send_json(self.frame(number, reply=False))
        messages = self.socket.receive_messages(200)
        self.assertEqual([m["content"] for m in messages], list(range(200)))
        self.assertEqual([m["sequenceNumber"] for m in messages], list(range(1, 201)))

    def test_answers_keep_the_order_of_fifo_requests(self):
        for number in range(50):
            self.socket.send_json(self.frame(number, requestId=str(number), echo=False))
        answers = [self.answer() for _ in range(50)]
        self.assertEqual([a["requestId"] for a in answers], [str(n) for n in range(50)])
        self.assertEqual([a["sequenceNumber"] for a in answers], list(range(1, 51)))


if __name__ == "__main__":
    unittest.main()
