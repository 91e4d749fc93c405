"""Redriving dead letters (docs/protocol.md)."""

import unittest

from support.deadly import PADDING, Deadly
from support.tokens import mint


class Redrive(Deadly):
    def redrive(self, path="/dlq/redrive", **options):
        reply = self.http.post(path, self.admin, **options)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def test_redrive_to_an_open_connection(self):
        user, token = self.miss()
        letter = self.letters_of(user)[0]
        sockets = [self.daemon.websocket(token) for _ in range(3)]  # on both loops, most likely
        self.assertEqual(self.redrive(f"/dlq/{letter['id']}/redrive"), {"redriven": 1, "failed": 0})
        for client in sockets:
            message = client.receive_message()
            self.assertEqual((message["messageId"], message["retryCount"]), (letter["messageId"], 3))
            self.assertEqual(message["content"], PADDING)
        self.assertNotIn(letter["id"], [each["id"] for each in self.letters_of(user)])
        self.assert_error(self.http.post(f"/dlq/{letter['id']}/redrive", self.admin), 404, "not_found")

    def test_redrive_to_a_user_who_is_not_connected(self):
        user, _ = self.miss()
        letter = self.letters_of(user)[0]
        self.assertEqual(self.redrive(f"/dlq/{letter['id']}/redrive"), {"redriven": 0, "failed": 1})
        again = next(each for each in self.letters_of(user) if each["id"] == letter["id"])
        self.assertEqual((again["attempts"], again["reason"]), (4, "no_connection"))
        self.assertEqual(again["firstFailedAt"], letter["firstFailedAt"])
        self.assertGreater(again["lastFailedAt"], letter["lastFailedAt"])

    def test_redrive_after_the_permission_was_revoked(self):
        user, token = self.miss()
        letter = self.letters_of(user)[0]
        reply = self.http.delete("/permissions", self.admin, userId=user, chatId=self.chat)
        self.assertEqual(reply.status, 200, reply)
        client = self.daemon.websocket(token)
        self.assertEqual(self.redrive(f"/dlq/{letter['id']}/redrive"), {"redriven": 0, "failed": 1})
        again = next(each for each in self.letters_of(user) if each["id"] == letter["id"])
        self.assertEqual((again["attempts"], again["reason"]), (4, "not_permitted"))
        # Anything that was sent would arrive before the pong.
        client.send_envelope("ping")
        self.assertEqual(client.receive()["type"], "pong")

    def test_redrive_one_queue_or_all(self):
        user, token = self.miss()
        missed = {letter["messageId"] for letter in self.letters_of(user)}
        others = len(self.all_letters()) - len(missed)
        client = self.daemon.websocket(token)
        self.assertEqual(self.redrive(query={"queue": "fifo"}), {"redriven": 0, "failed": 0})
        self.assert_error(self.http.post("/dlq/redrive", self.admin, query={"queue": ""}), 400, "invalid_request")
        # The connection's outbox has room for one of them at a time.
        got = []
        while len(got) < len(missed):
            counts = self.redrive(query={"queue": "standard"} if got else None)
            self.assertGreaterEqual(counts["redriven"], 1)
            self.assertEqual(counts["redriven"] + counts["failed"], len(missed) - len(got) + others)
            got += [client.receive_message()["messageId"] for _ in range(counts["redriven"])]
        self.assertEqual(sorted(got), sorted(missed))
        self.assertEqual(self.letters_of(user), [])

    def test_redrive_reaches_nobody_else(self):
        """Somebody else who may read a user's own topic does not receive the user's dead letters."""
        user, token = self.miss(count=3)
        watcher = self.name("watcher")
        self.daemon.grant(watcher, self.chat)
        self.daemon.grant(watcher, None, "viewer", targetClass="user", targetId=user)
        watching = self.daemon.websocket(mint(watcher))
        self.assertEqual(watching.ask("subscribe", {"topics": ["user:" + user]})["type"], "subscribed")
        letters = self.letters_of(user)
        self.assertEqual(self.http.post("/dlq/redrive", self.admin).status, 200)
        watching.send_envelope("ping")
        frames = watching.receive_until(lambda frame: frame.get("type") == "pong")
        self.assertEqual([frame for frame in frames if "messageId" in frame], [])
        self.assertEqual({letter["messageId"] for letter in self.letters_of(user)},
                         {letter["messageId"] for letter in letters})
        again = self.daemon.websocket(token)
        self.assertEqual(self.redrive(f"/dlq/{letters[0]['id']}/redrive"), {"redriven": 1, "failed": 0})
        self.assertEqual(again.receive_message()["messageId"], letters[0]["messageId"])


if __name__ == "__main__":
    unittest.main()
