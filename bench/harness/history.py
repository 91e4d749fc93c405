"""Measures history pages from a large and a small database, and the start with each, without the generator."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import socket
import statistics
import tempfile
import time

from . import machine
from .peers import Notifyd
from .workload import Pace

CHAT = "history"
BYTES_PER_MESSAGE = 1000  # on disk, including the write-ahead log; a generous estimate
STARTS = 3                # per repeat, each with its own pages
WARM_UP_PAGES = 200       # not measured: a server that has just started has cached nothing of its database
FIRST_PAGES = 200
WALKS = 15                # through a whole chat
DEEP_FROM = 10            # pages from the start of the chat
READY_SECONDS = 60


def messages_of(results):
    """The number of messages in the large database of saved results; 0 if there is none."""
    counts = [entrant.removesuffix(" messages").replace(",", "") for runs in results.values() for entrant in runs
              if entrant.endswith(" messages")]
    return max(map(int, counts), default=0)


class Databases:
    """Databases that are filled through the server on first use, kept for later repeats, and removed at the end."""

    def __init__(self, runner):
        self.runner = runner
        self.folders = {}

    def folder(self, messages, chats):
        key = (messages, chats)
        if key not in self.folders:
            self.folders[key] = self._make(messages, chats)
        return self.folders[key]

    def _make(self, messages, chats):
        place = self.runner.place
        needed = messages * BYTES_PER_MESSAGE
        if shutil.disk_usage(place.data).free < needed:
            raise RuntimeError(f"{messages:,} messages need {needed / 2**30:.0f} GiB on the disk of {place.data}")
        self.runner.say(f"  creating a database of {messages:,} messages, at most {needed / 2**30:.1f} GiB")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-history-", dir=place.data))
        try:
            with Notifyd(place, folder=folder) as server:
                options = {"chat": CHAT, "chats": chats, "connections": 1, "window": 1024, "publishes": messages,
                           "publisher-token": server.token("writer", "notifyd:publish")}
                result = self.runner.generate("publish", server, options, Pace(0, 1, 1000), machine.cores(True),
                                              patience_seconds=120 + messages / 1000)
                if result["checks"]["answered"] != messages:
                    raise RuntimeError(f"not all messages were stored: {result['checks']}")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder

    def remove(self):
        for folder in self.folders.values():
            shutil.rmtree(folder, ignore_errors=True)
        self.folders.clear()


class Reader:
    """Sends GET requests on one connection, with as little overhead from Python as possible."""

    def __init__(self, port, token):
        self.head = f" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, target):
        """Returns the status, the body, and the time in microseconds."""
        begin = time.perf_counter()
        self.socket.sendall(b"GET " + target.encode() + self.head)
        answer = self.socket.recv(1 << 20)
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head = answer[:end].decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].split("\r\n")[0])
        while len(answer) < end + 4 + length:
            answer += self._more()
        return int(head.split()[1]), answer[end + 4:], (time.perf_counter() - begin) * 1e6

    def _more(self):
        more = self.socket.recv(1 << 20)
        if not more:
            raise ConnectionError("the server closed the connection in the middle of an answer")
        return more

    def page(self, chat, start_key=None):
        status, body, took = self.get(f"/messages?chatId={CHAT}-{chat}&limit=50"
                                      + (f"&startKey={start_key}" if start_key else ""))
        if status != 200:
            raise RuntimeError(f"GET /messages: {status} {body[:300]!r}")
        return json.loads(body), took

    def close(self):
        self.socket.close()


@contextlib.contextmanager
def on_cores(core_list):
    """Moves this process, which is the client here, to the generator's core."""
    if core_list is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(core) for core in core_list.split(",")})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def ready_milliseconds(server, reader, begin):
    while reader.get("/readyz")[0] != 200:
        if time.monotonic() - begin > READY_SECONDS:
            raise RuntimeError(f"notifyd was not ready after {READY_SECONDS} s")
        time.sleep(0.002)
    return server.started_ms + (time.monotonic() - begin) * 1000


def read_pages(reader, chats, chance):
    """Returns the times of first pages, and of pages deep in a chat."""
    first, deep = [], []
    for _ in range(WARM_UP_PAGES):
        reader.page(chance.randrange(chats))
    for _ in range(FIRST_PAGES):
        body, took = reader.page(chance.randrange(chats))
        first.append(took)
        if body["count"] != 50:
            raise RuntimeError(f"a page of 50 has {body['count']} messages")
    for _ in range(WALKS):
        chat, page, start_key = chance.randrange(chats), 0, None
        while True:
            body, took = reader.page(chat, start_key)
            if page >= DEEP_FROM and body["count"] == 50:
                deep.append(took)
            page, start_key = page + 1, body.get("nextStartKey")
            if not start_key:
                break
    return first, deep


def measure(databases, place, cores, options):
    messages, chats = options["messages"], options["chats"]
    folder = databases.folder(messages, chats)
    rounds = []
    for start in range(STARTS):
        with Notifyd(place, folder=folder) as server, on_cores(cores.generator):
            begin = time.monotonic()
            reader = Reader(server.port, server.token("reader", "notifyd:admin"))
            try:
                ready = ready_milliseconds(server, reader, begin)
                first, deep = read_pages(reader, chats, random.Random(start))
            finally:
                reader.close()
            rounds.append({
                "ready_ms": ready, "first_page_us": statistics.median(first), "deep_page_us": statistics.median(deep),
                "database_bytes": server.database.stat().st_size})
    return {"rounds": rounds}
