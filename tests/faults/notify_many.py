"""R21: kill -9 while notifications are on their way to a thousand users, half of them to a list of users and half to
everyone on a topic. The sender repeats a request with the same idempotency key until it is answered; in the end, each
user has each acknowledged notification exactly once, and as many unread ones as that.

Seen to fail with --sabotage: a repetition has another key, and what an unanswered request had stored is there twice.
"""

import asyncio
import json

from support.operator_tools import read_rows

from . import tokens
from .clients import Gone, Http

USERS = 1_000


async def grant_all(server, users):
    async def grant(share):
        http = Http(server)
        for user in share:
            reply = await http.request("POST", "/permissions", tokens.admin(),
                                       {"userId": user, "chatId": "everybody", "role": "viewer"})
            assert reply.status == 200, reply
        http.close()
    await asyncio.gather(*(grant(users[i::16]) for i in range(16)))


class Sender:
    def __init__(self, context, server, users):
        self.context, self.server, self.users = context, server, users
        self.acked = []  # titles
        self.repeated = 0
        self.stopping = False

    async def run(self):
        number = 0
        while not self.stopping:
            title = f"n{number}"
            recipients = {"chatId": "everybody"} if number % 2 else {"userIds": self.users}
            await self.send({"type": "new_like", "title": title, **recipients}, title)
            self.acked.append(title)
            number += 1

    async def send(self, body, key):
        for attempt in range(1000):
            http = Http(self.server)
            try:
                used = f"{key}-{attempt}" if self.context.sabotage else key
                reply = await http.request("POST", "/notifications", tokens.publisher(),
                                           {**body, "idempotencyKey": used})
                if reply.status == 202:
                    return
                assert reply.status == 503, reply
            except Gone:
                self.repeated += 1
            finally:
                http.close()
            await asyncio.sleep(0.02)
        raise AssertionError("never answered")


async def run(context):
    server, result = context.server({"limits": {"permission_writes_per_minute": 0}}), context.result
    await server.start()
    users = [f"u{n}" for n in range(USERS)]
    await grant_all(server, users)
    sender = Sender(context, server, users)
    sending = asyncio.create_task(sender.run())
    for _ in range(context.size(12, 200)):
        await asyncio.sleep(context.random.uniform(0.01, 0.4))
        await server.kill()
        await server.start()
        result.tries += 1
    sender.stopping = True
    await sending

    async def all_delivered():
        while read_rows(server.database, "SELECT count(*) FROM topic_postings")[0][0]:
            await asyncio.sleep(0.05)
    await asyncio.wait_for(all_delivered(), 60)
    counts = {}
    for user, content in read_rows(server.database, "SELECT user, content FROM notifications"):
        key = user, json.loads("{" + content + "}")["title"]
        counts[key] = counts.get(key, 0) + 1
    result.lost += sum((user, title) not in counts for user in users for title in sender.acked)
    result.doubled += sum(count - 1 for count in counts.values())
    wrong = read_rows(server.database, "SELECT user FROM inboxes i WHERE unread <> "
                                       "(SELECT count(*) FROM notifications n WHERE n.user = i.user)")
    result.require(not wrong, f"wrong unread counts: {wrong[:3]}")
    result.require(len(sender.acked) > 1, "hardly anything was acknowledged")
    result.notes.update(acked=len(sender.acked), repeated=sender.repeated, rows=sum(counts.values()))
    await server.stop()
