"""Resume on connect and subscribe: missed messages in order and once; and what cannot be proven (docs/protocol.md)."""

import unittest

from support.bodies import body_to_user
from support.case import UUID_V7, SystemTest
from support.daemon import Daemon
from support.websocket import Refused


def numbers(frames):
    return [frame["sequenceNumber"] for frame in frames if "sequenceNumber" in frame]


class ResumeTest(SystemTest):
    # Another loop may be slightly behind the one that answered a publish, and sends live what it has not processed yet.
    settings = {"server": {"threads": 1}}

    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()

    def fifo(self, *contents, **fields):
        return [self.publish(content, **fields) for content in contents]

    def connect(self, resume, epoch=None, **options):
        query = [("resume", resume)] + ([("epoch", epoch)] if epoch is not None else [])
        return self.daemon.websocket(self.token, self.chat, query=query, **options)

    def until_resumed(self, socket):
        frames = []
        while True:
            frame = socket.receive()
            if frame.get("type") == "resumed":
                return frames, frame
            frames.append(frame)

    def resume(self, position, **options):
        return self.until_resumed(self.connect(f"{self.chat}:{position}", **options))


class Resume(ResumeTest):
    def test_by_number(self):
        sent = self.fifo("one", "two", "three")
        socket = self.connect(f"{self.chat}:1")
        frames, resumed = self.until_resumed(socket)
        self.assertEqual([frame["content"] for frame in frames], ["two", "three"])
        self.assertEqual(numbers(frames), [2, 3])
        self.assertEqual(frames[0]["messageId"], sent[1]["messageId"])
        self.assertEqual(frames[0]["retryCount"], 0)
        self.assertIn("processorTimestamp", frames[0])
        self.assertEqual(resumed, {"type": "resumed", "topic": f"chat:{self.chat}", "from": 1, "to": 3, "count": 2,
                                   "complete": True, "epoch": socket.connected["epoch"]})
        self.fifo("four")
        self.assertEqual(socket.receive()["sequenceNumber"], 4)

    def test_nothing_missed(self):
        self.fifo("one", "two")
        socket = self.connect(f"chat:{self.chat}:2")
        frames, resumed = self.until_resumed(socket)
        self.assertEqual((frames, resumed["count"], resumed["to"], resumed["complete"]), ([], 0, 2, True))
        self.fifo("three")
        self.assertEqual(socket.receive()["content"], "three")

    def test_from_the_beginning(self):
        self.fifo("one", "two")
        frames, resumed = self.resume(0)
        self.assertEqual((numbers(frames), resumed["complete"]), ([1, 2], True))

    def test_by_number_replays_numbered_messages_only(self):
        self.fifo("one")
        self.publish("not numbered", generateSequence=False)
        self.publish("standard", kind="standard")
        self.fifo("two")
        frames, _ = self.resume(0)
        self.assertEqual([frame["content"] for frame in frames], ["one", "two"])

    def test_by_message_id_replays_everything_after_it(self):
        first = self.publish("one")
        self.publish("not numbered", generateSequence=False)
        self.publish("standard", kind="standard")
        last = self.fifo("two")[0]
        frames, resumed = self.resume(first["messageId"])
        self.assertEqual([frame["content"] for frame in frames], ["not numbered", "standard", "two"])
        self.assert_matches(UUID_V7, resumed["to"])
        self.assertEqual((resumed["from"], resumed["to"], resumed["count"], resumed["complete"]),
                         (first["messageId"], last["messageId"], 3, True))

    def test_by_id_of_a_standard_message(self):
        first = self.publish("first", kind="standard")
        self.fifo("two")
        frames, resumed = self.resume(first["messageId"])
        self.assertEqual([frame["content"] for frame in frames], ["two"])
        self.assertEqual(resumed["count"], 1)

    def test_unknown_message(self):
        self.fifo("one")
        frames, resumed = self.resume("01890a5d-ac96-774b-bcce-b302099a8057")
        self.assertEqual((frames, resumed["complete"], resumed["reason"], resumed["oldest"]),
                         ([], False, "unknown_message", 1))

    def test_a_number_above_the_counter(self):
        self.fifo("one")
        frames, resumed = self.resume(2)
        self.assertEqual((frames, resumed["complete"], resumed["reason"]), ([], False, "epoch"))

    def test_another_epoch(self):
        self.fifo("one", "two")
        frames, resumed = self.resume(1, epoch="936da01f-9abd-4d9d-80c7-02af85c822a8")
        self.assertEqual((frames, resumed["complete"], resumed["reason"], resumed["from"], resumed["to"]),
                         ([], False, "epoch", 1, 2))

    def test_the_same_epoch(self):
        self.fifo("one", "two")
        epoch = self.history()["epoch"]
        frames, resumed = self.resume(1, epoch=epoch)
        self.assertEqual((numbers(frames), resumed["complete"], resumed["epoch"]), ([2], True, epoch))

    def test_several_topics(self):
        other = self.name("chat")
        self.daemon.grant(self.user, other)
        self.fifo("a1", "a2")
        self.fifo("b1", chat=other)
        socket = self.daemon.websocket(self.token, query=[
            ("chatIds", f"{self.chat},{other}"), ("resume", f"{self.chat}:1,{other}:0")])
        first, second = self.until_resumed(socket), self.until_resumed(socket)
        got = {resumed["topic"]: [frame["content"] for frame in frames] for frames, resumed in (first, second)}
        # Topics may be replayed one after the other or interleaved; each is in order.
        contents = sum(got.values(), [])
        self.assertEqual(sorted(contents), ["a2", "b1"])
        self.assertEqual(set(got), {f"chat:{self.chat}", f"chat:{other}"})

    def test_the_users_own_topic(self):
        reply = self.http.post("/publish", self.service, body_to_user(self.user, "to you"))
        self.assertEqual(reply.status, 200)
        socket = self.daemon.websocket(self.token, query=[("resume", f"user:{self.user}:0")])
        frames, resumed = self.until_resumed(socket)
        self.assertEqual([frame["content"] for frame in frames], ["to you"])
        self.assertEqual(resumed["topic"], f"user:{self.user}")

    def test_on_subscribe(self):
        self.fifo("one", "two")
        socket = self.daemon.websocket(self.token)
        topic = f"chat:{self.chat}"
        socket.send_json({"id": "1", "type": "subscribe", "payload": {"topics": [topic], "resume": f"{self.chat}:1",
                                                                 "epoch": socket.connected["epoch"]}})
        self.assertEqual(socket.receive()["type"], "subscribed")
        frames, resumed = self.until_resumed(socket)
        self.assertEqual((numbers(frames), resumed["complete"]), ([2], True))

    def test_refused(self):
        for resume in ("x", self.chat, f"{self.chat}:", f"{self.chat}:-1", f"{self.chat}:1.5", f"{self.chat}:x",
                       f"{self.chat}:1,", f"{self.chat}:1,{self.chat}:2", ":1", "another:1", f"org:{self.chat}:1",
                       f"{self.chat}:99999999999999999999"):
            with self.subTest(resume=resume), self.assertRaises(Refused) as refused:
                self.connect(resume)
            self.assertEqual(refused.exception.status, 400)
            self.assertEqual(refused.exception.json["code"], "invalid_request")

    def test_refused_on_subscribe(self):
        socket = self.daemon.websocket(self.token)
        for payload in ({"resume": 1}, {"resume": "another:1"}, {"resume": f"{self.chat}:x"}, {"epoch": 1}):
            with self.subTest(payload=payload):
                socket.send_json({"id": "1", "type": "subscribe",
                                  "payload": {"topics": [f"chat:{self.chat}"], **payload}})
                answer = socket.receive()
                self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"))

    def test_nothing_to_resume(self):
        self.fifo("one")
        socket = self.connect("")
        self.fifo("two")
        self.assertEqual(socket.receive()["content"], "two")

    def test_without_permission(self):
        other = self.name("chat")
        with self.assertRaises(Refused) as refused:
            self.daemon.websocket(self.token, other, query=[("resume", f"{other}:0")])
        self.assertEqual(refused.exception.status, 403)

    def test_a_colon_in_a_chat_id(self):
        self.chat = self.name("a:b")
        self.daemon.grant(self.user, self.chat)
        self.fifo("one")
        frames, resumed = self.resume(0)
        self.assertEqual((numbers(frames), resumed["topic"]), ([1], f"chat:{self.chat}"))


class TooMany(ResumeTest):
    def test_too_many(self):
        for start in range(0, 1001, 91):
            batch = [self.body(n, "fifo") for n in range(start, min(start + 91, 1001))]
            reply = self.http.post("/publish/batch", self.service, {"messages": batch})
            self.assertEqual(reply.json["failed"], 0)
        frames, resumed = self.resume(0)
        self.assertEqual((frames, resumed["complete"], resumed["reason"], resumed["oldest"], resumed["to"]),
                         ([], False, "too_many", 1, 1001))
        frames, resumed = self.resume(1)
        self.assertEqual((numbers(frames), resumed["count"]), (list(range(2, 1002)), 1000))


class AcrossRestarts(SystemTest):
    def test_after_kill_9(self):
        _, token = self.member()
        for content in ("one", "two", "three"):
            self.publish(content)
        self.daemon.kill()
        type(self).daemon = Daemon(self.settings, folder=self.daemon.folder)
        socket = self.daemon.websocket(token, self.chat, query=[("resume", f"{self.chat}:1")])
        self.assertEqual([socket.receive()["sequenceNumber"] for _ in range(2)], [2, 3])
        self.assertTrue(socket.receive()["complete"])


class WithoutHistory(SystemTest):
    settings = {"server": {"threads": 1}, "storage": {"history": False}}

    def test_only_the_newest_number_is_complete(self):
        _, token = self.member()
        for content in ("one", "two"):
            self.publish(content)
        for position, complete in ((2, True), (1, False)):
            socket = self.daemon.websocket(token, self.chat, query=[("resume", f"{self.chat}:{position}")])
            resumed = socket.receive()
            self.assertEqual((resumed["type"], resumed["count"], resumed["complete"]), ("resumed", 0, complete))
            self.publish("live")
            self.assertEqual(socket.receive()["content"], "live")
            if not complete:
                self.assertEqual(resumed["reason"], "expired")


class SlowReader(SystemTest):
    settings = {"limits": {"outbound_buffer": "64KiB", "max_message": "64KiB"}, "delivery": {"stalled_after": "2s"}}

    def test_a_slow_reader_catches_up_in_order_and_continues_live(self):
        _, token = self.member()
        slow = self.daemon.websocket(token, self.chat)
        count = 400
        # In a few requests, because a busy machine must not take longer for them than a client may stall.
        for first in range(0, count, 50):
            bodies = [self.body("x" * 50_000 + str(number), "fifo") for number in range(first, first + 50)]
            reply = self.http.post("/publish/batch", self.service, {"messages": bodies})
            self.assertEqual((reply.status, reply.json["accepted"]), (200, 50))
        self.daemon.wait_for_event("delivery_fell_behind")
        self.assertEqual([slow.receive()["sequenceNumber"] for _ in range(count)], list(range(1, count + 1)))
        self.daemon.wait_for_event("delivery_caught_up")
        self.publish("live")
        self.assertEqual(slow.receive()["sequenceNumber"], count + 1)

    def test_a_client_that_reads_nothing_is_closed_with_1013(self):
        user, token = self.member()
        self.daemon.websocket(token, self.chat)
        for number in range(200):
            self.publish("x" * 50_000 + str(number))
        closed = self.daemon.wait_for_event("connection_closed", lambda event: event["user_id"] == user)
        self.assertEqual(closed["code"], 1013)

    def test_answers_never_close_a_client_that_reads_late(self):
        """Its answers exceed the outbox, so the server stops reading from it until it has read some."""
        _, token = self.member()
        client = self.daemon.websocket(token, hello=True)
        count = 3_000
        for number in range(count):
            client.send_json({"action": "sendMessage", "requestId": number, **self.body("y" * 100, "fifo")})
        answered = [client.receive() for _ in range(count)]
        self.assertEqual([answer["requestId"] for answer in answered], list(range(count)))
        self.assertEqual([answer["sequenceNumber"] for answer in answered], list(range(1, count + 1)))


if __name__ == "__main__":
    unittest.main()
