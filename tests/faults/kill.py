"""R1: kill -9 at a random moment under load, then a restart with what is on disk.

Seen to fail with --sabotage, which deletes the write-ahead log between each kill and the restart, as if publishes had
been acknowledged before they reached the disk: `lost` rises. Against a daemon that did not deduplicate, `doubled` rose.
"""

import asyncio

from .load import Load

READY_LIMIT = 10.0  # s; generous: the measured time (1 s with a million rows) is reported, not asserted


async def run(context):
    server, result = context.server(), context.result
    await server.start()
    slowest, unknown, duplicates = 0.0, 0, 0
    for number in range(context.size(1, 10)):  # each round has its own chats and log; the database is shared and grows
        log = context.log(f"acks-{number}")
        load = Load(context, server, log, publishers=16, chats=50, name=f"round{number}", pause=0.002)
        load.start()
        for _ in range(context.size(40, 50)):
            await asyncio.sleep(context.random.uniform(0.020, 1.5))
            await server.kill()
            if context.sabotage:
                server.lose_the_journal()
            slowest = max(slowest, await server.start())
            result.tries += 1
        await load.finish()
        unknown += (await context.check(server, log.entries(), load.chats)).unknown
        duplicates += load.duplicates
    result.require(slowest < READY_LIMIT, f"not ready again until {slowest:.1f} s after a kill")
    result.notes.update(unknown=unknown, duplicates=duplicates, slowest_start=f"{slowest:.3f}s")
    await server.stop()
