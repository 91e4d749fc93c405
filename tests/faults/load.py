"""Publishers that never stop, half over HTTP and half over WebSocket; each step is logged before the next.

When a connection ends, the outcome of what was in flight is unknown; it is sent again with the same deduplication id.
"""

import asyncio
import random

from support.settings import LIMIT

from . import tokens
from .ack_log import Message
from .clients import Gone, Http, Refused, WebSocket

DEPTH = 8  # messages that a WebSocket publisher keeps in flight
BACK_OFF = 0.005  # s, between attempts to reach a daemon that is down
TRY_AGAIN = 503


class Load:
    def __init__(self, context, server, log, publishers=16, chats=50, name="c", sizes=(10, 400), pause=0.0):
        self.context, self.server, self.log = context, server, log
        self.name, self.count, self.sizes, self.pause = name, publishers, sizes, pause
        self.chats = [f"{name}-{n}" for n in range(chats)]
        self.random = random.Random(f"{context.seed} {name}")
        self.answered = asyncio.Event()  # set on every acknowledgement
        self.acked = self.duplicates = 0
        self.codes = []  # close codes of WebSocket publishers
        self.highest = {}  # chat -> the highest number in an answer
        self.ending = False
        self.going = asyncio.Event()  # while it is clear, nothing new is sent
        self.going.set()
        self.tasks = []

    def start(self):
        roles = [self._over_http, self._over_websocket]
        self.tasks = [asyncio.create_task(roles[n % 2](n)) for n in range(self.count)]

    async def finish(self, limit=6 * LIMIT):
        """Sends nothing new; returns when every message in flight is acknowledged."""
        self.ending = True
        done, late = await asyncio.wait(self.tasks, timeout=limit)
        for task in late:
            task.cancel()
        self.context.result.require(not late, f"{len(late)} publishers got no answer within {limit} s")
        for task in done:
            task.result()

    async def acknowledged(self, count, limit=6 * LIMIT):
        """Waits until `count` more messages are acknowledged."""
        wanted = self.acked + count
        async with asyncio.timeout(limit):
            while self.acked < wanted:
                self.answered.clear()
                await self.answered.wait()

    # --- one message ---

    def _new(self, publisher, number, kinds):
        text = "x" * self.random.randint(*self.sizes)
        name, chat = f"{self.name}-{publisher}-{number}", self.random.choice(self.chats)
        message = Message(name, chat, self.random.choice(kinds), text)
        self.log.sent(message)
        return message

    def _acked(self, message, answer):
        self.log.acked(message, answer)
        self.acked += 1
        self.duplicates += answer.get("duplicate", False)
        number = answer.get("sequenceNumber") or 0
        self.highest[message.chat] = max(self.highest.get(message.chat, 0), number)
        self.answered.set()

    # --- over HTTP: one at a time ---

    async def _over_http(self, publisher):
        http, message, number = Http(self.server), None, 0
        while message or not self.ending:
            if message is None:
                await self.going.wait()
                number += 1
                message = self._new(publisher, number, ("fifo", "standard"))
                if self.pause:
                    await asyncio.sleep(self.random.uniform(0, 2 * self.pause))
            try:
                reply = await publish(http, message)
            except Gone:
                await asyncio.sleep(BACK_OFF)
                continue
            if reply.status == 200:
                self._acked(message, reply.json)
                message = None
            elif reply.status == TRY_AGAIN:
                await asyncio.sleep(BACK_OFF)
            else:
                self.context.result.require(False, f"a publish was answered {reply}")
                message = None
        http.close()

    # --- over WebSocket: a window of them ---

    async def _over_websocket(self, publisher):
        waiting, number = {}, 0  # waiting: id -> message, in sending order
        while waiting or not self.ending:
            try:
                socket = await WebSocket.connect(self.server, tokens.publisher())
            except (Gone, Refused):
                await asyncio.sleep(BACK_OFF)
                continue
            for message in waiting.values():
                self._send(socket, message)
            try:
                while waiting or not self.ending:
                    if not waiting:
                        await self.going.wait()
                    while len(waiting) < DEPTH and self.going.is_set() and not self.ending and socket.is_open:
                        number += 1
                        message = self._new(publisher, number, ("fifo",))
                        waiting[message.id] = message
                        self._send(socket, message)
                        if self.pause:
                            break
                    if waiting:
                        await self._take_answer(socket, waiting)
                    elif not socket.is_open:
                        raise Gone("closed between two messages")
                    if self.pause:
                        await asyncio.sleep(self.random.uniform(0, 2 * self.pause))
            except Gone:
                self.codes.append(await socket.closed)
                await asyncio.sleep(BACK_OFF)
                continue
            socket.abort()

    @staticmethod
    def _send(socket, message):
        socket.send_json({"action": "sendMessage", "requestId": message.id, **message.request()})

    async def _take_answer(self, socket, waiting):
        answer = await socket.receive()
        message = waiting.get(answer.get("requestId"))
        if message is None:
            self.context.result.require(False, f"an answer without a request: {answer}")
        elif answer.get("type") == "receipt":
            del waiting[message.id]
            self._acked(message, answer)
        elif answer.get("statusCode") == TRY_AGAIN:
            await asyncio.sleep(BACK_OFF)
            self._send(socket, message)
        else:
            del waiting[message.id]
            self.context.result.require(False, f"a publish was answered {answer}")


async def publish(http, message, token=None):
    headers = {} if message.kind == "fifo" else {"Idempotency-Key": message.deduplication_id}
    return await http.request("POST", "/publish", token or tokens.publisher(), message.request(), headers=headers)
