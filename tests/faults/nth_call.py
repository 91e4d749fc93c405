"""R3: death at the Nth fdatasync and at the Nth pwrite64 of a thread, injected with strace: between and within commits.

Seen to fail with --sabotage, which deletes the write-ahead log after each death: `lost` rises.
"""

from support.settings import LIMIT

from .clients import Gone
from .context import Skip, need_program
from .load import Load

# fdatasync: two per commit and checkpoint; pwrite64: many per commit, so its numbers go higher.
CALLS = (("fdatasync", 1), ("pwrite64", 13))


def tracing(call, number):
    """Runs strace as a grandchild (-D), so that the process started is the daemon itself."""
    return ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
            "-e", f"inject={call}:signal=KILL:when={number}"]


async def run(context):
    need_program("strace")
    server, log, result = context.server(), context.log(), context.result
    await server.start()  # the first start is not what is tested
    await server.stop()
    load = Load(context, server, log, publishers=8, chats=10, pause=0.001)
    load.start()
    deaths_at_start = 0
    for place in range(1, context.size(41, 201), context.size(2, 1)):
        for call, factor in CALLS:
            server.spawn(prefix=tracing(call, place * factor))
            try:
                await server.ready(3 * LIMIT)
            except Gone as gone:
                if server.process.returncode != -9:
                    raise Skip(f"strace cannot trace here: {gone}") from None
                deaths_at_start += 1
            code = await server.ended()
            result.require(code == -9, f"{call} {place * factor}: exit code {code}")
            if context.sabotage:
                server.lose_the_journal()
            result.tries += 1
    await server.start()
    await load.finish()
    counts = await context.check(server, log.entries(), load.chats)
    result.notes.update(unknown=counts.unknown, duplicates=load.duplicates, deaths_at_start=deaths_at_start)
    await server.stop()
