"""R14: the wall clock steps by seconds, an hour, a day and past 2038, forward and back, while the daemon runs and while
it does not (libfaketime; the steady clock is left alone). Order and numbers continue, no client is disconnected,
nothing is deleted early, a backward step does not reopen the deduplication window, and everything that is read by time
or by id agrees with a full walk of the history (clock_reads.py).

Seen to fail with --sabotage, which steps the steady clock, too: timers expire and connections are closed.
"""

import asyncio
import pathlib
import time

from support.settings import LIMIT

from . import tokens
from .ack_log import Message
from .clients import Http, WebSocket
from .clock_reads import DEAF, SETTINGS, Reads
from .context import Skip
from .follower import Follower, Place, finish_all
from .load import Load, publish
from .waiting import until

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
HOUR, DAY = 3600, 86400
STEPS = (-10, -11, 0, -1, 9, HOUR, 0, -HOUR, -HOUR - 10, 0, DAY, 0, -DAY, 0)
PAST_2038 = 13 * 365 * DAY
IDLE = 50
TIMEOUTS = {"ping_interval": "500ms", "idle_timeout": "10m"}  # far below the steps; longer than the fault takes


class FakeClock:
    def __init__(self, context):
        if not pathlib.Path(LIBRARY).exists():
            raise Skip("libfaketime is not installed")
        self.file = context.folder / "time"
        self.environment = {
            "LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "0" if context.sabotage else "1"}
        self.step(0)

    def step(self, seconds):
        """Steps the clock relative to the true time, with immediate effect."""
        self.offset = seconds
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self.file)


async def still_open(context, sockets, clock, what):
    """The daemon sweeps for silent connections twice, then every client answers; and its clock shows the time set."""
    pings = sockets[0].pings + 2
    await until(lambda: sockets[0].pings >= pings or not sockets[0].is_open, 3 * LIMIT)
    for socket in sockets:
        socket.send_json({"id": "00000000-0000-4000-8000-000000000002", "type": "ping", "timestamp": 0, "payload": {}})
    waits = [socket.receive_until(lambda frame: frame.get("type") == "pong", 3 * LIMIT) for socket in sockets]
    answers = await asyncio.gather(*waits, return_exceptions=True)
    gone = sum(isinstance(answer, Exception) for answer in answers)
    context.result.require(gone == 0, f"{what}: {gone} of {len(sockets)} connections are gone")
    for answer in answers:
        if not isinstance(answer, Exception):
            off = answer[-1]["timestamp"] / 1000 - time.time() - clock.offset
            context.result.require(abs(off) < 60, f"{what}: the daemon's clock is off by {off:.0f} s")


async def once_more(context, server, message, first, what):
    """Checks that the deduplication id is still known."""
    http = Http(server)
    answer = (await publish(http, message)).json
    http.close()
    same = all(answer.get(key) == first.get(key) for key in ("messageId", "sequenceNumber"))
    context.result.require(same and answer.get("duplicate") is True, f"{what}: first {first}, then {answer}")
    context.result.doubled += not same


async def run(context):
    clock, result = FakeClock(context), context.result
    settings = {"storage": {"message_retention": "2h"}, "connections": TIMEOUTS, **SETTINGS}
    server, log = context.server(settings), context.log()
    reads = Reads(context, server)
    await server.start(environment=clock.environment)
    load = Load(context, server, log, publishers=8, chats=5, pause=0.005)
    followers = [Follower(context, server, f"f{n}", {chat: Place(False) for chat in load.chats}) for n in range(5)]
    for follower in followers:
        await follower.connect()
    idle = [await WebSocket.connect(server, tokens.reader(f"idle{n}"), [("chatId", "idle")]) for n in range(IDLE)]
    http, marked = Http(server), Message("marked", "marked", "fifo")
    log.sent(marked)
    first = (await publish(http, marked)).json
    log.acked(marked, first)
    load.start()
    for step in (*STEPS, PAST_2038, 0):
        await load.acknowledged(150)
        await reads.before_step()
        clock.step(step)
        await reads.after_step(f"a step to {step:+d} s")
        await load.acknowledged(150)
        await still_open(context, idle, clock, f"a step to {step:+d} s")
        if step <= 0:  # a step forward may end the window
            await once_more(context, server, marked, first, f"after a step to {step:+d} s")
        result.tries += 1
    await load.finish()
    await finish_all(followers, load.highest, 3 * LIMIT)
    http.close()

    chats = [*load.chats, "marked", DEAF]
    await server.stop()
    clock.step(-HOUR)
    await server.start(environment=clock.environment)
    await once_more(context, server, marked, first, "an hour back, after a start")
    for step in (-HOUR - 10, -HOUR - 1, -10):
        load = Load(context, server, log, publishers=4, chats=5, name=f"after{-step}")
        load.chats = chats[:5]
        load.start()
        await load.acknowledged(100)
        await load.finish()
        await server.stop()
        clock.step(step)
        await server.start(environment=clock.environment)
    await reads.check(chats)
    await server.stop()
    clock.step(HOUR)  # a starting daemon looks for expired messages; after two hours there are none
    await server.start(environment=clock.environment)
    before = result.notes.get("acked", 0)
    await context.check(server, log.entries(), chats[:-1])
    result.notes["acked"] = result.notes["acked"] - before
    await server.stop()
