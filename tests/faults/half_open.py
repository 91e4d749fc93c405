"""Q3: peers that vanish without closing their connections. The daemon runs in a network namespace of its own, where
packets to and from one address are dropped. Every connection of that address is closed and its descriptor freed within
the idle timeout plus the time of a closing handshake; the other connections are not affected.

Seen to fail with --sabotage, which sets an idle timeout of a minute: the descriptors are still in use.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import time

from support.settings import LIMIT

from . import tokens
from .ack_log import Message
from .clients import Gone, Http, WebSocket
from .context import Skip, need_program, need_root
from .load import publish

PING, IDLE, HANDSHAKE = 1, 4, 2  # s
SLACK = LIMIT / 5  # s
HEALTHY = 10


class Network:
    """A namespace with the daemon's address, and two addresses outside it: one that stays and one that vanishes."""

    def __init__(self):
        number = os.getpid()
        self.name = f"notifyd-{number}"
        self.links = f"nfd{number % 100000}a", f"nfd{number % 100000}b"
        net = f"10.203.{number % 250}"
        self.server, self.stays, self.vanishes = f"{net}.1", f"{net}.2", f"{net}.3"

    def __enter__(self):
        inner, outer = self.links
        try:
            self._run("ip", "netns", "add", self.name)
            self._run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", self.name)
            self._run("ip", "addr", "add", f"{self.stays}/24", "dev", outer)
            self._run("ip", "addr", "add", f"{self.vanishes}/24", "dev", outer)
            self._run("ip", "link", "set", outer, "up")
            self._run(*self.inside, "ip", "addr", "add", f"{self.server}/24", "dev", inner)
            self._run(*self.inside, "ip", "link", "set", inner, "up")
            self._run(*self.inside, "ip", "link", "set", "lo", "up")
            self._run(*self.inside, "iptables", "-L", "-n")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "link", "del", self.links[1]], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)

    @property
    def inside(self):
        return "ip", "netns", "exec", self.name

    def vanish(self):
        self._run(*self.inside, "iptables", "-I", "INPUT", "-s", self.vanishes, "-j", "DROP")
        self._run(*self.inside, "iptables", "-I", "OUTPUT", "-d", self.vanishes, "-j", "DROP")

    @staticmethod
    def _run(*arguments):
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Skip(f"{' '.join(arguments)}: {done.stderr.strip()}")


async def half_handshake(server, source):
    raw = socket.socket()
    raw.setblocking(False)
    raw.bind((source, 0))
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (server.host, server.port))
    await loop.sock_sendall(raw, b"GET /ws HTTP/1.1\r\nHost: notifyd\r\n")
    return raw


async def run(context):
    need_root("makes a network namespace")
    need_program("ip", "iptables")
    result, count = context.result, context.size(100, 1_000)
    idle = 60 if context.sabotage else IDLE
    with Network() as network, contextlib.ExitStack() as half_open:
        server = context.server({"connections": {"ping_interval": f"{PING}s", "idle_timeout": f"{idle}s",
                                                 "handshake_timeout": f"{HANDSHAKE}s"}}, host=network.server)
        await server.start(prefix=network.inside)
        healthy = [await WebSocket.connect(server, tokens.reader(f"h{n}"), [("chatId", "c")], source=network.stays)
                   for n in range(HEALTHY)]
        http, sent = Http(server), 0
        base = await steady_descriptors(server, http)
        peers = [await WebSocket.connect(server, tokens.reader(f"v{n}"), [("chatId", "c")], source=network.vanishes)
                 for n in range(count)]
        for _ in range(count // 10):
            half_open.enter_context(await half_handshake(server, network.vanishes))
        result.tries = count + count // 10
        most = server.descriptors()
        result.require(most >= base + count, f"{most} descriptors, {base} before {count} peers connected")

        network.vanish()
        started = time.monotonic()
        freed = None
        while time.monotonic() - started < IDLE + PING + SLACK:
            sent += 1  # leaves unacknowledged data in every vanished connection
            reply = await publish(http, Message(f"m{sent}", "c", "fifo"))
            result.require(reply.status == 200, f"a publish was answered {reply}")
            if server.descriptors() <= base:
                freed = time.monotonic() - started
                break
            await asyncio.sleep(0.05)
        result.require(freed is not None, f"{server.descriptors() - base} descriptors are still in use")
        for client in healthy:
            try:
                numbers = [(await client.receive())["sequenceNumber"] for _ in range(sent)]
                result.out_of_order += numbers != list(range(1, sent + 1))
            except Gone as gone:
                result.require(False, f"a healthy client was disconnected: {gone}")
        http.close()
        for client in (*peers, *healthy):
            client.abort()
        result.notes.update(freed=f"{freed or 0:.1f}s", published=sent)
        await server.stop()


async def steady_descriptors(server, http):
    """The publisher's keep-alive connection is one of them."""
    reply = await publish(http, Message("first", "first", "fifo"))
    assert reply.status == 200, reply
    return server.descriptors()
