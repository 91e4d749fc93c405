"""R13: SIGTERM under load. The daemon exits with 0 in time, every socket is closed with 1012 (or 1001), and no
acknowledged message is lost; a message in flight is answered (200 or 503) or its connection ends, and it is sent again
after the restart.

Seen to fail with --sabotage, which sends SIGKILL: neither the exit code nor the close codes are right.
"""

import asyncio
import signal
import time

from .follower import Follower, Place
from .load import Load

DRAIN_TIMEOUT = 20  # s; no try comes near it, but on a busy machine every step of a drain takes its time
EXIT_LIMIT = DRAIN_TIMEOUT + 5
CODES = {1001, 1012}
FOLLOWERS = 20


async def run(context):
    server = context.server({"server": {"drain_timeout": f"{DRAIN_TIMEOUT}s"}})
    log, result = context.log(), context.result
    load = Load(context, server, log, publishers=16, chats=20, pause=0.002)
    slowest = 0.0
    for number in range(context.size(10, 100)):
        await server.start()
        if number == 0:
            load.start()
        followers = [Follower(context, server, f"f{number}-{n}", {}) for n in range(FOLLOWERS)]
        for follower in followers:
            follower.places = {f"own-{follower.name}": Place(by_message_id=False)}
            await follower.connect()
        await asyncio.sleep(context.random.uniform(0.1, 0.8))
        load.codes.clear()
        started = time.monotonic()
        server.signal(signal.SIGKILL if context.sabotage else signal.SIGTERM)
        code = await server.ended()
        seconds = time.monotonic() - started
        slowest = max(slowest, seconds)
        result.require(code == 0, f"exit code {code}")
        result.require(seconds <= EXIT_LIMIT, f"it took {seconds:.1f} s to exit")
        codes = [await follower.socket.closed for follower in followers] + load.codes
        wrong = [code for code in codes if code not in CODES]
        result.require(not wrong, f"{len(wrong)} of {len(codes)} sockets were closed with {wrong[:5]}")
        result.tries += 1
    await server.start()
    await load.finish()
    counts = await context.check(server, log.entries(), load.chats)
    result.notes.update(unknown=counts.unknown, duplicates=load.duplicates, slowest_exit=f"{slowest:.2f}s")
    await server.stop()
