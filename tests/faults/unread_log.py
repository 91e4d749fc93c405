"""R20: the reader of stderr stops reading, the log's disk fills up, the log file is deleted. The server keeps serving,
SIGTERM ends the process with 0 within drain_timeout, and the log counts the lines that were lost.

Seen to fail against a server without these measures: with the reader stopped it never ended, and lines that did not fit
on a full disk were not counted.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import threading

from support.settings import LIMIT

from .clients import Http
from .context import Skip
from .load import Load
from .waiting import until

DRAIN = 5  # s
LINES_PIPE = 2_000  # more than a pipe or the small disk holds
LINES_QUEUE = 10_000  # more than the log's queue holds, too


class Pipe:
    """The daemon's stderr, which is read only by drain()."""

    def __init__(self):
        self.reading, self.writing = os.pipe()

    def drain(self):
        """Reads to the end, which comes when nobody has the write end open."""
        lines = bytearray()
        while chunk := os.read(self.reading, 1 << 16):
            lines += chunk
        return lines.decode(errors="replace").splitlines()


def lost_lines(lines):
    """Returns how many lines the log counts as lost, and whether every other line is complete."""
    lost, broken = 0, []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            broken.append(line)
            continue
        if event.get("event_type") == "log_lines_dropped":
            lost += event["lines"]
    return lost, broken


async def make_lines(server, count):
    """Fills the log: at level debug, each request is a line."""
    async def ask(share):
        http = Http(server)
        for _ in range(share):
            reply = await http.request("GET", "/healthz")
            assert reply.status == 200, reply
        http.close()

    await asyncio.gather(*(ask(count // 16) for _ in range(16)))


async def finish(context, server, load, log, name):
    """Checks that the server still serves and stores, then ends in time, and that no message is missing."""
    await load.acknowledged(50)
    load.ending = True
    await load.finish()
    server.signal(signal.SIGTERM)
    try:
        code = await server.ended(DRAIN + 3 * LIMIT)
    except subprocess.TimeoutExpired:
        context.result.require(False, f"{name}: SIGTERM did not end the process")
        server.end()
        return
    context.result.require(code == 0, f"{name}: exit code {code}")


async def recount(context, server, load, log):
    await server.start()
    await context.check(server, log.entries(), load.chats)
    await server.stop()


def settings(**log):
    return {"server": {"drain_timeout": f"{DRAIN}s"}, "log": {"level": "debug", **log}}


async def start(context, number, given):
    server, log = context.server(given, name=f"server-{number}"), context.log(f"acks-{number}")
    return server, log, Load(context, server, log, publishers=4, chats=4)


async def stopped_reader(context, number, reads_again):
    result = context.result
    server, log, load = await start(context, number, settings())
    pipe = Pipe()
    server.stderr = pipe.writing
    await server.start()
    os.close(pipe.writing)
    load.start()
    await make_lines(server, LINES_QUEUE if reads_again else LINES_PIPE)
    lines = []
    if reads_again:
        reader = threading.Thread(target=lambda: lines.extend(pipe.drain()))
        reader.start()
        await make_lines(server, 100)
    await finish(context, server, load, log, "stopped reader")
    if reads_again:
        await asyncio.to_thread(reader.join, 3 * LIMIT)
        lost, broken = lost_lines(lines)
        result.require(lost > 0, "no line reports the lost lines")
        result.require(not broken, f"{len(broken)} lines are incomplete: {broken[:1]}")
        result.notes["lines_lost"] = result.notes.get("lines_lost", 0) + lost
    os.close(pipe.reading)
    server.stderr = None
    await recount(context, server, load, log)


@contextlib.contextmanager
def small_disk(place):
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "notifyd-test", str(place)], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise Skip(f"mounting a tmpfs is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


async def full_disk(context, number):
    result = context.result
    place = context.folder / f"log-{number}"
    with small_disk(place):
        filler = place / "filler"
        filler.write_bytes(bytes(64 << 10))
        file = place / "notifyd.log"
        server, log, load = await start(context, number, settings(file=str(file)))
        await server.start()
        load.start()
        await make_lines(server, LINES_PIPE)
        filler.unlink()
        await make_lines(server, 100)
        await finish(context, server, load, log, "full disk")
        lost, broken = lost_lines(file.read_text(errors="replace").splitlines())
        result.require(lost > 0, "no line reports the lines lost on a full disk")
        # Now and then only the beginning of a line fits on the disk. That line is lost, but must not corrupt the next
        # one.
        result.require(len(broken) <= lost, f"{len(broken)} lines are incomplete, and {lost} were lost: {broken[:2]}")
        result.notes["lines_lost"] = result.notes.get("lines_lost", 0) + lost
        await recount(context, server, load, log)


async def deleted_file(context, number):
    file = context.folder / f"deleted-{number}.log"
    server, log, load = await start(context, number, settings(file=str(file)))
    await server.start()
    load.start()
    await load.acknowledged(20)
    file.unlink()

    async def new_file():
        await make_lines(server, 16)
        return file.exists()

    await until(new_file, 6 * LIMIT)
    await finish(context, server, load, log, "deleted log file")
    context.result.require('"server_stopped"' in file.read_text(), "the new log file lacks the last event")
    await recount(context, server, load, log)


async def run(context):
    number = 0
    for _ in range(context.size(1, 10)):
        for fault in (lambda n: stopped_reader(context, n, reads_again=False),
                      lambda n: stopped_reader(context, n, reads_again=True),
                      lambda n: full_disk(context, n),
                      lambda n: deleted_file(context, n)):
            number += 1
            await fault(number)
            context.result.tries += 1
