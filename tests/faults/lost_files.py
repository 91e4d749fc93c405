"""R19: the database's files are deleted, moved, replaced or overwritten, or their file system becomes read-only, while
the server runs under load. The server becomes not ready, answers every publish with 503 (HTTP and WebSocket) and
reports it in one line of its log. It keeps running, and nothing that it acknowledged is missing once the files are back
or it has been restarted.

Seen to fail against a server that did not watch its files (it stayed ready and kept acknowledging), and with
--sabotage, which deletes the write-ahead log before the restart: `lost` rises.
"""

import contextlib
import os
import shutil
import subprocess
import time

from support.settings import LIMIT

from . import tokens
from .ack_log import Message
from .clients import Http, WebSocket
from .context import Skip
from .load import Load, publish
from .waiting import until


def mount(*arguments):
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Skip(f"mount failed: {done.stderr.strip()}")


@contextlib.contextmanager
def mounted(*arguments):
    place = arguments[-1]
    mount(*arguments)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


# --- context managers that do something to the files of `database` and undo it at the end ---

@contextlib.contextmanager
def moved(database):
    away = database.with_name("away")
    database.rename(away)
    yield
    away.rename(database)


@contextlib.contextmanager
def replaced(database):
    away, other = database.with_name("away"), database.with_name("other")
    shutil.copyfile(database, other)
    database.rename(away)
    other.rename(database)
    yield
    away.rename(database)


@contextlib.contextmanager
def folder_renamed(database):
    away = database.parent.with_name("renamed")
    database.parent.rename(away)
    yield
    away.rename(database.parent)


@contextlib.contextmanager
def mounted_over(database):
    with mounted("-t", "tmpfs", "-o", "size=1m", "notifyd-test", database.parent):
        yield


@contextlib.contextmanager
def read_only(database):
    """A mount with files open for writing cannot be made read-only, but a mount over it can."""
    with mounted("--bind", database.parent, database.parent):
        mount("-o", "remount,ro,bind", database.parent)
        yield


@contextlib.contextmanager
def log_deleted(database):
    database.with_name(database.name + "-wal").unlink()
    yield


@contextlib.contextmanager
def index_deleted(database):
    database.with_name(database.name + "-shm").unlink()
    yield


@contextlib.contextmanager
def deleted(database):
    for file in database.parent.glob(database.name + "*"):
        file.unlink()
    yield


@contextlib.contextmanager
def emptied(database):
    os.truncate(database, 0)
    yield


@contextlib.contextmanager
def log_emptied(database):
    os.truncate(database.with_name(database.name + "-wal"), 0)
    yield


COME_BACK = (moved, replaced, folder_renamed, mounted_over, read_only)  # ready again without a restart
RESTARTED = (log_deleted, index_deleted)  # after a restart, everything acknowledged is there
GONE = (deleted, emptied, log_emptied)  # the files are lost for good, but nothing more is acknowledged


async def ready(http):
    return (await http.request("GET", "/readyz")).status == 200


async def seconds_until(condition, result, failure):
    """Waits; returns the seconds until the condition held, and reports `failure` if it did not."""
    started = time.monotonic()
    try:
        await until(condition, 6 * LIMIT, 0.01)
    except TimeoutError:
        result.require(False, failure)
    return time.monotonic() - started


async def refuses(server, http, result, name):
    """Checks that every way to publish is refused and that the server keeps running."""
    for kind in ("fifo", "standard"):
        reply = await publish(http, Message(f"{name}-{kind}", "refused", kind, "x"))
        result.require(reply.status == 503, f"{name}: a publish was answered {reply}")
    socket = await WebSocket.connect(server, tokens.publisher())
    message = Message(f"{name}-socket", "refused", "fifo", "x")
    socket.send_json({"action": "sendMessage", "requestId": "r", **message.request()})
    answer = await socket.receive()
    result.require(answer.get("statusCode") == 503, f"{name}: a WebSocket publish was answered {answer}")
    socket.abort()
    history = await http.request("GET", "/messages", tokens.admin(), query={"chatId": "c-0"})
    result.require(history.status in (200, 503), f"{name}: history was answered {history}")
    result.require((await http.request("GET", "/healthz")).status == 200, f"{name}: /healthz is not 200")


async def try_one(context, harm, number, keeps):
    """`keeps`: everything acknowledged must be there at the end."""
    result, name = context.result, harm.__name__
    folder = f"server-{number}"
    (context.folder / folder / "data").mkdir(parents=True)
    server = context.server({"storage": {"path": "data/notifyd.db"}, "log": {"level": "error"}}, name=folder)
    log = context.log(f"acks-{number}")
    await server.start()
    load = Load(context, server, log, publishers=4, chats=4, pause=0.002)
    load.start()
    http = Http(server)
    await load.acknowledged(context.size(50, 500))
    with harm(server.database):
        async def not_ready():
            return not await ready(http)

        seconds = await seconds_until(not_ready, result, f"{name}: it stays ready")
        result.notes["slowest_notice"] = max(result.notes.get("slowest_notice", "0.00s"), f"{seconds:.2f}s")
        acked = load.acked
        await refuses(server, http, result, name)
        result.require(load.acked == acked, f"{name}: {load.acked - acked} publishes were acknowledged when not ready")
        lines = server.log_lines_with('"database_lost"')
        result.require(len(lines) == 1, f"{name}: {len(lines)} lines in the log report it")
    if harm in COME_BACK:
        await seconds_until(lambda: ready(http), result, f"{name}: it does not get ready again")
        await load.acknowledged(context.size(20, 200))
    http.close()
    if not keeps:
        for task in load.tasks:
            task.cancel()
        await server.stop()
        return
    await server.stop()
    if context.sabotage:
        for file in server.database.parent.glob("notifyd.db*"):
            file.unlink()
    await server.start()
    await load.finish()
    await context.check(server, log.entries(), load.chats)
    await server.stop()


async def run(context):
    if os.geteuid() != 0:
        raise Skip("needs root: to mount")
    number = 0
    for _ in range(context.size(1, 5)):
        for harm in (*COME_BACK, *RESTARTED, *GONE):
            number += 1
            await try_one(context, harm, number, keeps=harm not in GONE)
            context.result.tries += 1
