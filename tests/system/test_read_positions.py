"""Read positions on several devices and event loops, and the list of chats (docs/protocol.md#read-positions)."""

import unittest

from support.case import ISO_TIME, SystemTest, UUID
from support.daemon import Daemon, Folder
from support.settings import LIMIT, merge, to_toml
from support.tokens import mint

ON = {"presence": {"enabled": True}, "server": {"threads": 2}}


def is_read(frame):
    return frame.get("type") == "read"


class Case(SystemTest):
    settings = ON

    def setUp(self):
        super().setUp()
        self.alice, self.token = self.member("alice")
        self.bob, self.bob_token = self.member("bob")
        self.topic = f"chat:{self.chat}"

    def read(self, socket, sequence, topic=None):
        socket.send_envelope("read", {"topic": topic or self.topic, "sequenceNumber": sequence})

    def chats(self, token=None, daemon=None, **query):
        reply = (daemon or self.daemon).http().get("/chats", token or self.token, **query)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json["count"], len(reply.json["chats"]))
        return reply.json

    def counts(self, token=None, daemon=None):
        """[(chat id, last, read, unread)]"""
        chats = self.chats(token, daemon)["chats"]
        return [(c["chatId"], c["lastSequence"], c["readSequence"], c["unread"]) for c in chats]

    def next_read(self, socket):
        frame = socket.receive_until(is_read)[-1]
        self.assert_matches(UUID, frame["id"])
        self.assertEqual(set(frame), {"id", "type", "timestamp", "payload"})
        return frame["payload"]

    def assert_reads(self, socket, sequences, user=None):
        for sequence in sequences:
            self.assertEqual(self.next_read(socket),
                             {"topic": self.topic, "userId": user or self.alice, "sequenceNumber": sequence})

    def assert_no_read(self, socket):
        """Whatever was committed before is delivered before this message."""
        mark = self.publish("mark")["messageId"]
        frames = socket.receive_until(lambda frame: frame.get("messageId") == mark)
        self.assertEqual([frame for frame in frames if is_read(frame)], [])


class ReadPositions(Case):
    def test_all_devices_and_all_members_are_informed(self):
        phones = [self.daemon.websocket(self.token, self.chat) for _ in range(4)]
        others = [self.daemon.websocket(self.bob_token, self.chat) for _ in range(4)]
        elsewhere = self.daemon.websocket(self.bob_token)
        for _ in range(3):
            self.publish()
        self.read(phones[0], 2)
        for socket in phones + others:
            self.assert_reads(socket, [2])
        self.read(phones[1], 3)
        for socket in phones + others:
            self.assert_reads(socket, [3])
        self.assertEqual(self.counts(), [(self.chat, 3, 3, 0)])
        self.assertEqual(self.counts(self.bob_token), [(self.chat, 3, 0, 3)])
        self.assertEqual(elsewhere.ask("ping")["type"], "pong")
        self.assertEqual(elsewhere.frames, [])

    def test_a_position_never_goes_back_nor_beyond_the_last_number(self):
        phone, laptop = (self.daemon.websocket(self.token, self.chat) for _ in range(2))
        for _ in range(5):
            self.publish()
        self.read(phone, 3)
        for socket in (phone, laptop):
            self.assert_reads(socket, [3])
        for sequence in (2, 3, 0):
            self.read(laptop, sequence)
        self.assertEqual(laptop.ask("ping")["type"], "pong")
        self.assert_no_read(phone)
        self.read(phone, 10**19)
        self.assert_reads(laptop, [6])
        self.publish()
        self.assertEqual(self.counts(), [(self.chat, 7, 6, 1)])

    def test_a_client_that_scrolls_quickly_ends_at_its_last_position(self):
        phone = self.daemon.websocket(self.token, self.chat)
        listener = self.daemon.websocket(self.bob_token, self.chat)
        for _ in range(40):
            self.publish()
        for sequence in range(1, 41):
            self.read(phone, sequence)
        frames = [f for f in listener.receive_until(lambda f: is_read(f) and f["payload"]["sequenceNumber"] == 40)
                  if is_read(f)]
        sequences = [frame["payload"]["sequenceNumber"] for frame in frames]
        self.assertEqual(sequences, sorted(set(sequences)))
        self.assertEqual(self.counts(), [(self.chat, 40, 40, 0)])

    def test_only_topics_that_the_user_may_receive(self):
        stranger = self.daemon.websocket(mint(self.name("stranger")))
        listener = self.daemon.websocket(self.token, self.chat)
        self.publish()
        payload = {"topic": self.topic, "sequenceNumber": 1}
        for topic in (self.topic, "chat:never-named", f"user:{self.alice}"):
            answer = stranger.ask("read", {**payload, "topic": topic})
            self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "forbidden"), answer)
        for wrong in ({"topic": self.topic}, {"topic": "a", "sequenceNumber": 1}, {"topic": self.topic,
                      "sequenceNumber": -1}, {"sequenceNumber": 1}, []):
            answer = listener.ask("read", wrong)
            self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"), wrong)
        self.assert_no_read(listener)
        # A subscription is not needed.
        self.read(self.daemon.websocket(self.bob_token), 1)
        self.assert_reads(listener, [1], self.bob)

    def test_leaving_ends_the_position(self):
        phone = self.daemon.websocket(self.token, self.chat)
        self.publish()
        self.read(phone, 1)
        self.assert_reads(phone, [1])
        self.assertEqual(self.http.delete("/permissions", self.token, userId=self.alice, chatId=self.chat).status, 200)
        self.assertEqual(self.counts(), [])
        self.daemon.grant(self.alice, self.chat, "viewer")
        self.assertEqual(self.counts(), [(self.chat, 1, 0, 1)])

    def test_the_users_own_topic_synchronizes_devices(self):
        phone, laptop = (self.daemon.websocket(self.token) for _ in range(2))
        body = {"targetChannel": "WebSocket", "messageType": "fifo",
                "payload": {"targetClass": "user", "targetId": self.alice, "content": "hello"}}
        self.assertEqual(self.http.post("/publish", self.bob_token, body).status, 200)
        self.read(phone, 1, f"user:{self.alice}")
        self.assertEqual(self.next_read(laptop)["sequenceNumber"], 1)


class Chats(Case):
    def test_the_most_recent_comes_first(self):
        names = [self.chat] + [self.name("chat") for _ in range(3)]
        for chat in names[1:]:
            self.daemon.grant(self.alice, chat, "viewer")
        self.daemon.grant(self.alice, None, "admin", targetClass="project", targetId=self.name("project"))
        banned = self.name("banned")
        self.daemon.grant(self.alice, banned, "none")
        for chat in (names[2], names[0], names[1], banned):
            self.publish(chat=chat)
        self.publish(chat=names[0], kind="standard")
        chats = self.chats()["chats"]
        self.assertEqual([chat.get("chatId") for chat in chats], [names[0], names[1], names[2], names[3], None])
        self.assertEqual([chat["role"] for chat in chats], ["member", "viewer", "viewer", "viewer", "admin"])
        self.assertEqual(set(chats[0]), {"chatId", "role", "lastSequence", "readSequence", "unread", "lastMessageAt"})
        self.assert_matches(ISO_TIME, chats[0]["lastMessageAt"])
        last = self.history(names[0])["messages"][0]
        self.assertEqual(chats[0]["lastMessageAt"], last["publishTimestamp"])
        # Only numbered messages are counted.
        self.assertEqual(chats[0]["unread"], 1)
        self.assertEqual(set(chats[4]), {"targetClass", "targetId", "role", "lastSequence", "readSequence", "unread"})

    def test_pages_are_complete_while_messages_arrive(self):
        names = [self.chat] + [self.name("chat") for _ in range(24)]
        for chat in names[1:]:
            self.daemon.grant(self.alice, chat)
        for chat in names[:20]:
            self.publish(chat=chat)
        listed, key = [], None
        while True:
            page = self.chats(limit=4, **({"startKey": key} if key else {}))
            listed += [chat["chatId"] for chat in page["chats"]]
            key = page.get("nextStartKey")
            if key is None:
                break
            self.assertEqual(page["count"], 4)
            self.publish(chat=listed[-1])
        self.assertEqual(listed, list(reversed(names[:20])) + sorted(names[20:]))

    def test_keys_and_limits(self):
        self.daemon.grant(self.alice, self.name("chat"))
        key = self.chats(limit=1)["nextStartKey"]
        self.assertEqual(self.chats(limit=1, startKey=key)["count"], 1)
        for token, query in ((self.bob_token, {"startKey": key}), (self.token, {"startKey": "garbage"}),
                             (self.token, {"startKey": key[:-1]}), (self.token, {"startKey": key + "A"})):
            reply = self.http.get("/chats", token, **query)
            self.assert_error(reply, 400, "invalid_request", "Invalid startKey format")
        for limit in (0, 101, "x"):
            self.assert_error(self.http.get("/chats", self.token, limit=limit), 400, "invalid_request")
        self.assert_error(self.http.get("/chats"), 401, "unauthorized")
        self.assertEqual(self.chats(mint(self.name("nobody"))), {"chats": [], "count": 0})


class Restart(Case):
    def assert_done(self, result):
        self.assertEqual((result.returncode, result.stderr), (0, ""), result)

    def test_positions_survive_a_crash_and_a_restore(self):
        folder = Folder()
        daemon = Daemon(ON, folder)
        daemon.grant("alice", "c")
        token = mint("alice")
        phone = daemon.websocket(token, "c")
        for _ in range(4):
            reply = daemon.http().post("/publish", self.service, self.body(kind="fifo", chat="c"))
            self.assertEqual(reply.status, 200)
        self.read(phone, 3, "chat:c")
        self.assertEqual(self.next_read(phone)["sequenceNumber"], 3)
        self.assert_done(folder.command("backup", "copy.db", "--config", daemon.config, limit=LIMIT * 6))
        self.read(phone, 4, "chat:c")
        self.assertEqual(self.next_read(phone)["sequenceNumber"], 4)
        daemon.kill()
        daemon = Daemon(ON, folder)
        self.assertEqual(self.counts(token, daemon), [("c", 4, 4, 0)])
        daemon.stop()
        self.assert_done(folder.command("restore", "copy.db", "--force", "--config", daemon.config, limit=LIMIT * 6))
        daemon = Daemon(ON, folder)
        self.assertEqual(self.counts(token, daemon), [("c", 4, 3, 1)])
        daemon.stop()


class ReceiptsOff(Case):
    settings = merge(ON, {"presence": {"read_receipts": False}})

    def test_only_the_users_own_devices_are_informed(self):
        phones = [self.daemon.websocket(self.token, self.chat) for _ in range(3)]
        others = [self.daemon.websocket(self.bob_token, self.chat) for _ in range(3)]
        self.publish()
        self.read(phones[0], 1)
        for socket in phones:
            self.assert_reads(socket, [1])
        for socket in others:
            self.assert_no_read(socket)
        self.assertEqual(self.counts(), [(self.chat, 1 + len(others), 1, len(others))])

    def test_a_reload_applies_it(self):
        phone = self.daemon.websocket(self.token, self.chat)
        other = self.daemon.websocket(self.bob_token, self.chat)
        self.publish()
        self.daemon.reload({"presence": {"enabled": True, "read_receipts": True}})
        self.read(phone, 1)
        self.assert_reads(other, [1])
        # A file that merely lacks the key must not expose anybody's positions.
        self.daemon.reload({"presence": {"enabled": True, "read_receipts": False}})
        without = {**self.daemon.settings, "presence": {"enabled": True}}
        self.assertEqual(self.daemon.reload(text=to_toml(without))["event_type"], "config_reload_failed")
        self.publish()
        self.read(phone, 2)
        self.assert_reads(phone, [1, 2])
        self.assert_no_read(other)


class SwitchedOff(Case):
    settings = {}

    def test_there_are_no_positions_and_no_list(self):
        socket = self.daemon.websocket(self.token, self.chat)
        self.publish()
        for payload in ({"topic": self.topic, "sequenceNumber": 1}, {}):
            answer = socket.ask("read", payload)
            self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "not_found"), answer)
        self.assert_error(self.http.get("/chats", self.token), 404, "not_found")
        self.assert_error(self.http.get("/chats", self.token, limit=0), 404, "not_found")
        self.assert_error(self.http.get("/chats"), 401, "unauthorized")


if __name__ == "__main__":
    unittest.main()
