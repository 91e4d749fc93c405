"""Q1: one client among many reads very slowly, another does not read at all. The others get everything in order; what
the daemon buffers for the two is bounded; the first catches up in order and without a gap once it reads again; the
second is closed with 1013.

Seen to fail with --sabotage, which allows 64 MiB per connection: the daemon's memory grows past the bound.
"""

import asyncio
import contextlib
import re

from support.daemon import eventually
from support.settings import LIMIT

from . import tokens
from .clients import Http, WebSocket
from .waiting import until

CAP = 1 << 20  # limits.outbound_buffer
STALLED_AFTER = 4  # s
SMALL, BIG = 512, 16 << 10  # bytes per message in the chat of all clients, and in the chat of a few
COUNT = 1_500  # messages per chat; in the big one, more than the cap and the kernel's buffers hold
PAGE = 100
CHUNK = 50  # published at a time; the fast clients have received them before the next
FIELDS = re.compile(rb'"chatId":"(\w+)".*"sequenceNumber":(\d+)')


class Reader:
    """Checks the order by number."""

    def __init__(self, result, chats):
        self.result = result
        self.last = dict.fromkeys(chats, 0)

    async def connect(self, server, name, receive_buffer=None):
        query = [("chatId", chat) for chat in self.last]
        self.socket = await WebSocket.connect(server, tokens.reader(name), query, on_text=self._take,
                                              receive_buffer=receive_buffer)
        return self

    def _take(self, data):
        chat, number = FIELDS.search(data).groups()
        chat, number = chat.decode(), int(number)
        if number <= self.last[chat]:
            self.result.doubled += 1
        elif number != self.last[chat] + 1:
            self.result.out_of_order += 1
        self.last[chat] = number

    def is_at(self, numbers):
        return all(self.last[chat] >= numbers[chat] for chat in self.last)


async def reach(readers, numbers, limit):
    """Returns how many readers did not reach the numbers within the limit."""
    with contextlib.suppress(TimeoutError):
        await until(lambda: all(reader.is_at(numbers) or not reader.socket.is_open for reader in readers), limit, 0.005)
    return sum(not reader.is_at(numbers) for reader in readers)


async def publish_all(context, publisher, fast, numbers):
    """Publishes COUNT messages to each chat, no faster than the fast clients read."""
    for _ in range(COUNT // CHUNK):
        for chat, size in (("all", SMALL), ("few", BIG)):
            for _ in range(CHUNK):
                publisher.send_json({"action": "sendMessage", "targetChannel": "WebSocket", "messageType": "fifo",
                                     "payload": {"chatId": chat, "text": "x" * size}})
            for _ in range(CHUNK):
                answer = await publisher.receive()
                numbers[chat] = answer["sequenceNumber"]
        late = await reach(fast, numbers, 3 * LIMIT)
        context.result.require(late == 0, f"{late} of {len(fast)} fast clients did not get everything")
        if late:
            context.result.lost += late
            return


async def fill_caches(server, result):
    """The database's reader threads cache what they have read, each up to a bound. A slow client makes them read, so
    their caches must be full before the memory that it costs is measured."""
    async def read_all():
        http, key = Http(server), None
        for _ in range(COUNT // PAGE):
            query = {"chatId": "few", "limit": PAGE, **({"startKey": key} if key else {})}
            reply = await http.request("GET", "/messages", tokens.admin(), query=query)
            result.require(reply.status == 200, f"a page of the history: {reply}")
            key = reply.json.get("nextStartKey")
        http.close()
    await asyncio.gather(*(read_all() for _ in range(8)))


async def highest_memory(server, until):
    highest = 0
    while not until.is_set():
        highest = max(highest, server.resident())
        await asyncio.sleep(0.02)
    return highest


async def trickle(reader, until):
    """Reads a few kilobytes now and then: slow, but never stalled."""
    while not until.is_set() and reader.socket.is_open:
        reader.socket.resume()
        await asyncio.sleep(0.002)
        reader.socket.pause()
        await asyncio.sleep(0.4)


async def run(context):
    result = context.result
    server = context.server({
        "limits": {"outbound_buffer": "64MiB" if context.sabotage else CAP}, "log": {"level": "info"},
        "delivery": {"stalled_after": f"{STALLED_AFTER}s"}})
    await server.start()
    result.tries = context.size(200, 1_000)
    numbers = {"all": 0, "few": 0}
    fast = [await Reader(result, ("all", "few") if n < 3 else ("all",)).connect(server, f"fast{n}")
            for n in range(result.tries - 2)]
    slow = await Reader(result, ("all", "few")).connect(server, "slow", receive_buffer=4096)
    dead = await Reader(result, ("all", "few")).connect(server, "dead", receive_buffer=4096)
    publisher = await WebSocket.connect(server, tokens.publisher())

    warm, done = asyncio.Event(), asyncio.Event()
    measuring = asyncio.ensure_future(highest_memory(server, warm))
    # Twice, because the writer thread's cache has room for more than one.
    for _ in range(2):
        await publish_all(context, publisher, [*fast, slow, dead], numbers)
    await fill_caches(server, result)
    warm.set()
    base = await measuring

    slow.socket.pause()
    dead.socket.pause()
    measuring = asyncio.ensure_future(highest_memory(server, done))
    trickling = asyncio.ensure_future(trickle(slow, done))
    await publish_all(context, publisher, fast, numbers)
    behind = numbers["few"] - slow.last["few"]
    done.set()
    growth = await measuring - base
    await trickling
    slow.socket.resume()
    result.require(behind * BIG > 2 * CAP, f"the slow client was only {behind} messages behind, so nothing was tested")
    # Two slow connections, and what the same load may cost elsewhere.
    result.require(growth <= 2 * CAP + base // 10, f"memory grew by {growth >> 10} KiB on {base >> 10} KiB")

    def closed_1013():
        return any('"user_id":"dead"' in line and '"code":1013' in line
                   for line in server.log_lines_with('"connection_closed"'))

    closed = await asyncio.to_thread(eventually, closed_1013, STALLED_AFTER + LIMIT)
    result.require(closed, "the client that reads nothing was not closed with 1013")
    late = await reach([slow], numbers, 3 * LIMIT)
    result.require(late == 0, f"the slow client is at {slow.last} of {numbers}")
    result.lost += sum(numbers[chat] - slow.last[chat] for chat in numbers)
    result.notes.update(behind=behind, base=f"{base >> 10}KiB", growth=f"{growth >> 10}KiB")
    for client in (*fast, slow, dead):
        client.socket.abort()
    await server.stop()
