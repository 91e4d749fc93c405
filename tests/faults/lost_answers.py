"""R6: the answer is lost on the way. A proxy forwards the request and resets the connection instead of passing on the
answer, either at once or once the answer has arrived; the publisher retries with the same deduplication id and must get
the same number and message id.

Seen to fail with --sabotage: the second attempt has a different deduplication id, and the checker counts duplicates.
"""

import asyncio
import dataclasses
import json
import random
import socket
import struct

from . import tokens
from .ack_log import Message
from .clients import Gone, Http, WebSocket
from .load import publish

CUT = 0.05  # of all requests


class Proxy:
    """Finds the end of a request only because its clients send one request at a time."""

    def __init__(self, server, rng):
        self.target, self.random = server, rng
        self.host, self.port = server.host, server.port + 1
        self.swallowed = []  # answers that arrived but were not passed on, as bytes
        self.cuts = 0

    async def __aenter__(self):
        self.listener = await asyncio.start_server(self._serve, self.host, self.port)
        return self

    async def __aexit__(self, *_):
        self.listener.close()
        await self.listener.wait_closed()

    async def _serve(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection(self.target.host, self.target.port)
        except OSError:
            return reset(writer)
        try:
            handshake = True
            while data := await reader.read(65536):
                websocket = not data.startswith(b"POST")
                up_writer.write(data)
                cut = self.random.random() < CUT and not (websocket and handshake)
                if cut and self.random.random() < 0.5:
                    await up_writer.drain()
                    self.cuts += 1
                    break
                answer = await up_reader.read(65536)
                handshake = False
                if cut:
                    self.cuts += 1
                    self.swallowed.append(answer)
                    break
                if not answer:
                    break
                writer.write(answer)
        except OSError:
            pass
        reset(writer)
        up_writer.close()


def reset(writer):
    """Resets the connection, so that the client sees an error rather than an end of file."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def swallowed_answers(proxy):
    """{message id: answer} for the answers that the proxy swallowed."""
    found = {}
    for data in proxy.swallowed:
        at = data.find(b'{"message')
        if at >= 0:
            answer = json.loads(data[at:])
            found[answer["messageId"]] = answer
    return found


class Publisher:
    """Sends one request at a time, over HTTP or WebSocket, until it is answered."""

    def __init__(self, context, proxy, log, number):
        self.context, self.proxy, self.log = context, proxy, log
        self.over_http = number % 2 == 0
        self.http, self.socket = Http(proxy), None
        self.answers = {}  # message -> the last answer

    async def attempt(self, message):
        if self.over_http:
            reply = await publish(self.http, message)
            assert reply.status == 200, reply
            return reply.json
        if self.socket is None:
            self.socket = await WebSocket.connect(self.proxy, tokens.publisher())
        self.socket.send_json({"action": "sendMessage", "requestId": message.id, **message.request()})
        try:
            answer = await self.socket.receive()
        except Gone:
            self.socket = None
            raise
        assert answer.get("requestId") == message.id and answer.get("type") == "receipt", answer
        return answer

    async def publish(self, message):
        self.log.sent(message)
        attempts = 0
        while True:
            attempts += 1
            try:
                answer = await self.attempt(message)
                break
            except Gone:
                if self.context.sabotage:
                    message = dataclasses.replace(message, key=f"{message.id}-{attempts}")
        self.log.acked(message, answer)
        self.answers[message.id] = (message, answer)
        self.context.result.require(attempts > 1 or not answer.get("duplicate"), f"not a duplicate: {answer}")
        return attempts

    def close(self):
        self.http.close()
        if self.socket is not None:
            self.socket.abort()


async def run(context):
    result, rng = context.result, random.Random(context.seed)
    server, log = context.server(), context.log()
    await server.start()
    chats = [f"c-{n}" for n in range(20)]
    each = -(-context.size(5_000, 100_000) // 16)
    async with Proxy(server, random.Random(rng.random())) as proxy:
        publishers = [Publisher(context, proxy, log, n) for n in range(16)]

        async def work(number, publisher):
            retried = 0
            for count in range(each):
                kinds = ("fifo", "standard") if publisher.over_http else ("fifo",)
                message = Message(f"{number}-{count}", rng.choice(chats), rng.choice(kinds), "x" * rng.randint(1, 300))
                retried += await publisher.publish(message) > 1
                result.tries += 1
            return retried

        retried = sum(await asyncio.gather(*(work(n, p) for n, p in enumerate(publishers))))
        told = {answer["messageId"]: answer for p in publishers for _, answer in p.answers.values()}
        for name, kept_back in swallowed_answers(proxy).items():
            again = told.get(name)
            if again is None or again.get("sequenceNumber") != kept_back.get("sequenceNumber"):
                result.out_of_order += 1
            elif not again.get("duplicate"):
                result.require(False, f"the second answer is not marked as a duplicate: {again}")
    result.require(proxy.cuts > 0 and retried > 0, "no connection was reset")

    for end in (server.kill, server.stop):  # the deduplication window survives both
        await end()
        await server.start()
        await retry_after_restart(context, server, publishers)
    for publisher in publishers:
        publisher.close()
    await context.check(server, log.entries(), chats)
    result.notes.update(cuts=proxy.cuts, retried=retried)
    await server.stop()


async def retry_after_restart(context, server, publishers):
    http = Http(server)
    for publisher in publishers:
        known = list(publisher.answers.values())
        for message, first in context.random.sample(known, min(20, len(known))):
            answer = (await publish(http, message)).json
            same = all(answer.get(key) == first.get(key) for key in ("messageId", "sequenceNumber"))
            context.result.require(same and answer.get("duplicate") is True,
                                   f"after a restart, first {first}, then {answer}")
    http.close()
