"""Many publishers in one chat: every subscriber sees exactly 1..N, in order (docs/protocol.md)."""

import threading
import unittest

from support.case import SystemTest
from support.settings import LIMIT
from support.tokens import mint

PUBLISHERS = 8  # of each kind
EACH = 60
SUBSCRIBERS = 20
TOTAL = 2 * PUBLISHERS * EACH


class Ordering:
    def test_sixteen_publishers_and_twenty_subscribers(self):
        users = [self.member() for _ in range(4)]
        subscribers = [self.daemon.websocket(users[n % 4][1], self.chat) for n in range(SUBSCRIBERS)]
        writers = [self.daemon.websocket(users[n % 4][1]) for n in range(PUBLISHERS)]
        clients = [self.daemon.http() for _ in range(PUBLISHERS)]
        problems = []
        numbers = []  # the numbers in the publishers' answers
        start = threading.Barrier(2 * PUBLISHERS)

        def over_http(name, http):
            start.wait()
            mine = []
            for n in range(EACH):
                reply = http.post("/publish", self.service, self.body(f"http-{name}-{n}", "fifo"))
                assert reply.status == 200, reply
                mine.append(reply.json["sequenceNumber"])
            return mine

        def over_websocket(name, socket):
            start.wait()
            for n in range(EACH):
                socket.send_json({"action": "sendMessage", "requestId": n, **self.body(f"ws-{name}-{n}", "fifo")})
            answers = [socket.receive(LIMIT * 3) for _ in range(EACH)]
            assert [answer.get("requestId") for answer in answers] == list(range(EACH)), answers
            return [answer["sequenceNumber"] for answer in answers]

        def receive(_, socket):
            return socket.receive_messages(TOTAL, LIMIT * 6)

        received = {}

        def run(job, name, client, into):
            try:
                into(job(name, client))
            except BaseException as problem:  # noqa: B902 - a thread's failure is the test's
                problems.append(f"{job.__name__} {name}: {problem!r}")
                start.abort()

        threads = [threading.Thread(target=run, args=(over_http, n, c, numbers.append)) for n, c in enumerate(clients)]
        threads += [threading.Thread(target=run, args=(over_websocket, n, s, numbers.append))
                    for n, s in enumerate(writers)]
        threads += [threading.Thread(target=run, args=(receive, n, s, lambda got, n=n: received.update({n: got})))
                    for n, s in enumerate(subscribers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual(problems, [])
        for mine in numbers:
            self.assertEqual(mine, sorted(mine), "a publisher's own messages were numbered out of order")
        self.assertEqual(sorted(sum(numbers, [])), list(range(1, TOTAL + 1)))
        first = [(m["sequenceNumber"], m["messageId"], m["content"]) for m in received[0]]
        self.assertEqual([number for number, _, _ in first], list(range(1, TOTAL + 1)))
        for n in range(1, SUBSCRIBERS):
            self.assertEqual([(m["sequenceNumber"], m["messageId"], m["content"]) for m in received[n]], first, n)
        self.assertEqual(self.whole_history(), first)

    def whole_history(self):
        pages = self.http.pages("/messages", self.admin, chatId=self.chat, order="asc", limit=100)
        return [(m["sequenceNumber"], m["messageId"], m["content"]) for page in pages for m in page["messages"]]

    def test_groups_of_one_topic_share_its_numbers(self):
        """Each subscriber sees each group in order; the groups share one sequence of numbers."""
        socket = self.daemon.websocket(self.admin, self.chat)
        for n in range(60):
            self.publish(n, messageGroupId=f"group-{n % 3}")
        messages = socket.receive_messages(60)
        self.assertEqual(sorted(m["sequenceNumber"] for m in messages), list(range(1, 61)))
        for group in range(3):
            mine = [m["content"] for m in messages if m["messageGroupId"] == f"group-{group}"]
            self.assertEqual(mine, list(range(group, 60, 3)))


class OneLoop(Ordering, SystemTest):
    settings = {"server": {"threads": 1}, "log": {"level": "info"}}


class TwoLoops(Ordering, SystemTest):
    settings = {"server": {"threads": 2}, "log": {"level": "info"}}

    def test_subscribers_on_every_loop_get_everything(self):
        """The kernel spreads 64 connections over the loops; all of them receive both types from each publisher."""
        token = mint("listener", scope="notifyd:admin")
        sockets = [self.daemon.websocket(token, self.chat) for _ in range(64)]
        for n, socket in enumerate(sockets[:8]):
            socket.send_json({"action": "sendMessage", "reply": False, **self.body(f"ws-{n}", "standard")})
        for n in range(8):
            self.publish(f"http-{n}", kind="standard")
        expected = {f"ws-{n}" for n in range(8)} | {f"http-{n}" for n in range(8)}
        for socket in sockets:
            self.assertEqual({m["content"] for m in socket.receive_messages(16)}, expected)

    def test_many_topics_at_once(self):
        token = mint("listener", scope="notifyd:admin")
        chats = [self.name("chat") for _ in range(20)]
        sockets = {chat: [self.daemon.websocket(token, chat) for _ in range(2)] for chat in chats}
        for n in range(10):
            for chat in chats:
                self.publish(f"{chat}/{n}", chat=chat)
        for chat in chats:
            for socket in sockets[chat]:
                got = [(m["sequenceNumber"], m["content"]) for m in socket.receive_messages(10)]
                self.assertEqual(got, [(n + 1, f"{chat}/{n}") for n in range(10)])


if __name__ == "__main__":
    unittest.main()
