"""R15: the daemon is stopped for a while (SIGSTOP) under load and continued (SIGCONT): it keeps working, no
acknowledged message is lost, and clients continue or resume where they were.

Seen to fail with --sabotage, which kills it in the pause and deletes the write-ahead log: `lost` rises.
"""

import asyncio
import signal

from support.settings import LIMIT

from .follower import Follower, Place, finish_all
from .load import Load

FOLLOWERS = 20


async def run(context):
    # Shorter than the pause: when the daemon continues, every connection has been idle for too long.
    timeouts = {"ping_interval": "1s", "idle_timeout": "3s"}
    server, log, result = context.server({"connections": timeouts}), context.log(), context.result
    await server.start()
    load = Load(context, server, log, publishers=16, chats=10, pause=0.003)
    followers = []
    for number in range(FOLLOWERS):
        places = {chat: Place(by_message_id=number % 2 == 1) for chat in context.random.sample(load.chats, 3)}
        followers.append(Follower(context, server, f"f{number}", places))
        await followers[-1].connect()
    load.start()
    came_back = 0
    for _ in range(context.size(1, 3)):
        await load.acknowledged(500)
        server.signal(signal.SIGSTOP)
        await asyncio.sleep(context.size(5, 30))
        if context.sabotage:
            await server.kill()
            server.lose_the_journal()
            await server.start()
        else:
            server.signal(signal.SIGCONT)
        result.require(server.alive, "the daemon exited during the pause")
        await load.acknowledged(500)
        for follower in followers:
            if follower.socket.closed.done():
                await follower.connect_again(3 * LIMIT)
                came_back += 1
        result.tries += 1
    await load.finish()
    for follower in followers:
        if follower.socket.closed.done():
            await follower.connect_again(3 * LIMIT)
            came_back += 1
    await finish_all(followers, load.highest, 2 * LIMIT)
    counts = await context.check(server, log.entries(), load.chats)
    result.notes.update(unknown=counts.unknown, came_back=came_back)
    await server.stop()
