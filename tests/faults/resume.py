"""R7: subscribers disconnect and resume at random while messages are published; and a resume that cannot be proven
complete must not be reported as complete: an older copy of the database, a restored backup, a history shortened by
retention.

Seen to fail with --sabotage: after some time each subscriber reconnects without asking for what it missed in one chat,
as if the server had forgotten it: `out of order` rises.
"""

import asyncio
import shutil

from support.settings import LIMIT

from . import tokens
from .ack_log import Message, read_history
from .clients import Http, WebSocket
from .follower import Follower, Place, finish_all
from .load import Load, publish
from .waiting import until

FOLLOWERS, CHATS_EACH, CHATS = 24, 3, 10


async def run(context):
    await races(context)
    await older_copy(context)
    await restored_backup(context)
    await retention(context)


# --- disconnecting and resuming ---


async def races(context):
    server, log, result = context.server({"server": {"threads": 2}}), context.log(), context.result
    await server.start()
    load = Load(context, server, log, publishers=6, chats=CHATS, name="r", pause=0.006)
    followers = []
    for number in range(FOLLOWERS):
        chats = context.random.sample(load.chats, CHATS_EACH)
        places = {chat: Place(by_message_id=(number + n) % 2 == 0) for n, chat in enumerate(chats)}
        followers.append(Follower(context, server, f"f{number}", places))
        await followers[-1].connect()
    load.start()
    each = -(-context.size(2_000, 50_000) // FOLLOWERS)
    await asyncio.gather(*(come_and_go(context, follower, each) for follower in followers))
    await load.finish()
    standard = {}
    for entry in log.entries():
        if entry.get("kind") == "standard":
            standard.setdefault(entry["chat"], set()).add(entry["sent"])
    await finish_all(followers, load.highest, 3 * LIMIT)
    for follower in followers:
        for chat, place in follower.places.items():
            if place.by_message_id:
                result.lost += len(standard.get(chat, set()) - place.standard)
    await context.check(server, log.entries(), load.chats)
    for follower in followers:
        await follower.disconnect(cleanly=True)
    result.notes.update(replayed=sum(f.replayed for f in followers), messages=load.acked)
    await server.stop()


async def come_and_go(context, follower, times):
    """Ends up connected and resumed."""
    random = context.random
    # Without any message there is no id to resume from, so the first connection stays open until there is one.
    started = await follower.until(lambda: all(place.number for place in follower.places.values()), 6 * LIMIT)
    context.result.require(started, f"{follower.name} receives no messages")
    for count in range(times):
        last = count == times - 1
        await follower.disconnect(cleanly=random.random() < 0.5)
        if random.random() < 0.2:
            await asyncio.sleep(random.uniform(0, 0.2))
        await follower.connect(by_subscribe=random.random() < 0.3)
        context.result.tries += 1
        if not last and random.random() < 0.3:
            await asyncio.sleep(random.uniform(0, 0.01))  # perhaps in the middle of the replay
            continue
        resumed = await follower.until(lambda: not follower.expected, 3 * LIMIT)
        context.result.require(resumed, f"{follower.name}: no `resumed` for {list(follower.expected)}")
        if random.random() < 0.5:
            frames = follower.frames + random.randint(1, 20)
            await follower.until(lambda wanted=frames: follower.frames >= wanted, 0.05)


# --- resumes that cannot be proven complete ---


async def publish_many(server, chat, first, last):
    """Publishes fifo messages that get the numbers first..last; returns their answers."""
    http, answers = Http(server), []
    for number in range(first, last + 1):
        reply = await publish(http, Message(f"{chat}-{number}-{server.process.pid}", chat, "fifo"))
        assert reply.status == 200 and reply.json["sequenceNumber"] == number, reply
        answers.append(reply.json)
    http.close()
    return answers


async def ask(server, chat, position, epoch=None):
    """Resumes on connect; returns (`connected`, the messages, `resumed`)."""
    query = [("chatId", chat), ("resume", f"{chat}:{position}"), ("hello", "1")]
    if epoch is not None:
        query.append(("epoch", epoch))
    socket = await WebSocket.connect(server, tokens.reader("r"), query)
    frames = await socket.receive_until(lambda frame: frame.get("type") == "resumed")
    socket.abort()
    return frames[0], frames[1:-1], frames[-1]


def refuses(context, what, answer, reason=None):
    """Checks that the resume is incomplete and that nothing was replayed."""
    _, messages, resumed = answer
    right = resumed["complete"] is False and not messages and (reason is None or resumed.get("reason") == reason)
    context.result.require(right, f"{what}: {len(messages)} messages, then {resumed}")
    context.result.tries += 1


async def older_copy(context):
    """The files of an earlier day are copied back by hand: the epoch is the same, the numbers are not."""
    server = context.server(name="copy")
    await server.start()
    await publish_many(server, "c", 1, 20)
    await server.stop()
    kept = context.folder / "earlier"
    kept.mkdir()
    for path in server.database_files():
        shutil.copy(path, kept)
    await server.start()
    newest = (await publish_many(server, "c", 21, 40))[-1]["messageId"]
    connected, messages, resumed = await ask(server, "c", 30)
    context.result.require(resumed["complete"] is True and len(messages) == 10, f"before the copy: {resumed}")
    await server.stop()
    for path in server.database_files():
        path.unlink()
    for path in kept.iterdir():
        shutil.copy(path, server.folder)
    await server.start()
    refuses(context, "a number above the counter", await ask(server, "c", 40, connected["epoch"]), "epoch")
    refuses(context, "a number above the counter, no epoch", await ask(server, "c", 40), "epoch")
    refuses(context, "a message that is not there", await ask(server, "c", newest))
    _, messages, resumed = await ask(server, "c", 15, connected["epoch"])
    context.result.require(resumed["complete"] is True and len(messages) == 5, f"within the copy: {resumed}")
    await server.stop()


async def restored_backup(context):
    """`notifyd backup` and `restore`: a new epoch, so that no number from the old one is trusted."""
    server = context.server(name="restored")
    await server.start()
    await publish_many(server, "c", 1, 20)
    backup = context.folder / "backup.db"
    done = await asyncio.to_thread(server.command, "backup", backup)
    context.result.require(done.returncode == 0, f"backup: {done.stderr}")
    await publish_many(server, "c", 21, 40)
    connected, _, _ = await ask(server, "c", 20)
    await server.stop()
    done = await asyncio.to_thread(server.command, "restore", backup, "--force")
    context.result.require(done.returncode == 0, f"restore: {done.stderr}")
    await server.start()
    await publish_many(server, "c", 21, 60)
    answer = await ask(server, "c", 40, connected["epoch"])
    refuses(context, "a number of the epoch before", answer, "epoch")
    context.result.require(answer[0]["epoch"] != connected["epoch"], "restore did not renew the epoch")
    _, messages, resumed = await ask(server, "c", 55, answer[0]["epoch"])
    context.result.require(resumed["complete"] is True and len(messages) == 5, f"in the new epoch: {resumed}")
    await server.stop()


async def retention(context):
    """What retention has deleted cannot be replayed, and the numbers continue."""
    server = context.server(name="short")
    await server.start()
    answers = await publish_many(server, "c", 1, 20)
    await server.stop()
    server.settings["storage"]["message_retention"] = "1s"
    await asyncio.sleep(1.1)  # now the messages have expired; a starting daemon deletes them at once
    await server.start()
    http = Http(server)

    async def nothing_left():
        return not await read_history(http, "c", tokens.admin())

    await until(nothing_left, 3 * LIMIT)
    http.close()
    refuses(context, "taken by retention", await ask(server, "c", 3))
    refuses(context, "a message that retention took", await ask(server, "c", answers[2]["messageId"]))
    await publish_many(server, "c", 21, 21)
    answer = await ask(server, "c", 3)
    refuses(context, "taken by retention, then one more", answer)
    context.result.require(answer[2].get("oldest") == 21, f"`oldest` is not 21: {answer[2]}")
    await server.stop()
