"""A subscriber that disconnects and resumes and must end up with every message of its chats: fifo messages exactly 1..N
in order and, where it resumes by message id, each standard message at least once.

It resumes each chat by number or by message id, as configured, on connect or with `subscribe`.
"""

import asyncio
import json

from . import tokens
from .clients import Gone, Refused, WebSocket


class Place:
    """The position of a follower in one chat."""

    def __init__(self, by_message_id):
        self.by_message_id = by_message_id
        self.number = 0
        self.message_id = None
        self.standard = set()  # their ids, from the content

    def position(self):
        if self.by_message_id and self.message_id is not None:
            return self.message_id
        return str(self.number)


class Follower:
    """Adds its counts to the result. `on_message`, if set, is called after each message."""

    def __init__(self, context, server, name, places):
        self.context, self.result, self.server = context, context.result, server
        self.name, self.places = name, places
        self.epoch = None
        self.socket = None
        self.resumes = self.replayed = self.frames = 0
        self.expected = {}  # chat -> [the position given, its number, messages since], until `resumed` arrives
        self.changed = asyncio.Event()
        self.ended = None  # close code of the last connection

    # --- connecting ---

    async def connect(self, by_subscribe=False):
        """Raises Gone or Refused as the client does; `resumed` is still to come."""
        query = [("hello", "1")]
        resume = {chat: place.position() for chat, place in self.places.items()}
        if self.context.sabotage and self.resumes > 10:
            resume.pop(next(iter(resume)))  # like a client that does not ask for what it missed
        text = ",".join(f"chat:{chat}:{at}" if self.context.random.random() < 0.3 else f"{chat}:{at}"
                        for chat, at in resume.items())
        if not by_subscribe:
            query.append(("chatIds", ",".join(self.places)))
            query.append(("resume", text))
            if self.epoch:
                query.append(("epoch", self.epoch))
        self.expected = {chat: [at, self.places[chat].number, 0] for chat, at in resume.items()}
        self.socket = await WebSocket.connect(self.server, tokens.reader(self.name), query, on_text=self._take)
        if by_subscribe:
            payload = {"topics": [f"chat:{chat}" for chat in self.places], "resume": text}
            if self.epoch:
                payload["epoch"] = self.epoch
            self.socket.send_json({"id": "00000000-0000-4000-8000-000000000001", "type": "subscribe", "timestamp": 0,
                                   "payload": payload})
        self.resumes += 1

    async def connect_again(self, limit):
        """Retries until the daemon is back."""
        async with asyncio.timeout(limit):
            while True:
                try:
                    return await self.connect()
                except (Gone, Refused):
                    await asyncio.sleep(0.02)

    async def disconnect(self, cleanly):
        if cleanly:
            self.socket.close()
        else:
            self.socket.abort()
        self.ended = await self.socket.closed

    # --- receiving ---

    def _take(self, data):
        frame = json.loads(data)
        self.frames += 1
        if "publishTimestamp" in frame:
            self._take_message(frame)
        elif frame.get("type") == "connected":
            self.epoch = frame["epoch"]
        elif frame.get("type") == "resumed":
            self._take_resumed(frame)
        elif frame.get("type") == "error":
            self.result.require(False, f"unexpected frame: {frame}")
        self.changed.set()

    def _take_message(self, frame):
        chat = frame["chatId"]
        place = self.places[chat]
        if chat in self.expected:
            self.expected[chat][2] += 1
        if frame["messageType"] == "standard":
            place.standard.add(frame["content"]["id"])
            return
        number = frame["sequenceNumber"]
        if number <= place.number:
            self.result.doubled += 1
        elif number != place.number + 1:
            self.result.out_of_order += 1  # a gap that was not reported
        place.number = max(place.number, number)
        place.message_id = frame["messageId"]

    def _take_resumed(self, frame):
        chat = frame["topic"].removeprefix("chat:")
        position, number, count = self.expected.pop(chat, (None, None, None))
        self.result.require(position is not None, f"resumed without being asked: {frame}")
        if position is None:
            return
        self.replayed += frame["count"]
        self.result.require(frame["complete"] is True, f"{self.name} at {position}: not complete: {frame}")
        self.result.require(str(frame["from"]) == position, f"`from` is not {position}: {frame}")
        self.result.require(frame["count"] == count, f"{count} messages came before {frame}")
        if not self.places[chat].by_message_id:
            self.result.require(frame["to"] == self.places[chat].number, f"{self.places[chat].number} came: {frame}")

    # --- waiting ---

    async def until(self, condition, limit):
        """Waits; returns whether the condition became true on this connection."""
        try:
            async with asyncio.timeout(limit):
                while not condition():
                    if self.socket.closed.done():
                        return False
                    self.changed.clear()
                    waits = asyncio.ensure_future(self.changed.wait())
                    await asyncio.wait([waits, self.socket.closed], return_when=asyncio.FIRST_COMPLETED)
                    waits.cancel()
        except TimeoutError:
            return condition()
        return True

    def is_at(self, highest):
        return all(self.places[chat].number >= highest.get(chat, 0) for chat in self.places)

    async def finish(self, highest, limit):
        """Reads to the end of each chat: whatever is still missing then is lost."""
        await self.until(lambda: self.is_at(highest), limit)
        for chat, place in self.places.items():
            missing = highest.get(chat, 0) - place.number
            self.result.lost += max(0, missing)
            self.result.require(missing <= 0, f"{self.name} in {chat}: at {place.number} of {highest.get(chat, 0)}")


async def finish_all(followers, highest, limit):
    await asyncio.gather(*(follower.finish(highest, limit) for follower in followers))
