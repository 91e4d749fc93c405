"""HTTP and WebSocket clients for thousands of connections in one thread: asyncio, with only as much of the protocols as
the faults need."""

import asyncio
import base64
import collections
import json
import os
import socket
import struct
import urllib.parse

from support.settings import LIMIT


PATIENCE = 6 * LIMIT  # s, longer than the daemon is ever down

class Gone(ConnectionError):
    """The connection ended or could not be made: the outcome of what was in flight is unknown."""


class Refused(Exception):
    """The handshake was answered with a status other than 101."""

    def __init__(self, status, text):
        super().__init__(f"{status} {text[:200]}")
        self.status = status


class Reply:
    def __init__(self, status, body):
        self.status = status
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300].decode(errors='replace')}"


def tls_options(server):
    context = getattr(server, "context", None)
    return {"ssl": context, "server_hostname": "localhost"} if context else {}


class Http:
    """One keep-alive connection, opened when it is needed. `server` is anything with a host, a port and, if it speaks
    TLS, an SSL context."""

    def __init__(self, server, limit=PATIENCE):
        self.server = server
        self.limit = limit
        self.reader = self.writer = None

    async def request(self, method, path, token=None, body=None, query=None, headers=None):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: notifyd", f"Content-Length: {len(data)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        if token is not None:
            lines.append(f"Authorization: Bearer {token}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        async with asyncio.timeout(self.limit):
            try:
                return await self._exchange(head + data)
            except (OSError, asyncio.IncompleteReadError) as problem:
                self.close()
                raise Gone(str(problem)) from None
            except asyncio.CancelledError:
                self.close()  # so that the next request does not read the answer to this one
                raise

    async def pages(self, path, token, query):
        """Yields each page of a list, from the first to the last."""
        query = dict(query)
        while True:
            reply = await self.request("GET", path, token, query=query)
            assert reply.status == 200, reply
            page = reply.json
            yield page
            if "nextStartKey" not in page:
                return
            query["startKey"] = page["nextStartKey"]

    async def _exchange(self, data):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(
                self.server.host, self.server.port, **tls_options(self.server))
        self.writer.write(data)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status, length, ends = int(head.split(" ", 2)[1]), 0, False
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "connection":
                ends = value.strip().lower() == "close"
        body = await self.reader.readexactly(length)
        if ends:
            self.close()
        return Reply(status, body)

    def close(self):
        if self.writer is not None:
            self.writer.transport.abort()
            self.reader = self.writer = None


def _header(opcode, length):
    """Masks with a key of zeros, which leaves the payload unchanged."""
    if length < 126:
        return struct.pack("!BBI", 0x80 | opcode, 0x80 | length, 0)
    if length < 65536:
        return struct.pack("!BBHI", 0x80 | opcode, 0x80 | 126, length, 0)
    return struct.pack("!BBQI", 0x80 | opcode, 0x80 | 127, length, 0)


class WebSocket(asyncio.Protocol):
    """`on_text` receives each text as bytes; without it, texts wait for receive(). `closed`: the code; 1006 if none."""

    def __init__(self, on_text=None):
        self.on_text = on_text
        self.texts = collections.deque()
        self.waiter = None
        self.transport = None
        self.buffer = b""
        self.code = None
        self.pings = 0
        loop = asyncio.get_running_loop()
        self.opened = loop.create_future()
        self.closed = loop.create_future()

    @classmethod
    async def connect(cls, server, token, query=(), on_text=None, receive_buffer=None, source=None, limit=PATIENCE):
        """Raises Gone when there is no daemon, and Refused when it refuses the handshake."""
        pairs = list(query.items()) if isinstance(query, dict) else list(query)
        path = "/ws?" + urllib.parse.urlencode([*pairs, ("token", token)])
        loop = asyncio.get_running_loop()
        raw = socket.socket()
        try:
            raw.setblocking(False)
            if receive_buffer is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            if source is not None:
                raw.bind((source, 0))
            async with asyncio.timeout(limit):
                await loop.sock_connect(raw, (server.host, server.port))
                _, client = await loop.create_connection(lambda: cls(on_text), sock=raw, **tls_options(server))
                key = base64.b64encode(os.urandom(16)).decode()
                client.transport.write(
                    f"GET {path} HTTP/1.1\r\nHost: notifyd\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
                await client.opened
                return client
        except OSError as problem:
            raw.close()
            raise Gone(str(problem)) from None

    # --- callbacks of the transport ---

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        buffer = self.buffer + data if self.buffer else data
        at = 0
        if not self.opened.done():
            at = buffer.find(b"\r\n\r\n") + 4
            if at < 4:
                self.buffer = buffer
                return
            status = int(buffer[9:12])
            if status != 101:
                self.opened.set_exception(Refused(status, buffer.decode(errors="replace")))
                self.transport.abort()
                return
            self.opened.set_result(None)
        end = len(buffer)
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(buffer[at + 2:at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(buffer[at + 2:at + 10], "big"), at + 10
            if end < start + length:
                break
            self._take(buffer[at], buffer[start:start + length])
            at = start + length
        self.buffer = buffer[at:]

    def _take(self, first, data):
        if first == 0x81:
            if self.on_text is not None:
                self.on_text(data)
            else:
                self.texts.append(data)
                self._wake()
        elif first == 0x89:
            self.pings += 1
            self._write(0xA, data)
        elif first == 0x88:
            self.code = int.from_bytes(data[:2], "big") if data else 1005
            self._write(8, data[:2])
            self.transport.close()
        elif first != 0x8A:
            raise AssertionError(f"unexpected frame of type {first:#x}")

    def connection_lost(self, problem):
        if not self.opened.done():
            self.opened.set_exception(Gone("ended within the handshake"))
        if not self.closed.done():
            self.closed.set_result(self.code if self.code is not None else 1006)
        self._wake()

    def _wake(self):
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    # --- used by the faults ---

    def _write(self, opcode, data):
        if not self.transport.is_closing():
            self.transport.write(_header(opcode, len(data)) + data)

    def send_json(self, value):
        self._write(1, json.dumps(value).encode())

    def send_text(self, data):
        self._write(1, data)

    def ping(self):
        self._write(9, b"")

    @property
    def is_open(self):
        return not self.closed.done() and not self.transport.is_closing()

    async def receive(self, limit=PATIENCE):
        """The next text, parsed. Raises Gone at the end of the connection and TimeoutError after the limit."""
        while not self.texts:
            if self.closed.done():
                raise Gone(f"closed {self.closed.result()}")
            self.waiter = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(limit):
                await self.waiter
        return json.loads(self.texts.popleft())

    async def receive_until(self, wanted, limit=PATIENCE):
        """Every frame up to and including the first that `wanted` accepts."""
        taken = []
        async with asyncio.timeout(limit):
            while True:
                taken.append(await self.receive(limit))
                if wanted(taken[-1]):
                    return taken

    def pause(self):
        """Stops reading, so that first the kernel's buffers fill up and then the daemon's."""
        self.transport.pause_reading()

    def resume(self):
        self.transport.resume_reading()

    def close(self):
        """Closes cleanly; the daemon answers the close frame."""
        self._write(8, struct.pack("!H", 1000))

    def abort(self):
        """Drops the connection, like a phone that loses its network, but with a reset."""
        self.transport.abort()
