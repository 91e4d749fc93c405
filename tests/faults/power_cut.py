"""R2: a power cut. The database lies on an ext4 file system in an image file, which holds only what reached the block
device. The image is copied while the daemon works; the copy is what a machine finds after its power comes back.

The daemon stands still (SIGSTOP) while the image is copied, and the image is copied until two copies are alike: a disk
does not hold the first half of one moment and the second of another. A sync that was under way comes to its end; what
was written and not synced is not in the copy.

Its own control: with storage.durability = "normal" the same must lose. Seen to fail by that, and with --sabotage, which
runs the whole test with "normal".
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
        raise Skip(f"{arguments[0]} cannot: {done.stderr.strip()}")


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
    """Until two copies are alike."""
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
    """One cut, and what is found after it: (counts, integrity)."""
    server.signal(signal.SIGSTOP)
    entries = log.entries()  # acknowledged by now: synced before
    copy = context.folder / f"cut-{number}.img"
    try:
        await asyncio.to_thread(copy_still, image, copy)
    finally:
        server.signal(signal.SIGCONT)
    with mounted(copy, context.folder / "found") as place:
        database = place / "server" / "notifyd.db"
        if not database.exists():
            counts, integrity = None, "no database"
        else:
            found = context.server({"server": {"listen": f"{server.host}:{server.port + 1}"}}, name="found/server",
                                   port=server.port + 1)
            await found.start()
            context.result.notes["acked"] = 0  # each cut counts what stands before it
            counts = await context.check(found, entries, load.chats)
            await found.kill()
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
        for number in range(count):
            await load.acknowledged(50)
            await asyncio.sleep(context.random.uniform(0, 0.3))
            outcomes.append(await cut(context, server, log, load, image, number))
        await load.finish()
        await server.stop()
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
    result.lost, result.out_of_order, result.notes["acked"] = before  # the control's losses are no fault
    result.require(lost > 0, 'durability = "normal" lost nothing: this test cannot see a loss')
    result.notes["lost_with_normal"] = lost
