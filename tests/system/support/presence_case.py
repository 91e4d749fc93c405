"""The base of the tests of presence: users who are in a chat, and those who watch."""

import socket
import time

from .case import SystemTest
from .daemon import eventually
from .settings import LIMIT
from .tokens import mint

LEAVE_AFTER = 0.5
# Longer than a leave takes to be announced: LEAVE_AFTER, and a batch per second.
QUIET = LEAVE_AFTER + 1.5
SETTINGS = {"presence": {"enabled": True, "leave_after": "500ms"}}


def is_presence(frame):
    return frame.get("type") in ("presence", "presence:update")


class PresenceTest(SystemTest):
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.topic = "chat:" + self.chat

    def join(self, name, chat=None, **options):
        """A user who is in the chat: (id, socket)."""
        user, token = self.member(name, chat)
        return user, self.daemon.websocket(token, chat or self.chat, **options)

    def watch(self, client, *topics):
        answer = client.ask("presence:subscribe", {"topics": list(topics) or [self.topic]})
        self.assertEqual(answer["type"], "presence", answer)
        return answer["payload"]

    def watched(self, members, chat=None):
        """A new user who watches the chat, once `members` users including itself are listed."""
        user, client = self.join("watcher", chat)
        self.assertTrue(eventually(lambda: self.presence(chat)["count"] == members))
        self.assertEqual(self.watch(client, "chat:" + (chat or self.chat))["count"], members)
        return user, client

    def next_update(self, client, user, limit=LIMIT):
        """The payload of the next update about the user; updates about others are skipped."""
        return client.receive_until(lambda frame: frame.get("type") == "presence:update" and
                                    frame["payload"]["userId"] == user, limit)[-1]["payload"]

    def presence(self, chat=None, token=None):
        reply = self.http.get("/presence", token or self.admin, chatId=chat or self.chat)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def assert_silent(self, client, seconds=QUIET):
        """No presence frame arrives for a while, and a ping is answered after that."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                frame = client.receive(left)
            except (TimeoutError, socket.timeout):
                break
            self.assertFalse(is_presence(frame), frame)
        mark = client.send_envelope("ping")
        frames = client.receive_until(lambda frame: frame.get("id") == mark)
        self.assertEqual([frame for frame in frames if is_presence(frame)], [])
