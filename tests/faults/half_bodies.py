"""The second load of Q5: half-sent batches of 4 MiB, from one token and from many. Together they take no more memory
than limits.body_memory, whoever sends them, and other clients can publish meanwhile."""

import asyncio
import contextlib
import socket

from support.settings import LIMIT

from . import tokens
from .ack_log import Message
from .clients import Gone, Http
from .load import publish
from .waiting import until

BATCH = 4 << 20
BUDGET = 64 << 20
BUDGET_OF_ONE = 16 << 20
# On top of the budget: the memory of 200 connections and of the server itself. The half-sent batches amount to 400 MiB.
ELSE = 64 << 20
SETTINGS = {"limits": {"body_memory": BUDGET, "body_memory_per_user": BUDGET_OF_ONE, "max_batch": BATCH}}


class HalfBodies:
    def __init__(self, server):
        self.server = server
        self.sockets = []
        self.refused = self.answered = 0

    async def send(self, token):
        head = (f"POST /publish/batch HTTP/1.1\r\nHost: notifyd\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {BATCH}\r\n\r\n").encode()
        raw, loop = socket.socket(), asyncio.get_running_loop()
        self.sockets.append(raw)
        raw.setblocking(False)
        with contextlib.suppress(OSError):  # refused while sending
            await loop.sock_connect(raw, (self.server.host, self.server.port))
            await loop.sock_sendall(raw, head)
            await loop.sock_sendall(raw, b"[" * (BATCH // 2))

    async def count_refused(self, at_least):
        """Waits for this many answers; nobody else gets one."""
        loop = asyncio.get_running_loop()

        async def answered(raw):
            try:
                self.answered += (await loop.sock_recv(raw, 64))[9:12] in (b"429", b"503")
            except OSError:
                pass  # the connection was reset before the answer arrived, because the client was still sending
            self.refused += 1

        waiting = [asyncio.ensure_future(answered(raw)) for raw in self.sockets]
        with contextlib.suppress(TimeoutError):
            await until(lambda: self.refused >= at_least, 3 * LIMIT)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def close(self):
        for raw in self.sockets:
            raw.close()


async def _others(server, result, until):
    """All their publishes are accepted: small requests do not count against the budget."""
    http, number = Http(server), 0
    while not until.is_set():
        number += 1
        try:
            reply = await publish(http, Message(f"small{number}", "small", "fifo"))
            result.require(reply.status == 200, f"a small publish: {reply}")
        except Gone as problem:
            result.require(False, f"a small publish: {problem}")
            break
        await asyncio.sleep(0.02)
    http.close()
    return number


async def _load(server, result, names, budget):
    before, done = server.resident(), asyncio.Event()
    others = asyncio.ensure_future(_others(server, result, done))
    halves = HalfBodies(server)
    await asyncio.wait_for(asyncio.gather(*(halves.send(tokens.sender(name)) for name in names)), 6 * LIMIT)
    await halves.count_refused(len(names) - budget // BATCH)
    grown = server.resident() - before
    done.set()
    served = await others
    halves.close()
    result.require(halves.refused == len(names) - budget // BATCH, f"{halves.refused} of {len(names)} were refused")
    result.require(halves.answered > 0, "no refusal was answered")
    result.require(grown < budget + ELSE, f"{len(names)} half-sent batches took {grown >> 20} MiB")
    result.require(served > 0, "no other client could publish")
    return grown


async def run(server, result, count):
    """`server` must run with SETTINGS."""
    one = await _load(server, result, ["greedy"] * count, BUDGET_OF_ONE)
    many = await _load(server, result, [f"crowd{number}" for number in range(count)], BUDGET)
    result.tries += 2 * count
    result.notes.update(half_batches=f"one token {one >> 20}MiB, many {many >> 20}MiB")
