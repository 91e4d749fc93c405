"""POST /publish/batch (docs/protocol.md)."""

import unittest

from support.case import SystemTest
from support.tokens import mint


class Batch(SystemTest):
    settings = {"limits": {"max_batch": "1MiB"}}

    def post(self, messages, token=None, **options):
        return self.http.post("/publish/batch", token or self.service, {"messages": messages}, **options)

    def test_results_come_in_the_order_of_the_entries(self):
        socket = self.daemon.websocket(self.admin, self.chat)
        reply = self.post([self.body(number, "fifo") for number in range(100)])
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(set(reply.json), {"results", "accepted", "failed"})
        self.assertEqual((reply.json["accepted"], reply.json["failed"]), (100, 0))
        results = reply.json["results"]
        self.assertEqual([result["sequenceNumber"] for result in results], list(range(1, 101)))
        self.assertEqual(set(results[0]), {"message", "messageId", "messageType", "targetChannel", "messageGroupId",
                                           "sequenceNumber", "timestamp"})
        messages = socket.receive_messages(100)
        self.assertEqual([message["content"] for message in messages], list(range(100)))
        self.assertEqual([message["messageId"] for message in messages], [r["messageId"] for r in results])

    def test_a_bad_entry_does_not_affect_the_others(self):
        _, token = self.member()
        reply = self.post([self.body("a", "fifo"), self.body(kind="x"), self.body(chat="not-allowed"), 7,
                           {"targetChannel": "WebSocket"}, self.body("b", "fifo")], token)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual((reply.json["accepted"], reply.json["failed"]), (2, 4))
        results = reply.json["results"]
        self.assertEqual([r.get("status", 200) for r in results], [200, 400, 403, 400, 400, 200])
        self.assertEqual([r.get("sequenceNumber") for r in results], [1, None, None, None, None, 2])
        for result in results[1:5]:
            self.assertEqual(set(result), {"error", "code", "status"})
        self.assertEqual(results[1]["error"], 'Invalid messageType. Must be "fifo" or "standard"')
        self.assertEqual(results[2]["code"], "forbidden")
        self.assertEqual(self.history()["count"], 2)

    def test_types_and_topics_can_be_mixed(self):
        other = self.name("chat")
        reply = self.post([self.body(1, "standard"), self.body(2, "fifo"), self.body(3, "fifo", chat=other),
                           self.body(4, "fifo")])
        self.assertEqual([r.get("sequenceNumber") for r in reply.json["results"]], [None, 1, 1, 2])

    def test_the_body_may_be_larger_than_one_message(self):
        reply = self.post([self.body("x" * 200_000) for _ in range(4)])
        self.assertEqual(reply.json["accepted"], 4)

    def test_the_limit_of_a_message_applies_to_each_entry(self):
        reply = self.post([self.body("small"), self.body("x" * 300_000)])
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json["results"][1]["status"], 413)
        self.assertEqual(reply.json["results"][1]["code"], "payload_too_large")

    def test_a_malformed_batch_is_refused_as_a_whole(self):
        for body, status, code in (
            ("{", 400, "invalid_json"),
            ({}, 400, "invalid_request"),
            ({"messages": 7}, 400, "invalid_request"),
            ({"messages": [self.body()] * 101}, 400, "invalid_request"),
        ):
            reply = self.http.post("/publish/batch", self.service, body)
            self.assert_error(reply, status, code)
        self.assert_error(self.http.post("/publish/batch", None, {"messages": []}), 401, "unauthorized")
        self.assert_error(self.post([self.body("x" * 100_000) for _ in range(12)]), 413, "payload_too_large")
        self.assertEqual(self.history()["count"], 0)

    def test_without_permission_every_entry_fails(self):
        reply = self.post([self.body(), self.body()], mint("stranger"))
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual((reply.json["accepted"], reply.json["failed"]), (0, 2))


if __name__ == "__main__":
    unittest.main()
