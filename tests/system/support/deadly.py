"""Users with dead letters: clients that do not read, so that the daemon cannot deliver their messages."""

import socket

from .case import SystemTest
from .daemon import eventually
from .operator_tools import read_rows
from .tokens import mint
from .websocket import WebSocket

# One message fills an outbox: a client that does not read misses the next.
MAX = 16 * 1024
SETTINGS = {"limits": {"max_message": MAX, "outbound_buffer": MAX}, "delivery": {"retry_backoff": "20ms"}}
PADDING = "x" * (MAX - 1024)


class SlowClient(WebSocket):
    """Reads its first frame, then nothing: what the kernel does not buffer waits in the daemon."""

    def __init__(self, port, token, chat):
        super().__init__(port, query={"token": token, "chatId": chat, "hello": "1"})
        self.receive()

    def _handshake(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        super()._handshake()

    def wake(self):
        """Reads from now on, with a normal receive window."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * 1024 * 1024)


class Deadly(SystemTest):
    settings = SETTINGS

    def slow(self, token, chat=None):
        client = SlowClient(self.daemon.port, token, chat or self.chat)
        self.daemon.clients.append(client)
        return client

    def letters(self, token=None, **query):
        reply = self.http.get("/dlq", token or self.admin, **query)
        self.assertEqual(reply.status, 200, reply)
        return reply.json["deadLetters"]

    def all_letters(self, **query):
        """All dead letters, from every page."""
        found = []
        for page in self.http.pages("/dlq", self.admin, limit=100, **query):
            self.assertEqual(page["count"], len(page["deadLetters"]))
            found += page["deadLetters"]
        return found

    def letters_of(self, user):
        return [letter for letter in self.all_letters() if letter["userId"] == user]

    def miss(self, user=None, count=1):
        """Creates a disconnected user with dead letters, (user, token); no more will be added."""
        user = user or self.name("slow")
        token = mint(user)
        self.daemon.grant(user, self.chat)
        client = self.slow(token)
        sent = []
        while len(self.letters_of(user)) < count:
            sent.append(self.publish(PADDING, "standard")["messageId"])
            self.assertLess(len(sent), 2_000)
        self.assertTrue(self.is_stored(user))
        client.socket.close()
        self.assertTrue(eventually(lambda: not self.is_stored(user)))
        return user, token

    def is_stored(self, user):
        """Whether the user's connection has a row; its removal follows the write of its last dead letters."""
        rows = "SELECT 1 FROM connections WHERE user = ?"
        return bool(read_rows(self.daemon.folder.path / "notifyd.db", rows, [user]))
