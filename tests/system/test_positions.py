"""The position of a topic at subscription, and the replay of messages already received (docs/protocol.md)."""

import threading
import unittest

from support.case import SystemTest
from support.tokens import service


class Positions(SystemTest):
    settings = {"limits": {"subscribes_per_minute": 0}}

    def assert_reaches(self, socket, positions, expected):
        """The positions are the expected ones, or behind in the test's chat: a publisher may be answered before this
        connection's loop has delivered its message, which then arrives here live."""
        chat = "chat:" + self.chat
        number = positions[chat]
        self.assertEqual(positions, {**expected, chat: number})
        while number < expected[chat]:
            message = socket.receive_message()
            self.assertEqual(message.get("sequenceNumber", number + 1), number + 1)
            number = message.get("sequenceNumber", number)

    def test_the_first_frame_contains_the_number_of_each_topic(self):
        user, token = self.member()
        other = self.name("chat")
        self.daemon.grant(user, other)
        for number in range(3):
            self.publish(number)
        self.publish("not numbered", generateSequence=False)
        self.publish("not numbered either", kind="standard")
        socket = self.daemon.websocket(token, query={"chatIds": f"{self.chat},{other}"})
        expected = {"user:" + user: 0, "chat:" + self.chat: 3, "chat:" + other: 0}
        self.assert_reaches(socket, socket.connected["positions"], expected)

    def test_subscribed_and_unsubscribed_contain_the_positions(self):
        user, token = self.member()
        socket = self.daemon.websocket(token)
        self.publish("one")
        answer = socket.ask("subscribe", {"topics": ["chat:" + self.chat]})
        self.assert_reaches(socket, answer["payload"]["positions"], {"user:" + user: 0, "chat:" + self.chat: 1})
        self.publish("two")
        socket.receive_message()
        answer = socket.ask("subscribe", {"topics": ["chat:" + self.chat]})
        self.assertEqual(answer["payload"]["positions"], {"user:" + user: 0, "chat:" + self.chat: 2})
        answer = socket.ask("unsubscribe", {"topics": ["chat:" + self.chat]})
        self.assertEqual(answer["payload"]["positions"], {"user:" + user: 0})

    def test_nothing_is_missing_or_repeated(self):
        """Publishers never pause; each new subscriber receives exactly what follows the number it was given."""
        user, token = self.member()
        stopping = threading.Event()

        def hammer():
            socket = self.daemon.websocket(service(self.name("hammer")))
            number = 0
            while not stopping.is_set():
                number += 1
                socket.send_json({"action": "sendMessage", "requestId": number, **self.body(number, "fifo")})
                socket.receive_until(lambda frame: "requestId" in frame)

        threads = [threading.Thread(target=hammer) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for way in ("connect", "subscribe") * 20:
                if way == "connect":
                    socket = self.daemon.websocket(token, self.chat)
                    position = socket.connected["positions"]["chat:" + self.chat]
                else:
                    socket = self.daemon.websocket(token)
                    answer = socket.ask("subscribe", {"topics": ["chat:" + self.chat]})
                    position = answer["payload"]["positions"]["chat:" + self.chat]
                heard = [message["sequenceNumber"] for message in socket.receive_messages(5)]
                self.assertEqual(heard, [position + n for n in range(1, 6)], way)
                socket.close()
        finally:
            stopping.set()
            for thread in threads:
                thread.join()

    def test_the_first_frame_comes_first_whatever_else_happens(self):
        user, token = self.member()
        stopping = threading.Event()

        def grant():
            while not stopping.is_set():
                self.daemon.grant(user, self.chat)

        def post():
            http = self.daemon.http()
            while not stopping.is_set():
                for connection in http.get("/@connections", self.admin, userId=user).json["connections"]:
                    http.post("/@connections/" + connection["connectionId"], self.admin, {"type": "posted"})

        threads = [threading.Thread(target=work) for work in (grant, grant, post)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(100):
                socket = self.daemon.websocket(token, self.chat)
                self.assertEqual(socket.connected["type"], "connected")
                socket.close()
        finally:
            stopping.set()
            for thread in threads:
                thread.join()

    def test_every_resume_is_answered(self):
        user, token = self.member()
        socket = self.daemon.websocket(token, self.chat)
        for number in range(1, 6):
            self.publish(number)
        socket.receive_messages(5)
        for number in range(1, 5):
            socket.send_envelope("subscribe", {"resume": f"{self.chat}:{number}"})
        resumed = []
        while len(resumed) < 4:
            frame = socket.receive()
            if frame.get("type") == "resumed":
                resumed.append(frame["from"])
        self.assertEqual(resumed, [1, 2, 3, 4])

    def test_received_messages_are_sent_again_on_request(self):
        user, token = self.member()
        socket = self.daemon.websocket(token, self.chat)
        for number in range(1, 6):
            self.publish(number)
        socket.receive_messages(5)
        # Whether or not the frame names the topic again.
        for topics in ({"topics": ["chat:" + self.chat]}, {}):
            self.assertEqual(socket.ask("subscribe", {**topics, "resume": self.chat + ":3"})["type"], "subscribed")
            self.assertEqual([m["sequenceNumber"] for m in socket.receive_messages(2)], [4, 5])
            resumed = socket.receive()
            self.assertEqual((resumed["type"], resumed["from"], resumed["to"], resumed["count"], resumed["complete"]),
                             ("resumed", 3, 5, 2, True))
        self.publish(6)
        self.assertEqual(socket.receive_message()["sequenceNumber"], 6)

    def test_a_topic_that_is_not_subscribed_is_not_resumed(self):
        user, token = self.member()
        socket = self.daemon.websocket(token)
        answer = socket.ask("subscribe", {"resume": self.chat + ":3"})
        self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"))
        self.assertIn("chat:" + self.chat, answer["payload"]["message"])


class WithoutHistory(SystemTest):
    """What holds with a history must hold without one, as far as it applies."""

    settings = {"limits": {"subscribes_per_minute": 0}, "storage": {"history": False}}
    test_nothing_is_missing_or_repeated = Positions.test_nothing_is_missing_or_repeated


class Partial(SystemTest):
    def test_forbidden_topics_are_left_out_and_named(self):
        user, token = self.member()
        query = {"chatIds": f"{self.chat},foreign", "orgId": "theirs", "partial": "1",
                 "resume": f"{self.chat}:0,foreign:7"}
        self.publish("missed")
        socket = self.daemon.websocket(token, query=query)
        self.assertEqual(socket.connected["topics"], ["user:" + user, "chat:" + self.chat])
        self.assertEqual(socket.connected["refused"], ["chat:foreign", "org:theirs"])
        self.assertEqual(socket.receive_message()["content"], "missed")
        self.assertTrue(socket.receive()["complete"])

    def test_nothing_refused_is_an_empty_list(self):
        _, token = self.member()
        socket = self.daemon.websocket(token, self.chat, query={"partial": "1"})
        self.assertEqual(socket.connected["refused"], [])

    def test_without_partial_nothing_changes(self):
        _, token = self.member()
        self.assertNotIn("refused", self.daemon.websocket(token, self.chat).connected)


if __name__ == "__main__":
    unittest.main()
