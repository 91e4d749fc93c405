"""R8: many publishers, many chats, and subscribers that check every frame: consecutive fifo numbers, each publisher's
messages in its own order, standard messages at least once.

Seen to fail with --sabotage: one subscriber drops every 1,000th frame, as if the server had skipped it.
"""

import asyncio
import json
import random

from support.settings import LIMIT

from . import tokens
from .clients import WebSocket
from .waiting import until

PUBLISHERS, CHATS, SUBSCRIBERS = 16, 20, 4
WINDOW = 64  # unanswered messages per publisher
STANDARD = 10  # one message in this many is standard


class Subscriber:
    def __init__(self, result, drop_every=0):
        self.result, self.drop_every = result, drop_every
        self.last = {}  # chat -> number
        self.last_of = {}  # (chat, publisher) -> the publisher's own count
        self.standard = set()
        self.frames = 0

    def take(self, data):
        self.frames += 1
        if self.drop_every and self.frames % self.drop_every == 0:
            return
        frame = json.loads(data)
        publisher, count = frame["content"]
        if frame["messageType"] == "standard":
            self.standard.add((publisher, count))
            return
        chat, number = frame["chatId"], frame["sequenceNumber"]
        before = self.last_of.get((chat, publisher), -1)
        if number != self.last.get(chat, 0) + 1 or count <= before:
            self.result.out_of_order += 1
        self.last[chat] = number
        self.last_of[chat, publisher] = count


class Publisher:
    """Publishes over WebSocket, a window at a time. `numbers` and `standard` are what was acknowledged."""

    def __init__(self, result, name, chats, count, rng):
        self.result, self.name, self.chats, self.count, self.random = result, name, chats, count, rng
        self.sent = self.answered = 0
        self.numbers, self.standard = {}, set()
        self.done = asyncio.Event()

    async def run(self, server):
        self.socket = await WebSocket.connect(server, tokens.publisher(), on_text=self._take)
        self._fill()
        ended = asyncio.ensure_future(self.done.wait())
        await asyncio.wait([ended, self.socket.closed], return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        self.result.require(self.done.is_set(), f"a publisher was closed after {self.answered} answers")
        self.socket.abort()

    def _fill(self):
        while self.sent < self.count and self.sent - self.answered < WINDOW:
            kind = "standard" if self.sent % STANDARD == STANDARD - 1 else "fifo"
            chat = self.random.choice(self.chats)
            self.socket.send_text(
                b'{"action":"sendMessage","targetChannel":"WebSocket","messageType":"%s","requestId":"%d %s",'
                b'"payload":{"chatId":"%s","content":[%d,%d],"text":"0123456789012345678901234567890123456789"}}'
                % (kind.encode(), self.sent, chat.encode(), chat.encode(), self.name, self.sent))
            self.sent += 1

    def _take(self, data):
        answer = json.loads(data)
        self.answered += 1
        count, _, chat = answer.get("requestId", "").partition(" ")
        if "messageId" not in answer:
            self.result.require(False, f"a publish was answered {answer}")
        elif answer["messageType"] == "fifo":
            self.numbers[chat] = max(self.numbers.get(chat, 0), answer["sequenceNumber"])
        else:
            self.standard.add((self.name, int(count)))
        if self.answered == self.count:
            self.done.set()
        self._fill()


async def run(context):
    result = context.result
    # Standard messages to a slow subscriber are retried and then given up; here, no subscriber may fall behind.
    server = context.server({"limits": {"outbound_buffer": "16MiB"}})
    await server.start()
    chats = [f"c-{n}" for n in range(CHATS)]
    subscribers = [Subscriber(result, 1000 if context.sabotage and n == 0 else 0) for n in range(SUBSCRIBERS)]
    sockets = [await WebSocket.connect(server, tokens.reader(f"s{n}"), [("chatIds", ",".join(chats))],
                                       on_text=subscriber.take) for n, subscriber in enumerate(subscribers)]
    result.tries = context.size(50_000, 1_000_000)
    each = result.tries // PUBLISHERS
    publishers = [Publisher(result, n, chats, each, random.Random(f"{context.seed} {n}")) for n in range(PUBLISHERS)]
    await asyncio.gather(*(publisher.run(server) for publisher in publishers))

    total = each * PUBLISHERS
    await until(lambda: all(s.frames >= total or not socket.is_open for s, socket in zip(subscribers, sockets)),
                6 * LIMIT)
    expected = {chat: max(p.numbers.get(chat, 0) for p in publishers) for chat in chats}
    standard = set().union(*(p.standard for p in publishers))
    for subscriber, socket in zip(subscribers, sockets):
        result.require(socket.is_open, "a subscriber was closed")
        result.lost += sum(expected[chat] - subscriber.last.get(chat, 0) for chat in chats)
        result.lost += len(standard - subscriber.standard)
        result.doubled += max(0, subscriber.frames - total)
        socket.close()
    result.notes["delivered"] = sum(s.frames for s in subscribers)
    await server.stop()
