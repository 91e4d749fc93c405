"""A permission is revoked while its user is connected and others publish (docs/security.md S5).

No message whose publish began after the revoke's 200 may reach the user. NOTIFYD_LONG=1 runs 10,000 races."""

import os
import threading
import time
import unittest

from support.case import SystemTest
from support.tokens import mint, service

RACES = 10_000 if os.environ.get("NOTIFYD_LONG") else 200


class Hammer:
    """Publishes to one chat without a pause, over its own socket; each message contains the time when it was sent."""

    def __init__(self, test, kind):
        self.chat = None
        self.socket = test.daemon.websocket(service(f"hammer-{kind}"))
        self.test = test
        self.kind = kind
        self.sent = 0
        self.stopping = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping:
            if self.chat is None:
                time.sleep(0.0001)  # between two races
                continue
            body = self.test.body(time.monotonic(), self.kind, self.chat)
            self.socket.send_json({"action": "sendMessage", "requestId": self.sent, **body})
            self.sent += 1
            # One message in flight: the answer comes after the commit.
            self.socket.receive_until(lambda frame: "requestId" in frame)

    def stop(self):
        self.stopping = True
        self.thread.join()


class Revocation(SystemTest):
    def publish_after(self, chat, user):
        """Publishes to the chat in both ways, then to the user, whom the last two tell that nothing else is coming."""
        for kind in ("standard", "fifo"):
            self.publish(time.monotonic(), kind, chat=chat)
        for kind in ("standard", "fifo"):
            body = {"targetChannel": "WebSocket", "messageType": kind,
                    "payload": {"targetClass": "user", "targetId": user, "fence": kind}}
            self.assertEqual(self.http.post("/publish", self.service, body).status, 200)

    def race(self, socket, user, chat, hammers):
        self.daemon_grant(user, chat)
        answer = socket.ask("subscribe", {"topics": ["chat:" + chat]})
        self.assertEqual(answer["type"], "subscribed", answer)
        for hammer in hammers:
            hammer.chat = chat
        socket.receive_until(lambda frame: "content" in frame)  # the publishers are running
        reply = self.http.delete("/permissions", self.admin, userId=user, chatId=chat)
        answered = time.monotonic()
        self.assertEqual(reply.status, 200, reply)
        self.publish_after(chat, user)
        for hammer in hammers:
            hammer.chat = None
        frames, fences = [], set()
        while fences != {"standard", "fifo"}:
            frames.append(socket.receive())
            if "fence" in frames[-1]:
                fences.add(frames[-1]["fence"])
        late = [frame for frame in frames if "content" in frame and frame["content"] > answered]
        self.assertEqual(late, [], f"the revoke was answered at {answered}")
        self.assertEqual([f["payload"]["topics"] for f in frames if f.get("type") == "revoked"], [["chat:" + chat]])

    def daemon_grant(self, user, chat):
        reply = self.http.post("/permissions", self.admin, {"userId": user, "chatId": chat})
        self.assertEqual(reply.status, 200, reply)

    def test_nothing_published_after_a_revocation_arrives(self):
        user = self.name("victim")
        sockets = [self.daemon.websocket(mint(user)) for _ in range(2)]
        hammers = [Hammer(self, kind) for kind in ("standard", "fifo")]
        try:
            for number in range(RACES):
                socket = sockets[number % len(sockets)]
                self.race(socket, user, f"{self.chat}-{number % 7}", hammers)
                # What the user's other socket received: the messages of the user's own topic.
                sockets[(number + 1) % len(sockets)].frames.clear()
        finally:
            for hammer in hammers:
                hammer.stop()
        sent = sum(hammer.sent for hammer in hammers)
        print(f"{RACES} races against {sent} publishes: 0 late")
        self.assertGreater(sent, RACES)

    def test_history_and_resume_are_refused_at_once(self):
        user, token = self.member()
        socket = self.daemon.websocket(token, chat=self.chat)
        for number in range(3):
            self.publish(number)
        socket.receive_messages(3)
        self.http.delete("/permissions", self.admin, userId=user, chatId=self.chat)
        self.assert_error(self.http.get("/messages", token, chatId=self.chat), 403, "forbidden")
        answer = socket.ask("subscribe", {"topics": ["chat:" + self.chat], "resume": f"chat:{self.chat}:1"})
        self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "forbidden"))


if __name__ == "__main__":
    unittest.main()
