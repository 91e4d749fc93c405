"""R2: a power cut. The database is on an ext4 file system in an image file, which contains only what reached the block
device. The image is copied while the daemon works; the copy is what a machine finds after the power returns.

The daemon is stopped (SIGSTOP) while the image is copied, and the image is copied until two copies are identical,
because a disk never holds the first half of one moment and the second half of another. A sync in progress completes;
what was written but not synced is not in the copy.

The control run: with storage.durability = "normal", the same procedure must lose messages. Seen to fail with
--sabotage, which runs the whole test with "normal".
"""

import asyncio
import contextlib
import filecmp
import pathlib
import shutil
import signal
import sqlite3
import subprocess

from support.daemon import eventually

from .context import Skip, need_program, need_root
from .load import Load

IMAGE_BYTES = {False: 128 << 20, True: 384 << 20}


def command(*arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Skip(f"{arguments[0]} failed: {done.stderr.strip()}")


@contextlib.contextmanager
def mounted(image, place):
    place.mkdir(exist_ok=True)
    command("mount", "-o", "loop", image, place)
    try:
        yield place
    finally:
        unmounted = eventually(lambda: subprocess.run(["umount", place], capture_output=True).returncode == 0)
        assert unmounted, f"{place} is still busy"


def copy_still(image, target):
    """Copies until two copies are identical."""
    again = target.with_suffix(".again")
    shutil.copyfile(image, target)

    def alike():
        shutil.copyfile(image, again)
        if filecmp.cmp(target, again, shallow=False):
            return True
        again.replace(target)
        return False

    assert eventually(alike), "the image never stands still"
    again.unlink(missing_ok=True)


async def cut(context, server, log, load, image, number):
    """Makes one cut; returns what is found after it: (counts, integrity)."""
    server.signal(signal.SIGSTOP)
    entries = log.entries()  # acknowledged by now, so synced before
    copy = context.folder / f"cut-{number}.img"
    try:
        await asyncio.to_thread(copy_still, image, copy)
    finally:
        load.going.clear()  # no load while the copy is examined
        server.signal(signal.SIGCONT)
    with mounted(copy, context.folder / "found") as place:
        database = place / "server" / "notifyd.db"
        if not database.exists():
            counts, integrity = None, "no database"
        else:
            found = context.server({"server": {"listen": f"{server.host}:{server.port + 1}"}}, name="found/server",
                                   port=server.port + 1)
            try:
                await found.start()
                context.result.notes["acked"] = 0  # each cut counts everything before it
                counts = await context.check(found, entries, load.chats)
            finally:
                found.end()
            with contextlib.closing(sqlite3.connect(database)) as opened:
                integrity = opened.execute("PRAGMA integrity_check").fetchone()[0]
            context.servers.remove(found)
    copy.unlink()
    return counts, integrity


async def cuts(context, durability, count):
    """Cuts under load; yields (counts, integrity) of each."""
    image = context.folder / f"{durability}.img"
    with open(image, "wb") as file:
        file.truncate(IMAGE_BYTES[context.long])
    command("mkfs.ext4", "-q", "-F", image)
    outcomes = []
    with mounted(image, context.folder / durability):
        server = context.server({"storage": {"durability": durability}}, name=f"{durability}/server")
        log = context.log(f"acks-{durability}")
        await server.start()
        load = Load(context, server, log, publishers=16, chats=10, name=durability, pause=0.010)
        load.start()
        try:
            for number in range(count):
                await load.acknowledged(50)
                await asyncio.sleep(context.random.uniform(0, 0.3))
                outcomes.append(await cut(context, server, log, load, image, number))
                load.going.set()
            await load.finish()
            await server.stop()
        finally:
            server.end()  # otherwise the file system stays busy
    return outcomes


async def run(context):
    need_root("mounts an image")
    need_program("mkfs.ext4", "mount", "umount")
    if not pathlib.Path("/dev/loop-control").exists():
        raise Skip("no loop devices")
    result = context.result
    for counts, integrity in await cuts(context, "normal" if context.sabotage else "full", context.size(10, 100)):
        result.tries += 1
        result.require(integrity == "ok" and counts is not None, f"integrity after a cut: {integrity}")
    if context.sabotage:
        return

    before = result.lost, result.out_of_order, result.notes.get("acked")
    lost = 0
    for counts, integrity in await cuts(context, "normal", 1):
        lost += counts.lost if counts is not None else 1
    result.lost, result.out_of_order, result.notes["acked"] = before  # losses in the control run are expected
    result.require(lost > 0, 'durability = "normal" lost nothing: this test cannot see a loss')
    result.notes["lost_with_normal"] = lost
