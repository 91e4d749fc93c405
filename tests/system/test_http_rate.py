"""The rate at which a user may publish over HTTP (docs/protocol.md): one bucket per user for all requests and loops."""

import time
import unittest

from support.case import SystemTest

BURST = 5
OFF = {"limits": {"messages_per_second": 0}}
ON = {"limits": {"messages_per_second": 1, "message_burst": BURST}}


class HttpRate(SystemTest):
    settings = ON

    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()

    def batch(self, token=None, count=100, http=None, messages=None):
        """Returns the results, and how many tokens the bucket may have gained meanwhile."""
        began = time.monotonic()
        messages = messages or [self.body(n, "fifo") for n in range(count)]
        reply = (http or self.http).post("/publish/batch", token or self.token, {"messages": messages})
        self.assertEqual(reply.status, 200, reply)
        return reply.json["results"], int(time.monotonic() - began) + 1

    def refused_publish(self, token=None):
        """Makes a publish that is refused: empties the bucket until less than a second passes before the publish."""
        for _ in range(50):
            self.batch(token)
            reply = self.http.post("/publish", token or self.token, self.body())
            if reply.status != 200:
                return reply
        return self.fail("never refused")

    def test_entries_beyond_the_rate_are_refused_one_by_one(self):
        results, gained = self.batch()
        accepted = [n for n, result in enumerate(results) if "messageId" in result]
        self.assertEqual(accepted, list(range(len(accepted))))
        self.assertTrue(BURST <= len(accepted) <= BURST + gained, len(accepted))
        for result in results[len(accepted):]:
            self.assertEqual(set(result), {"error", "code", "status"})
            self.assertEqual((result["code"], result["status"]), ("rate_limited", 429))
        history = self.history(limit=100)
        self.assertEqual([m["messageId"] for m in reversed(history["messages"])],
                         [results[n]["messageId"] for n in accepted])

    def test_a_publish_beyond_the_rate_is_refused(self):
        reply = self.refused_publish()
        self.assert_error(reply, 429, "rate_limited")
        self.assertEqual(reply.headers["Retry-After"], "1")

    def test_a_mistake_in_an_entry_takes_precedence_and_the_entry_counts(self):
        wrong = self.body(kind="wrong")
        results, gained = self.batch(messages=[wrong] * 50 + [self.body(n) for n in range(50)])
        self.assertEqual({result["status"] for result in results[:50]}, {400})
        self.assertLessEqual(sum("messageId" in result for result in results), gained)

    def test_one_bucket_for_all_loops_and_both_paths(self):
        began = time.monotonic()
        accepted = 0
        for _ in range(8):  # connections are spread over the loops
            http = self.daemon.http()
            accepted += http.post("/publish", self.token, self.body()).status == 200
            results, _ = self.batch(count=20, http=http)
            accepted += sum("messageId" in result for result in results)
        self.assertTrue(BURST <= accepted <= BURST + int(time.monotonic() - began) + 1, accepted)

    def test_other_users_and_the_operators_tokens_are_not_affected(self):
        self.refused_publish()
        _, other = self.member()
        self.assertGreaterEqual(sum("messageId" in result for result in self.batch(other)[0]), BURST)
        for token in (self.service, self.admin):
            self.assertEqual(sum("messageId" in result for result in self.batch(token)[0]), 100)
            for _ in range(2 * BURST):
                self.assertEqual(self.http.post("/publish", token, self.body()).status, 200)

    def test_sockets_have_buckets_of_their_own(self):
        sockets = [self.daemon.websocket(self.token) for _ in range(2)]
        self.refused_publish()
        for socket in sockets:
            for _ in range(BURST):
                socket.send_json({"action": "sendMessage", **self.body("by socket")})
                self.assertEqual(socket.receive()["type"], "receipt")
        _, other = self.member()
        socket = self.daemon.websocket(other)
        for _ in range(BURST):
            socket.send_json({"action": "sendMessage", **self.body("by socket")})
        self.assertGreaterEqual(sum("messageId" in result for result in self.batch(other)[0]), BURST)

    def test_reads_are_not_limited(self):
        self.refused_publish()
        for _ in range(4 * BURST):
            self.history(token=self.token)

    def test_a_refused_publish_can_be_sent_again(self):
        """Nothing of it was stored, so the same deduplication id is accepted later."""
        results, _ = self.batch(messages=[self.body(n, "fifo", messageDeduplicationId=f"d-{n}") for n in range(20)])
        refused = next(n for n, result in enumerate(results) if "error" in result)
        body = self.body(refused, "fifo", messageDeduplicationId=f"d-{refused}")
        self.daemon.reload(OFF)
        self.addCleanup(self.daemon.reload, ON)
        reply = self.http.post("/publish", self.token, body)
        self.assertEqual(reply.status, 200, reply)
        self.assertNotIn("duplicate", reply.json)

    def test_a_reload_changes_the_rate(self):
        self.refused_publish()
        self.daemon.reload(OFF)
        self.addCleanup(self.daemon.reload, ON)
        self.assertEqual(sum("messageId" in result for result in self.batch()[0]), 100)
        self.daemon.reload({"limits": {"messages_per_second": 1, "message_burst": 2 * BURST}})
        results, gained = self.batch(self.member()[1])
        accepted = sum("messageId" in result for result in results)
        self.assertTrue(2 * BURST <= accepted <= 2 * BURST + gained, accepted)


if __name__ == "__main__":
    unittest.main()
