"""Q2: all TLS clients are disconnected at once and reconnect at once, without a random delay; first with full
handshakes, then with their session tickets. Publishing continues meanwhile, no publish is refused or lost, and /healthz
answers. Every client is back in time and receives what is published afterwards.

`tests/faults/run --long --only Q2` uses 10,000 clients. They share the machine's cores with the server, and Python
needs most of them: the seconds are an upper bound.

Seen to fail with --sabotage, which sets a connection limit of half of the clients.
"""

import asyncio
import contextlib
import http.client
import multiprocessing
import ssl
import time
import types

from support.certificate import make_certificate
from support.process import raise_descriptor_limit
from support.settings import LIMIT

from . import tokens
from .ack_log import Message
from .clients import Gone, Http, Refused, WebSocket
from .load import Load, publish
from .waiting import until

FULL, RESUMED, HEALTH_P99 = 60, 30, 1  # s
AT_ONCE = 500  # concurrent handshakes: as many as one Python process can answer before they time out


class Context(ssl.SSLContext):
    """Starts each connection with the TLS session, once there is one; asyncio offers no other way."""

    session = None

    def wrap_bio(self, incoming, outgoing, server_side=False, server_hostname=None, session=None):
        return super().wrap_bio(incoming, outgoing, server_side, server_hostname, session or self.session)


class Place:
    """What a client needs to know about a server, with a context of the client's own."""

    def __init__(self, server, context):
        self.host, self.port, self.context = server.host, server.port, context


class Crowd:
    def __init__(self, context, place, count):
        self.result, self.place, self.count = context.result, place, count
        self.clients = [None] * count
        self.got = [0] * count
        self.retries = 0

    async def come(self):
        """Connects everybody at once; returns the seconds until the last client is connected."""
        begin = time.monotonic()
        places = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._connect(n, places) for n in range(self.count)))
        return time.monotonic() - begin

    async def _connect(self, n, places):
        def take(_):
            self.got[n] += 1

        while True:
            async with places:
                try:
                    self.clients[n] = await WebSocket.connect(
                        self.place, tokens.reader(f"client-{n}"), {"chatId": "all"}, on_text=take)
                    return
                except Gone:
                    self.retries += 1
                except Refused as refusal:
                    self.result.require(False, f"a client was refused: {refusal}")
                    return
            await asyncio.sleep(0.05)

    def cut(self):
        for client in self.clients:
            if client is not None:
                client.transport.abort()

    def resumed(self):
        return sum(client is not None and client.transport.get_extra_info("ssl_object").session_reused
                   for client in self.clients)

    async def all_get(self, publisher, text):
        """Whether one more message reaches every client."""
        before = list(self.got)
        reply = await publish(publisher, Message(text, "all", "fifo", text))
        self.result.require(reply.status == 200, f"a publish was answered {reply}")
        with contextlib.suppress(TimeoutError):
            await until(lambda: all(now > then for now, then in zip(self.got, before)), 3 * LIMIT)
            return
        missed = sum(now == then for now, then in zip(self.got, before))
        self.result.lost += missed
        self.result.require(False, f"{missed} clients are back but received nothing")


def probe(place, certificate, stopping, times):
    """Requests /healthz on one new connection after another, as a load balancer does; in a process of its own, so that
    it measures the server and not the crowd of clients. Sends the seconds of each request, or -1 if it did not get
    200."""
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    while not stopping.is_set():
        begin, status = time.monotonic(), None
        connection = http.client.HTTPSConnection(*place, timeout=6 * LIMIT, context=context)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
        except OSError:
            pass
        finally:
            connection.close()
        times.send(time.monotonic() - begin if status == 200 else -1)
        stopping.wait(0.05)
    times.close()


class Probe:
    def __init__(self, server, certificate):
        self.stopping = multiprocessing.Event()
        self.times, send = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(
            target=probe, args=((server.host, server.port), str(certificate), self.stopping, send), daemon=True)
        self.process.start()
        send.close()

    def end(self):
        """All times, sorted."""
        self.stopping.set()
        times = []
        try:
            while True:
                times.append(self.times.recv())
        except EOFError:
            self.process.join()
            return sorted(times)


async def run(context):
    result, log, count = context.result, context.log(), context.size(500, 10_000)
    raise_descriptor_limit()
    certificate, key = make_certificate(types.SimpleNamespace(path=context.folder))
    server = context.server({
        "tls": {"certificate": str(certificate), "private_key": str(key)},
        "limits": {"max_connections": count // 2 if context.sabotage else 0}})
    server.context = ssl.create_default_context(cafile=str(certificate))
    await server.start()

    # Forked before there are clients, because the child would keep their sockets open when they are disconnected.
    probing = Probe(server, certificate)
    clients_context = Context(ssl.PROTOCOL_TLS_CLIENT)
    clients_context.load_verify_locations(str(certificate))
    crowd = Crowd(context, Place(server, clients_context), count)
    first = await crowd.come()
    if result.failures:
        probing.end()
        return
    load = Load(context, server, log, publishers=4, chats=10, pause=0.01)
    load.start()
    publisher = Http(server)
    await crowd.all_get(publisher, "all are here")
    for name, most in (("full", FULL), ("resumed", RESUMED)):
        if name == "resumed" and crowd.clients[0] is not None:
            clients_context.session = crowd.clients[0].transport.get_extra_info("ssl_object").session
        crowd.cut()
        took = await crowd.come()
        result.tries += count
        result.notes[name] = f"{took:.1f}s"
        result.require(took <= most, f"{took:.1f} s until all were back ({name} handshakes)")
        resumed = crowd.resumed()
        result.require(resumed == (count if name == "resumed" else 0), f"{resumed} of {count} sessions were resumed")
        await crowd.all_get(publisher, f"all are back, {name}")
    times = probing.end()
    result.require(times[0] >= 0, "/healthz was not answered")
    p99 = times[len(times) * 99 // 100]
    result.require(p99 <= HEALTH_P99, f"/healthz took {p99:.2f} s (99th percentile)")
    result.notes.update(first=f"{first:.1f}s", healthz_p99=f"{p99 * 1000:.0f}ms", probes=len(times),
                        retries=crowd.retries, publishes=load.acked)
    await load.finish()
    crowd.cut()
    publisher.close()
    await context.check(server, log.entries(), load.chats)
    await server.stop()
