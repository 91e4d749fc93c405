"""Q5: a memory cap (cgroup v1) and abusive clients: subscribers that do not read, senders of big messages that do not
wait, handshakes and bodies that never end. The kernel kills nothing; the daemon refuses with 503 or closes with 1013,
answers other clients meanwhile, and serves normally once the abusive ones are gone. Then the same with half-sent
batches (half_bodies.py).

Seen to fail with --sabotage, which caps the daemon at 24 MiB: the kernel kills it.
"""

import asyncio
import contextlib
import os
import pathlib
import socket

from support.settings import LIMIT

from . import half_bodies, tokens
from .ack_log import Message
from .clients import Gone, Http, Refused, WebSocket
from .context import Skip, need_root
from .load import publish
from .waiting import until

CAP = 256 << 20
BIG = 60 << 10  # bytes per abusive message
MESSAGES_EACH = 40
CONTROLLER = pathlib.Path("/sys/fs/cgroup/memory")


class Cgroup:
    def __init__(self, limit):
        self.limit = limit
        self.path = CONTROLLER / f"notifyd-{os.getpid()}"

    def __enter__(self):
        if not (CONTROLLER / "memory.limit_in_bytes").exists():
            raise Skip("no memory controller of cgroup v1")
        try:
            self.path.mkdir()
            (self.path / "memory.limit_in_bytes").write_text(str(self.limit))
        except OSError as problem:
            raise Skip(f"cannot create a memory cgroup: {problem}") from None
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):  # an empty group does no harm
            self.path.rmdir()

    @property
    def prefix(self):
        return ["/bin/sh", "-c", f'echo $$ >{self.path}/cgroup.procs && exec "$@"', "sh"]

    def kills(self):
        for line in (self.path / "memory.oom_control").read_text().splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
        raise Skip("this kernel does not count out-of-memory kills")

    def highest(self):
        return int((self.path / "memory.max_usage_in_bytes").read_text())


class Abuse:
    def __init__(self, server):
        self.server = server
        self.refused = self.closed = self.sent = 0
        self.sockets = []

    async def one(self, number):
        kind = (self._deaf, self._loud, self._half_handshake, self._half_body)[number % 4]
        try:
            await kind(number)
        except (Gone, OSError):
            self.closed += 1
        except Refused as refused:
            self.refused += refused.status == 503

    async def _deaf(self, number):
        client = await WebSocket.connect(self.server, tokens.reader(f"deaf{number}"), [("chatId", "big")],
                                         receive_buffer=4096)
        client.pause()
        self.sockets.append(client)

    async def _loud(self, number):
        client = await WebSocket.connect(self.server, tokens.publisher(), on_text=self._answer)
        self.sockets.append(client)
        for count in range(MESSAGES_EACH):
            if not client.is_open:
                self.closed += 1
                return
            client.send_json({"action": "sendMessage", "targetChannel": "WebSocket",
                              "messageType": "fifo" if count % 2 else "standard",
                              "payload": {"chatId": "big", "text": "x" * BIG}})
            self.sent += 1
            await asyncio.sleep(0)

    def _answer(self, data):
        self.refused += b'"statusCode":503' in data

    async def _half_handshake(self, _):
        await self._raw(b"GET /ws HTTP/1.1\r\nHost: notifyd\r\nX-Long: " + b"x" * 7000)

    async def _half_body(self, _):
        head = (f"POST /publish HTTP/1.1\r\nHost: notifyd\r\nAuthorization: Bearer {tokens.publisher()}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {BIG}\r\n\r\n").encode()
        await self._raw(head + b'{"' + b"x" * (BIG - 1000))

    async def _raw(self, data):
        raw = socket.socket()
        self.sockets.append(raw)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(raw, (self.server.host, self.server.port))
        await loop.sock_sendall(raw, data)

    def end(self):
        """Clients that do not read are closed with 1013, too, but only those that read can report it."""
        for client in self.sockets:
            if isinstance(client, WebSocket):
                self.closed += not client.is_open
                client.abort()
            else:
                client.close()


async def others(server, result, until):
    """A well-behaved client: it is answered with 200 or 503."""
    answers = {200: 0, 503: 0}
    http, number = Http(server), 0
    while not until.is_set():
        number += 1
        try:
            health = await http.request("GET", "/healthz")
            reply = await publish(http, Message(f"good{number}", "good", "fifo"))
            result.require(health.status in answers and reply.status in answers, f"{health}, {reply}")
            answers[reply.status] = answers.get(reply.status, 0) + 1
        except Gone:
            result.require(server.alive, f"the daemon has exited: {server.process.returncode}")
            if not server.alive:
                break
        await asyncio.sleep(0.02)
    http.close()
    return answers


async def run(context):
    need_root("makes a memory cgroup")
    result, count = context.result, context.size(500, 2_000)
    result.tries = count
    with Cgroup((24 << 20) if context.sabotage else CAP) as group:
        server = context.server({
            # Sized for the cap, as an operator would: 500 connections may hold 64 MiB in both directions, messages that
            # wait for the disk as much again, and SQLite's caches take 50 MiB.
            "limits": {"max_connections": count // 4, "max_message": "64KiB", "outbound_buffer": "64KiB",
                       "queue_length": 1000},
            "connections": {"handshake_timeout": "5s"}, "delivery": {"stalled_after": "3s"}})
        await server.start(prefix=group.prefix)
        abuse, done = Abuse(server), asyncio.Event()
        behaving = asyncio.ensure_future(others(server, result, done))
        await asyncio.wait_for(asyncio.gather(*(abuse.one(number) for number in range(count))), 6 * LIMIT)
        await asyncio.sleep(context.size(3, 20))
        done.set()
        answers = await behaving
        abuse.end()
        kills = group.kills()
        result.require(kills == 0 and server.alive, f"{kills} out-of-memory kills")
        result.require(abuse.refused + abuse.closed > 0, "nothing was refused or closed, so nothing was tested")
        result.notes.update(highest=f"{group.highest() >> 20}MiB", refused=abuse.refused, closed=abuse.closed,
                            sent=abuse.sent, others=f"{answers[200]}+{answers[503]}")
        if server.alive:
            await serves_again(server)
            await server.stop()
        if context.sabotage:
            return
        server = context.server(half_bodies.SETTINGS, name="half_bodies")
        await server.start(prefix=group.prefix)
        await half_bodies.run(server, result, context.size(200, 1_000))
        result.require(group.kills() == 0 and server.alive, "half-sent batches: out-of-memory kills")
        if server.alive:
            await serves_again(server)
            await server.stop()


async def serves_again(server):
    http = Http(server)

    async def accepts():
        return (await publish(http, Message("after", "after", "fifo"))).status == 200

    await until(accepts, 3 * LIMIT)
    http.close()
