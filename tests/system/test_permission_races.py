"""A revocation holds after its 200, whatever races with it (docs/protocol.md): grants, publishes, history, handshakes.

The daemon has several event loops, and each client its own connection. 20 rounds each; 500 with NOTIFYD_LONG=1.
"""

import os
import threading
import unittest

from support.case import SystemTest
from support.connection_tokens import SIGNING_SECRET
from support.daemon import eventually
from support.settings import LIMIT
from support.tokens import mint
from support.websocket import Refused

ROUNDS = 500 if os.environ.get("NOTIFYD_LONG") else 20


class Repeater:
    """Repeats one request in a thread for as long as there is a chat; records the statuses by chat."""

    def __init__(self, test, request):
        self.http = test.daemon.http()
        self.request = request
        self.chat = None
        self.stopping = False
        self.changed = threading.Condition()
        self.begun = 0
        self.replies = []  # (number of the request, chat, reply)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.chat is not None or self.stopping)
                if self.stopping:
                    return
                chat, number = self.chat, self.begun
                self.begun += 1
            reply = self.request(self.http, chat)
            with self.changed:
                self.replies.append((number, chat, reply))
                self.changed.notify_all()

    def start(self, chat):
        with self.changed:
            self.chat = chat
            self.replies.clear()
            self.changed.notify_all()

    def wait_for(self, wanted, limit):
        with self.changed:
            met = self.changed.wait_for(lambda: any(wanted(*reply) for reply in self.replies), limit)
            assert met, self.replies[-3:]

    def mark(self):
        """The number of the first request that starts after now."""
        with self.changed:
            return self.begun

    def since(self, mark):
        with self.changed:
            return [reply for number, _, reply in self.replies if number >= mark]

    def pause(self):
        with self.changed:
            self.chat = None
        assert eventually(lambda: len(self.replies) == 0 or self.replies[-1][0] == self.begun - 1)

    def stop(self):
        with self.changed:
            self.stopping = True
            self.changed.notify_all()
        self.thread.join()


def grant(token, user, role):
    return lambda http, chat: http.post("/permissions", token, {"userId": user, "chatId": chat, "role": role})


class Races(SystemTest):
    settings = {"server": {"threads": 3}, "limits": {"permission_writes_per_minute": 0},
                "tokens": {"secret": SIGNING_SECRET, "per_minute": 0}}

    def setUp(self):
        super().setUp()
        self.repeaters = []

    def tearDown(self):
        for repeater in self.repeaters:
            repeater.stop()

    def repeat(self, *requests):
        self.repeaters = [Repeater(self, request) for request in requests]
        return self.repeaters

    def grant(self, user, chat, role="member"):
        reply = self.http.post("/permissions", self.admin, {"userId": user, "chatId": chat, "role": role})
        self.assertEqual(reply.status, 200, reply)

    def revoke(self, user, chat, http=None):
        reply = (http or self.http).delete("/permissions", self.admin, userId=user, chatId=chat)
        self.assertEqual(reply.status, 200, reply)

    def rows(self, chat):
        reply = self.http.get("/permissions", self.admin, chatId=chat)
        self.assertEqual(reply.status, 200, reply)
        return {(row["userId"], row["role"]) for row in reply.json["permissions"]}

    def assert_all_refused(self, marks, chat, limit=LIMIT):
        """Checks that at least three requests of each repeater started after its mark, and that all of those are
        403."""
        for repeater, mark in marks.items():
            repeater.wait_for(lambda number, _, __, mark=mark: number >= mark + 2, limit)
            replies = repeater.since(mark)
            self.assertEqual({reply.status for reply in replies}, {403}, replies)
        self.assertEqual(self.rows(chat), set())

    def test_a_chat_admin_who_keeps_granting_stays_removed(self):
        """Without judging rights inside the transaction, 20 of 20 removals were undone."""
        boss, friend = self.name("boss"), self.name("friend")
        token = mint(boss)
        repeaters = self.repeat(*[grant(token, boss, "admin")] * 3, *[grant(token, friend, "member")] * 2)
        for number in range(ROUNDS):
            chat = f"{self.chat}-{number}"
            self.grant(boss, chat, "admin")
            for repeater in repeaters:
                repeater.start(chat)
            for repeater in repeaters:
                repeater.wait_for(lambda _, of, reply, chat=chat: of == chat and reply.status == 200, LIMIT)
            self.revoke(boss, chat)
            marks = {repeater: repeater.mark() for repeater in repeaters}
            # The friend has nobody left who could grant again.
            self.revoke(friend, chat)
            self.assert_all_refused(marks, chat)
            self.assertEqual(self.http.get("/messages", token, chatId=chat).status, 403)
            for repeater in repeaters:
                repeater.pause()
        # An operator's grant is judged by its token.
        self.grant(boss, self.chat, "admin")
        self.assertEqual(self.rows(self.chat), {(boss, "admin")})

    def test_two_accomplices_who_grant_to_each_other_stay_removed_once_both_are(self):
        pair = self.name("left"), self.name("right")
        repeaters = self.repeat(*[grant(mint(by), to, "admin") for by in pair for to in pair])
        clients = [self.daemon.http() for _ in pair]
        for number in range(ROUNDS):
            chat = f"{self.chat}-{number}"
            for user in pair:
                self.grant(user, chat, "admin")
            for repeater in repeaters:
                repeater.start(chat)
            for repeater in repeaters:
                repeater.wait_for(lambda _, of, reply, chat=chat: of == chat and reply.status == 200, LIMIT)
            # Either may grant to the other until both are removed at the same moment.
            for _ in range(1_000):
                threads = [threading.Thread(target=self.revoke, args=(user, chat, client))
                           for user, client in zip(pair, clients)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                if not self.rows(chat):
                    break
            marks = {repeater: repeater.mark() for repeater in repeaters}
            self.assert_all_refused(marks, chat)
            for repeater in repeaters:
                repeater.pause()

    def test_a_removed_member_cannot_publish_or_read_on_any_loop(self):
        user = self.name("member")
        token = mint(user)
        repeaters = self.repeat(
            *[lambda http, chat: http.post("/publish", token, self.body("by the member", "fifo", chat))] * 2,
            *[lambda http, chat: http.post("/publish/batch", token, {"messages": [self.body("batch", "fifo", chat)]})],
            *[lambda http, chat: http.get("/messages", token, chatId=chat)] * 2)
        publishers, readers = repeaters[:2], repeaters[3:]
        sockets = [self.daemon.websocket(token) for _ in range(4)]
        for number in range(ROUNDS):
            chat = f"{self.chat}-{number}"
            self.grant(user, chat)
            for repeater in repeaters:
                repeater.start(chat)
            for repeater in repeaters:
                repeater.wait_for(lambda _, of, reply, chat=chat: of == chat and reply.status == 200, LIMIT)
            self.revoke(user, chat)
            marks = {repeater: repeater.mark() for repeater in repeaters}
            self.publish("after", chat=chat)
            for socket in sockets:
                socket.send_json({"action": "sendMessage", "requestId": "late", **self.body("late", "fifo", chat)})
                answer = socket.receive_until(lambda frame: frame.get("requestId") == "late")[-1]
                self.assertEqual(answer.get("statusCode"), 403, answer)
            for repeater in repeaters:
                repeater.wait_for(lambda seen, _, __, mark=marks[repeater]: seen >= mark + 2, LIMIT)
            for repeater in publishers + readers:
                late = repeater.since(marks[repeater])
                self.assertEqual({reply.status for reply in late}, {403}, late)
            for reply in repeaters[2].since(marks[repeaters[2]]):
                self.assertEqual(reply.json["results"][0]["status"], 403, reply)
            for reader in readers:
                pages = [reply for _, of, reply in reader.replies if of == chat and reply.status == 200]
                self.assertFalse([page for page in pages if b'"after"' in page.body])
            for repeater in repeaters:
                repeater.pause()

    def test_a_handshake_in_progress_does_not_keep_the_topic(self):
        """Its rights are checked before its connection token is used up and the 101 is sent; it is registered
        afterwards."""
        user = self.name("member")
        token = mint(user)
        http = self.daemon.http()
        for number in range(ROUNDS):
            chat = f"{self.chat}-{number}"
            self.grant(user, chat)
            tickets = [http.post("/ws/token", token).json["token"] for _ in range(6)]
            opened, refused = [], []

            def connect(ticket, chat=chat, opened=opened, refused=refused):
                try:
                    opened.append(self.daemon.websocket(ticket, chat=chat))
                except Refused as refusal:
                    refused.append(refusal.status)

            threads = [threading.Thread(target=connect, args=(ticket,)) for ticket in tickets]
            for thread in threads:
                thread.start()
            self.revoke(user, chat)
            self.publish("after", chat=chat)
            for thread in threads:
                thread.join()
            self.assertEqual(len(opened) + len(refused), len(tickets))
            self.assertLessEqual(set(refused), {403})
            fence = {"targetChannel": "WebSocket", "messageType": "fifo",
                     "payload": {"targetClass": "user", "targetId": user, "fence": number}}
            self.assertEqual(self.http.post("/publish", self.service, fence).status, 200)
            for socket in opened:
                frames = socket.receive_until(lambda frame, number=number: frame.get("fence") == number)
                self.assertNotIn("after", [frame.get("content") for frame in frames])
                # A connection that was opened with the topic learns from `revoked`, in any case, that it has lost it.
                revoked = [frame["payload"]["topics"] for frame in frames if frame.get("type") == "revoked"]
                self.assertEqual(revoked, [["chat:" + chat]], (socket.connected, frames))
                socket.close()


if __name__ == "__main__":
    unittest.main()
