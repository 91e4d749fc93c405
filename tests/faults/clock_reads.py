"""Compares everything that is read by time or by id with a full walk of the history: ranges, resumes, dead letters,
connection tokens. For R14: they must agree whatever the clock did while the messages were stored."""

import asyncio
import datetime

from support.settings import LIMIT

from . import tokens
from .ack_log import Message, read_history
from .clients import Http, Refused, WebSocket
from .load import publish

DEAF = "deaf"
BIG = 8 << 10  # bytes of a message to the client that does not read; a page of these fits into an outbox
BURST = 25
SETTINGS = {"tokens": {"secret": "the secret of the clock's fault, 32 bytes", "per_minute": 0},
            "delivery": {"max_attempts": 1, "stalled_after": "10m"}}
# s: a standard message from the second before the known one may be repeated, and the clock may be off by one.
OVERLAP = 2


def seconds(timestamp):
    return datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()


class Reads:
    def __init__(self, context, server):
        self.context, self.server, self.result = context, server, context.result
        self.deaf, self.ticket = None, None
        self.letters = self.published = 0

    async def request(self, method, path, body=None, query=None, token=None):
        http = Http(self.server)
        reply = await http.request(method, path, token or tokens.admin(), body, query)
        http.close()
        return reply

    # --- while the clock is being stepped ---

    async def before_step(self):
        """Creates a token that must survive the step, and a message that becomes a dead letter."""
        reply = await self.request("POST", "/ws/token", body={}, token=tokens.reader("ticket"))
        self.result.require(reply.status == 201, f"POST /ws/token: {reply}")
        self.ticket = reply.json["token"]
        await self.add_letter()

    async def after_step(self, what):
        try:
            (await WebSocket.connect(self.server, self.ticket)).abort()
        except Refused as problem:
            self.result.require(False, f"{what}: a connection token from just before the step was refused: {problem}")
        try:
            (await WebSocket.connect(self.server, self.ticket)).abort()
            self.result.require(False, f"{what}: a connection token was used twice")
        except Refused:
            pass

    async def add_letter(self):
        if self.deaf is None or not self.deaf.is_open:
            self.deaf = await WebSocket.connect(self.server, tokens.reader(DEAF), [("chatId", DEAF)],
                                                receive_buffer=4096)
            self.deaf.pause()
        http, before = Http(self.server), self.letters
        async with asyncio.timeout(6 * LIMIT):
            while self.letters == before:
                for _ in range(BURST if before == 0 else 1):  # its buffers start out empty
                    self.published += 1
                    message = Message(f"letter-{self.published}", DEAF, "standard", "x" * BIG)
                    reply = await publish(http, message)
                    self.result.require(reply.status == 200, f"a publish was answered {reply}")
                self.letters = await self.letter_count(http)
        http.close()

    async def letter_count(self, http):
        return sum([1 async for _ in self.all_letters(http)])

    @staticmethod
    async def all_letters(http):
        async for page in http.pages("/dlq", tokens.admin(), {"limit": 100}):
            for letter in page["deadLetters"]:
                yield letter

    # --- afterwards ---

    async def check(self, chats):
        http = Http(self.server)
        for chat in chats:
            history = await read_history(http, chat, tokens.admin())
            await self.check_ranges(http, chat, history)
            await self.check_resumes(chat, history)
        await self.check_letters(http)
        http.close()

    async def check_ranges(self, http, chat, history):
        times = [message["publishTimestamp"] for message in history]
        for _ in range(self.context.size(30, 1_000)):
            first, last = sorted(self.context.random.choices(times, k=2))
            query = {"chatId": chat, "limit": 100, "fromTimestamp": first, "toTimestamp": last,
                     "order": self.context.random.choice(["asc", "desc"])}
            wanted = [message["messageId"] for message in history if first <= message["publishTimestamp"] <= last]
            found = await read_range(http, query)
            if query["order"] == "desc":
                found.reverse()
            self.result.tries += 1
            self.result.require(found == wanted, f"{chat} from {first} to {last}: {len(found)} of {len(wanted)}")

    async def check_resumes(self, chat, history):
        # More than 1,000 messages are not replayed (docs/protocol.md).
        places = range(max(0, len(history) - 900), len(history))
        for at in self.context.random.sample(places, min(len(places), self.context.size(30, 900))):
            known = history[at]["messageId"]
            socket = await WebSocket.connect(self.server, tokens.reader("resumer"),
                                             [("chatId", chat), ("resume", f"{chat}:{known}")])
            frames = await socket.receive_until(lambda frame: frame.get("type") == "resumed", 3 * LIMIT)
            socket.abort()
            again = {message["messageId"] for message in history[:at] if message["messageType"] == "standard"
                     and seconds(history[at]["publishTimestamp"]) - seconds(message["publishTimestamp"]) <= OVERLAP}
            got = [frame["messageId"] for frame in frames[:-1] if frame["messageId"] not in again]
            wanted = [message["messageId"] for message in history[at + 1:]]
            self.result.tries += 1
            self.result.require(frames[-1].get("complete") is True and got == wanted,
                                f"{chat} behind {known}: {len(got)} of {len(wanted)}, then {frames[-1]}")

    async def check_letters(self, http):
        if self.deaf is not None:
            self.deaf.abort()
        letters = [letter async for letter in self.all_letters(http)]
        self.result.require(len(letters) >= self.letters > 0, f"{len(letters)} of {self.letters} dead letters")
        for letter in letters:
            same = (letter.get("message") or {}).get("messageId") == letter["messageId"]
            self.result.require(same, f"a dead letter has no message: {letter}"[:300])
        socket = await WebSocket.connect(self.server, tokens.reader(DEAF), [("chatId", DEAF)], on_text=lambda _: None)
        reply = await self.request("POST", "/dlq/redrive")
        socket.abort()
        self.result.require(reply.status == 200 and reply.json == {"redriven": len(letters), "failed": 0},
                            f"of {len(letters)} dead letters: {reply}")
        self.result.notes["dead_letters"] = len(letters)


async def read_range(http, query):
    pages = http.pages("/messages", tokens.admin(), query)
    return [message["messageId"] async for page in pages for message in page["messages"]]
