"""A repeated publish gets the answer of the first one and is neither stored nor delivered (docs/protocol.md)."""

import unittest

from support.bodies import publish_body
from support.case import SystemTest
from support.daemon import Daemon, Folder
from support.tokens import mint, service

BOUNDS = "Idempotency-Key must be 1 to 128 characters"


class Deduplication(SystemTest):
    def post(self, body, key=None, token=None):
        headers = {} if key is None else {"Idempotency-Key": key}
        reply = self.http.post("/publish", token or self.service, body, headers=headers)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def contents(self, chat=None):
        """The contents of the history, oldest first."""
        return [message["content"] for message in self.history(chat, order="asc")["messages"]]

    def assert_repeats(self, repeat, first):
        self.assertEqual(repeat, {**first, "duplicate": True})

    def test_fifo_with_the_id_in_the_body(self):
        socket = self.daemon.websocket(self.admin, self.chat)
        first = self.publish("one", messageDeduplicationId="d")
        self.assertNotIn("duplicate", first)
        self.assert_repeats(self.publish("again", messageDeduplicationId="d"), first)
        self.publish("two", messageDeduplicationId="e")
        self.assertEqual([m["content"] for m in socket.receive_messages(2)], ["one", "two"])
        self.assertEqual(self.contents(), ["one", "two"])

    def test_both_types_with_the_header(self):
        for kind in ("standard", "fifo"):
            with self.subTest(kind):
                chat = self.name("chat")
                socket = self.daemon.websocket(self.admin, chat)
                first = self.post(self.body("one", kind, chat), "k")
                self.assertNotIn("duplicate", first)
                self.assert_repeats(self.post(self.body("again", kind, chat), " k "), first)
                self.post(self.body("two", kind, chat), "l")
                self.assertEqual([m["content"] for m in socket.receive_messages(2)], ["one", "two"])
                self.assertEqual(self.contents(chat), ["one", "two"])

    def test_unnumbered_fifo(self):
        first = self.publish("one", generateSequence=False, messageDeduplicationId="d")
        self.assert_repeats(self.publish("again", generateSequence=False, messageDeduplicationId="d"), first)

    def test_the_body_takes_precedence_over_the_header(self):
        first = self.post(self.body("one", "fifo", messageDeduplicationId="d"), "k")
        self.assertNotIn("duplicate", self.post(self.body("two", "fifo", messageDeduplicationId="e"), "k"))
        self.assert_repeats(self.post(self.body("again", "fifo", messageDeduplicationId="d"), "l"), first)

    def test_standard_messages_with_the_id_in_the_body(self):
        first = self.publish("one", "standard", messageDeduplicationId="d")
        self.assert_repeats(self.publish("again", "standard", messageDeduplicationId="d"), first)
        self.assertEqual(self.contents(), ["one"])

    def test_the_length_limits_of_the_header(self):
        for key in ("", "  ", "k" * 129):
            for path, body in (("/publish", self.body()), ("/publish/batch", {"messages": [self.body()]})):
                reply = self.http.post(path, self.service, body, headers={"Idempotency-Key": key})
                self.assert_error(reply, 400, "invalid_request", BOUNDS)
        self.assertEqual(self.history()["count"], 0)
        first = self.post(self.body(), "k" * 128)
        self.assert_repeats(self.post(self.body(), "k" * 128), first)

    def test_ids_are_separate_per_user_and_topic(self):
        _, alice = self.member()
        _, bob = self.member()
        for token in (alice, bob):
            self.assertNotIn("duplicate", self.post(self.body(kind="fifo"), "k", token))
        self.assertNotIn("duplicate", self.post(self.body(kind="fifo", chat=self.name("chat")), "k"))
        self.assertEqual(self.history()["count"], 2)

    def test_batch(self):
        def post():
            messages = [self.body(0, "fifo"), self.body(1, "standard"),
                        self.body(2, "fifo", messageDeduplicationId="d"),
                        self.body(3, "fifo", messageDeduplicationId="d")]
            return self.http.post("/publish/batch", self.service, {"messages": messages},
                                  headers={"Idempotency-Key": "k"}).json
        first = post()
        self.assertEqual([r.get("duplicate", False) for r in first["results"]], [False, False, False, True])
        self.assertEqual(first["results"][3]["messageId"], first["results"][2]["messageId"])
        second = post()
        self.assertEqual((second["accepted"], second["failed"]), (4, 0))
        for repeat, known in zip(second["results"], first["results"]):
            self.assert_repeats(repeat, known)
        self.assertEqual(sorted(self.contents()), [0, 1, 2])

    def test_websocket(self):
        socket = self.daemon.websocket(self.admin, self.chat)
        frame = {"action": "sendMessage", **self.body("one", "fifo", messageDeduplicationId="d"), "requestAck": True,
                 "ackId": "a", "requestId": "r"}
        answers = []
        for _ in range(2):
            socket.send_json(frame)
            ack = socket.receive_until(lambda f: f.get("type") == "ack")
            answers.append((next(f for f in ack if "requestId" in f), ack[-1]))
        for repeat, first in zip(answers[1], answers[0]):
            self.assert_repeats(repeat, first)
        self.assertEqual(self.contents(), ["one"])
        # And the id is known over HTTP, too.
        self.assertTrue(self.publish("again", token=self.admin, messageDeduplicationId="d")["duplicate"])

    def test_equal_content_is_not_a_repeat(self):
        for _ in range(2):
            self.assertNotIn("duplicate", self.publish("the same"))


class ContentBased(SystemTest):
    settings = {"fifo": {"content_based_deduplication": True}}

    def test_equal_payloads_count_as_one_message(self):
        first = self.publish("the same")
        self.assertEqual(self.publish("the same"), {**first, "duplicate": True})
        self.assertNotIn("duplicate", self.publish("another"))
        self.assertNotIn("duplicate", self.publish("the same", messageDeduplicationId="d"))
        for _ in range(2):
            self.assertNotIn("duplicate", self.publish("the same", "standard"))
        self.assertEqual(self.history()["count"], 5)


class Off(SystemTest):
    settings = {"fifo": {"deduplication_window": "0s"}}

    def test_ids_are_ignored_and_messages_delivered(self):
        socket = self.daemon.websocket(self.admin, self.chat)
        for content in ("one", "two"):
            reply = self.http.post("/publish", self.service, self.body(content, "standard"),
                                   headers={"Idempotency-Key": "k"})
            self.assertNotIn("duplicate", reply.json)
        self.assertEqual([m["content"] for m in socket.receive_messages(2)], ["one", "two"])


class Restart(unittest.TestCase):
    def test_ids_are_remembered_after_a_crash(self):
        folder = Folder()
        body = publish_body(1, None, chatId="c1")
        fifo = {**body, "messageType": "fifo", "messageDeduplicationId": "d"}

        def publish(daemon):
            standard = daemon.http().post("/publish", service(), body, headers={"Idempotency-Key": "k"})
            return daemon.http().post("/publish", service(), fifo).json, standard.json

        daemon = Daemon(folder=folder)
        first = publish(daemon)
        daemon.kill()
        daemon = Daemon(folder=folder)
        daemon.grant("alice", "c1")
        self.assertEqual(publish(daemon), tuple({**answer, "duplicate": True} for answer in first))
        self.assertEqual(daemon.http().get("/messages", mint("alice"), chatId="c1").json["count"], 2)
        daemon.stop()
        folder.remove()


if __name__ == "__main__":
    unittest.main()
