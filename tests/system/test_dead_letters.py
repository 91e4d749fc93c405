"""Dead letters: what a client that does not read misses, over HTTP, on the command line, and after a crash
(docs/protocol.md, docs/operations.md)."""

import collections
import json
import sqlite3
import time
import unittest
import uuid

from support.bodies import publish_body
from support.case import ISO_TIME, UUID, UUID_V7
from support.daemon import Daemon, Folder, eventually
from support.deadly import MAX, PADDING, SETTINGS, Deadly
from support.settings import LIMIT, merge
from support.tokens import mint

class Letters(Deadly):
    def test_each_missed_message_becomes_one_dead_letter(self):
        """After 3 failed attempts, exactly one dead letter with reason, attempts and both times; the rest arrives."""
        user, token = self.member("slow")
        _, quick_token = self.member("quick")
        quick = self.daemon.websocket(quick_token, self.chat)
        client = self.slow(token)
        sent = []
        while len(self.letters_of(user)) < 5:
            sent.append(self.publish(PADDING, "standard")["messageId"])
            self.assertEqual(quick.receive_message()["messageId"], sent[-1])
        self.assertTrue(eventually(lambda: self.no_more_retries(user)))
        letters = self.letters_of(user)
        missed = [letter["messageId"] for letter in letters]
        self.assertEqual(len(set(missed)), len(missed))
        self.assertLessEqual(set(missed), set(sent))
        for letter in letters:
            self.assertEqual(set(letter), {"id", "queue", "messageId", "topic", "connectionId", "userId", "reason",
                                           "attempts", "firstFailedAt", "lastFailedAt", "message"})
            self.assertEqual((letter["queue"], letter["topic"], letter["reason"], letter["attempts"]),
                             ("standard", f"chat:{self.chat}", "outbox_full", 3))
            self.assert_matches(UUID_V7, letter["id"])
            self.assert_matches(UUID, letter["connectionId"])
            self.assert_matches(ISO_TIME, letter["firstFailedAt"])
            self.assertLess(letter["firstFailedAt"], letter["lastFailedAt"])
            self.assertEqual(letter["message"]["messageId"], letter["messageId"])
            self.assertEqual(letter["message"]["content"], PADDING)
            self.assertNotIn("timestamp", letter["message"])
        # The connection is still open and has received everything else.
        client.wake()
        got = []

        def has_the_rest():
            client.send_envelope("ping")
            frames = client.receive_until(lambda frame: frame.get("type") == "pong")
            got.extend(frame["messageId"] for frame in frames if "publishTimestamp" in frame)
            # On a busy machine, a retry may have finished only now.
            missed[:] = [letter["messageId"] for letter in self.letters_of(user)]
            return len(got) + len(missed) >= len(sent)

        self.assertTrue(eventually(has_the_rest))
        self.assertEqual(collections.Counter(got + missed), collections.Counter(sent))

    def no_more_retries(self, user):
        """Waits until the number of dead letters has not changed for longer than all attempts take."""
        count = len(self.letters_of(user))
        time.sleep(0.3)
        return count == len(self.letters_of(user))

    def test_pages_and_filters(self):
        user, _ = self.miss(count=5)
        every = self.all_letters()
        self.assertEqual([letter["id"] for letter in every], sorted(letter["id"] for letter in every))
        pages = [page["deadLetters"] for page in self.http.pages("/dlq", self.admin, limit=1)]
        self.assertEqual([[letter["id"] for letter in page] for page in pages], [[letter["id"]] for letter in every])
        self.assertEqual(self.letters(queue="standard", limit=100)[0]["id"], every[0]["id"])
        self.assertEqual(self.letters(queue="fifo"), [])
        key = self.http.get("/dlq", self.admin, limit=1).json["nextStartKey"]
        for wrong in (key + "A", "nonsense"):
            self.assert_error(self.http.get("/dlq", self.admin, startKey=wrong), 400, "invalid_request",
                              "Invalid startKey format")
        self.assertEqual(self.http.get("/dlq", self.admin, startKey="", limit=1).json["deadLetters"][0]["id"],
                         every[0]["id"])  # an empty key counts as absent
        self.assert_error(self.http.get("/dlq", self.admin, startKey=key, queue="fifo"), 400, "invalid_request",
                          "Invalid startKey format")
        for limit in ("0", "101", "many"):
            self.assert_error(self.http.get("/dlq", self.admin, limit=limit), 400, "invalid_request")
        self.assert_error(self.http.get("/dlq", self.admin, queue=""), 400, "invalid_request")

    def test_only_admins_may_use_dead_letters(self):
        unknown = str(uuid.uuid4())
        for method, path in (("GET", "/dlq"), ("POST", "/dlq/redrive"), ("POST", f"/dlq/{unknown}/redrive"),
                             ("DELETE", f"/dlq/{unknown}")):
            with self.subTest(method + path):
                self.assert_error(self.http.request(method, path), 401, "unauthorized")
                for token in (mint("u"), self.service):
                    self.assert_error(self.http.request(method, path, token), 403, "forbidden")
        for name in (unknown, "nonsense", "redrives"):
            self.assert_error(self.http.delete(f"/dlq/{name}", self.admin), 404, "not_found")
            self.assert_error(self.http.post(f"/dlq/{name}/redrive", self.admin), 404, "not_found")
        for path, allow in (("/dlq", "GET, HEAD, OPTIONS"), ("/dlq/redrive", "POST, OPTIONS"),
                            (f"/dlq/{unknown}", "DELETE, OPTIONS")):
            reply = self.http.request("PUT", path, self.admin)
            self.assert_error(reply, 405, "method_not_allowed")
            self.assertEqual(reply.headers["Allow"], allow)

    def test_delete(self):
        user, _ = self.miss()
        letter = self.letters_of(user)[0]["id"]
        reply = self.http.delete(f"/dlq/{letter}", self.admin)
        self.assertEqual((reply.status, reply.body), (204, b""))
        self.assert_error(self.http.delete(f"/dlq/{letter}", self.admin), 404, "not_found")
        self.assertNotIn(letter, [each["id"] for each in self.letters_of(user)])


class CommandLine(Deadly):
    def dlq(self, *arguments, code=0):
        result = self.daemon.folder.command("dlq", *arguments, "--config", self.daemon.config, limit=LIMIT * 5)
        self.assertEqual(result.returncode, code, result)
        return result.stdout if code == 0 else result.stderr

    def shown(self, *arguments):
        return [json.loads(line) for line in self.dlq("list", "--json", *arguments).splitlines()]

    def test_list(self):
        user, _ = self.miss(count=2)
        self.assertEqual(self.shown(), self.all_letters())
        self.assertEqual(self.shown("--queue", "fifo"), [])
        self.assertEqual(self.shown("--limit", "1"), self.all_letters()[:1])
        lines = self.dlq("list").splitlines()
        self.assertEqual([line.split()[0] for line in lines], [letter["id"] for letter in self.all_letters()])
        self.assertIn(user, lines[-1])

    def test_redrive(self):
        user, token = self.miss(count=2)
        letters = self.letters_of(user)
        client = self.daemon.websocket(token)
        self.assertEqual(self.dlq("redrive", "--id", letters[0]["id"]), "redriven 1, failed 0\n")
        self.assertEqual(client.receive_message()["messageId"], letters[0]["messageId"])
        client.close()
        self.daemon.wait_for_event("connection_closed", lambda e: e.get("connection_id") ==
                                   client.connected["connectionId"])
        count = len(self.all_letters())
        self.assertEqual(self.dlq("redrive"), f"redriven 0, failed {count}\n")
        self.assertEqual(self.letters_of(user)[0]["attempts"], 4)
        self.assertEqual(self.dlq("redrive", "--queue", "fifo"), "redriven 0, failed 0\n")
        self.assertIn("no such dead letter", self.dlq("redrive", "--id", str(uuid.uuid4()), code=1))
        for wrong in (("redrive", "--id", "x"), ("redrive", "--id", str(uuid.uuid4()), "--queue", "fifo"), ("dance",),
                      ()):
            self.dlq(*wrong, code=2)

    def test_purge(self):
        self.miss(count=3)
        letters = self.all_letters()
        self.assertIn(f"would delete {len(letters)} dead letters", self.dlq("purge", code=2))
        self.assertIn("would delete 1 dead letters", self.dlq("purge", "--id", letters[0]["id"], code=2))
        self.assertEqual(len(self.all_letters()), len(letters))
        self.assertEqual(self.dlq("purge", "--yes", "--id", letters[0]["id"]), "purged 1\n")
        self.assertEqual(self.dlq("purge", "--yes", "--queue", "fifo"), "purged 0\n")
        self.assertEqual(self.dlq("purge", "--yes"), f"purged {len(letters) - 1}\n")
        self.assertEqual(self.all_letters(), [])
        # And the server keeps running.
        self.publish("after", "fifo")


class WithoutAServer(unittest.TestCase):
    def test_commands_without_a_running_server(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        daemon = Daemon(SETTINGS, folder)
        daemon.stop()
        config = daemon.config

        def dlq(*arguments):
            result = folder.command("dlq", *arguments, "--config", config)
            return result.returncode, result.stdout, result.stderr

        database = folder.path / "notifyd.db"
        with sqlite3.connect(database) as rows:
            rows.executemany("INSERT INTO dead_letters VALUES (?, 'standard', ?, 'chat:c', 0, NULL, 'u', "
                             "'outbox_full', 3, 1, 2, 0, NULL, 512)",
                             [(n.to_bytes(16, "big"), bytes(16)) for n in range(1_201)])
        rows.close()
        self.assertEqual(len(dlq("list", "--limit", "5000")[1].splitlines()), 1_201)
        self.assertEqual(len(dlq("list")[1].splitlines()), 100)
        self.assertIn("there are more", dlq("list")[2])
        self.assertIsNone(json.loads(dlq("list", "--json", "--limit", "1")[1])["message"])
        code, out, error = dlq("redrive")
        self.assertEqual((code, out, error.count("\n")), (1, "", 1))
        self.assertIn("no server is running", error)
        self.assertEqual(dlq("purge", "--yes")[:2], (0, "purged 1201\n"))
        self.assertEqual(dlq("list"), (0, "", ""))
        database.unlink()
        for command in (("list",), ("redrive",), ("purge", "--yes")):
            code, out, error = dlq(*command)
            self.assertEqual((code, out, error.count("\n")), (1, "", 1))
            self.assertIn("notifyd.db", error)


class Crash(Deadly):
    def test_dead_letters_survive_a_crash_without_duplicates(self):
        self.miss(count=3)
        before = self.all_letters()
        user, token = self.member("slow")
        self.slow(token)
        for _ in range(300):  # killed while dead letters are written
            self.publish(PADDING, "standard")
        self.daemon.kill()
        type(self).daemon = Daemon(self.settings, self.daemon.folder)
        self.http = self.daemon.http()
        after = self.all_letters()
        self.assertEqual([letter for letter in after if letter["userId"] != user], before)
        pairs = collections.Counter((letter["userId"], letter["messageId"]) for letter in after)
        self.assertEqual(set(pairs.values()), {1})
        # A message that waited in memory for a retry is in the history; so is the message of every dead letter.
        stored = {letter["messageId"] for letter in after}
        self.assertTrue(all(letter["message"] for letter in after))
        self.assertGreater(len(stored), 0)


class Many(Deadly):
    settings = merge(SETTINGS, {"limits": {"outbound_buffer": 4 * MAX}})

    def test_a_slow_client_among_many_messages(self):
        """R10: the fast client gets all 10,000; the slow one gets each of its 1,000 either once or as one dead letter.

        Seen to fail with a RetryQueue that keeps an entry after its dead letter was written: duplicate dead letters.
        """
        slow_user, slow_token = self.member("slow")
        fast_chat = self.name("fast")
        fast_user, fast_token = self.member("fast", fast_chat)
        self.daemon.grant(fast_user, self.chat)
        fast = self.daemon.websocket(fast_token, query=[("chatId", self.chat), ("chatId", fast_chat)])
        slow = self.slow(slow_token)
        published = collections.defaultdict(list)
        received = collections.Counter()
        while not self.letters_of(slow_user):  # until the slow client's buffers are full
            published[self.chat].append(self.publish(PADDING, "standard")["messageId"])
            received[fast.receive_message()["messageId"]] += 1
        filling = len(published[self.chat])
        self.assertLess(filling, 2_000)
        for _ in range(100):
            # Every tenth message goes to the slow client, too.
            for chats in ([fast_chat] * 90, [self.chat] * 10):
                messages = [publish_body("x" * 3_000, "standard", chatId=chat) for chat in chats]
                reply = self.http.post("/publish/batch", self.service, {"messages": messages})
                self.assertEqual((reply.status, reply.json["accepted"]), (200, len(messages)))
                published[chats[0]] += [result["messageId"] for result in reply.json["results"]]
            received.update(fast.receive_message(LIMIT * 3)["messageId"] for _ in range(100))
        everything = published[fast_chat] + published[self.chat]
        self.assertEqual(len(everything) - filling, 10_000)
        self.assertEqual(received, collections.Counter(everything))
        self.assertEqual(self.letters_of(fast_user), [])

        wanted = published[self.chat]
        settled = self.settled_letters(slow_user)
        slow.wake()
        got = [slow.receive_message(LIMIT)["messageId"] for _ in range(len(wanted) - len(settled))]
        self.assertEqual(collections.Counter(got + settled), collections.Counter(wanted))
        self.assertGreaterEqual(len(settled), 1_000 - 10)  # a few may still fit into the buffers
        slow.send_envelope("ping")
        self.assertEqual(slow.receive()["type"], "pong")

    def settled_letters(self, user):
        """Waits until there are no more retries: the same result twice, further apart than all attempts take."""
        last = None
        while True:
            ids = [letter["messageId"] for letter in self.letters_of(user)]
            if ids == last:
                return ids
            last = ids
            time.sleep(0.5)


if __name__ == "__main__":
    unittest.main()
