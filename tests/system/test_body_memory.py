"""Memory for request bodies and fragmented messages while they arrive (docs/protocol.md): one budget for the server and
one per user, neither of which obstructs small requests."""

import contextlib
import json
import select
import time
import unittest

from websockets.frames import Frame, Opcode

from support.bodies import body_to_user
from support.case import SystemTest
from support.daemon import eventually
from support.http_client import HttpClient, RawConnection
from support.operator_tools import LONG
from support.process import raise_descriptor_limit, resident_bytes
from support.settings import LIMIT
from support.sockets import connect, connect_many
from support.tokens import mint

MIB = 1 << 20


def batch_head(token, length=None):
    size = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
    return (f"POST /publish/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\n{size}\r\n\r\n").encode()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def answers(connections, expected):
    """The heads of the first `expected` answers, or of those that arrive within the limit."""
    heads, waiting, deadline = [], list(connections), time.monotonic() + LIMIT
    while len(heads) < expected and waiting and time.monotonic() < deadline:
        readable, _, _ = select.select(waiting, [], [], 0.2)
        for connection in readable:
            waiting.remove(connection)
            with contextlib.suppress(OSError):
                heads.append(connection.recv(65536).decode(errors="replace"))
    return heads


def status(head):
    return int(head.split(" ", 2)[1]) if " " in head else 0


class Budgets(SystemTest):
    settings = {"limits": {"max_batch": "1MiB", "body_memory_per_user": "2MiB", "body_memory": "4MiB"}}

    def direct(self, user, content):
        """A request that any user may send."""
        return body_to_user(user, content, None)

    def batch(self, token, content="x"):
        http = HttpClient(self.daemon.port)
        with contextlib.closing(http):
            return http.post("/publish/batch", token, {"messages": [self.direct("x", content)] * 4})

    def assert_all_given_back(self, token):
        """Checks that both megabytes of the user are free again."""
        def free():
            with contextlib.ExitStack() as stack:
                stack.enter_context(connect(self.daemon.port, batch_head(token, MIB) + b"[" * 100_000))
                return self.batch(token, "x" * 200_000).status == 200

        self.assertTrue(eventually(free, LIMIT), "the user's memory is not given back")

    def test_one_user_over_budget_does_not_affect_others(self):
        token = mint(self.name("greedy"))
        with contextlib.ExitStack() as stack:
            half = batch_head(token, MIB) + b"[" * 500_000
            sockets = connect_many(stack, self.daemon.port, 6, half)
            heads = answers(sockets, 4)
            self.assertEqual([status(head) for head in heads], [429] * 4)
            for head in heads:
                self.assertIn("Retry-After: ", head)
                self.assertIn('"code":"rate_limited"', head)
            self.assertEqual(self.batch(token, "x" * 10_000).status, 429)
            self.assertEqual(self.batch(mint("other"), "x" * 200_000).status, 200)
            # Small requests are not counted.
            small = self.http.post("/publish", token, self.direct("x", "small"))
            self.assertEqual(small.status, 200, small)
        self.assert_all_given_back(token)

    def test_the_servers_budget_does_not_affect_small_requests(self):
        tokens = [mint(self.name("crowd")) for _ in range(8)]
        with contextlib.ExitStack() as stack:
            halves = [batch_head(token, MIB) + b"[" * 500_000 for token in tokens]
            sockets = [stack.enter_context(connect(self.daemon.port, half)) for half in halves]
            heads = answers(sockets, 4)
            self.assertEqual([status(head) for head in heads], [503] * 4)
            for head in heads:
                self.assertIn("Retry-After: ", head)
                self.assertIn('"code":"unavailable"', head)
            small = self.http.post("/publish", mint("other"), self.direct("x", "small"))
            self.assertEqual(small.status, 200, small)
            self.assertEqual(self.http.get("/healthz").status, 200)
        self.assert_all_given_back(tokens[0])

    def test_chunked_bodies_are_counted_as_they_grow(self):
        token = mint(self.name("chunked"))
        with contextlib.ExitStack() as stack:
            half = batch_head(token) + chunk(b"[" * 100_000) * 7
            sockets = connect_many(stack, self.daemon.port, 6, half)
            heads = answers(sockets, 4)
            self.assertEqual([status(head) for head in heads], [429] * 4)
        self.assert_all_given_back(token)

    def test_a_complete_chunked_body_is_served(self):
        token = mint(self.name("chunked"))
        text = json.dumps({"messages": [self.direct("x", "x" * 200_000)] * 4}).encode()
        pieces = b"".join(chunk(text[at:at + 5000]) for at in range(0, len(text), 5000)) + b"0\r\n\r\n"
        for _ in range(3):
            with RawConnection(self.daemon.port) as raw:
                raw.send(batch_head(token) + pieces)
                reply = raw.reply()
                self.assertEqual(reply.status, 200, reply)

    def test_memory_is_released_however_a_request_ends(self):
        token = mint(self.name("ender"))
        ends = {
            "an answer": batch_head(token, 600_000) + b" " * 599_998 + b"{}",
            "no JSON": batch_head(token, 600_000) + b"[" * 600_000,
            "no chunk": batch_head(token) + chunk(b"[" * 600_000) + b"nonsense\r\n\r\n",
            "too large": batch_head(token) + chunk(b"[" * 600_000) * 2,
            "a client that goes": None,
        }
        for end, data in ends.items():
            with self.subTest(end):
                for _ in range(4):
                    with contextlib.ExitStack() as stack:
                        if data is None:
                            stack.enter_context(connect(self.daemon.port, batch_head(token, MIB) + b"[" * 600_000))
                            continue
                        heads = answers([stack.enter_context(connect(self.daemon.port, data))], 1)
                        self.assertIn(status(heads[0]), (400, 413), heads)
                self.assert_all_given_back(token)

    def test_a_body_is_refused_before_100_continue(self):
        token = mint(self.name("polite"))
        with contextlib.ExitStack() as stack:
            connect_many(stack, self.daemon.port, 2, batch_head(token, MIB) + b"[" * 100_000)
            expecting = batch_head(token, MIB).replace(b"Host: x", b"Host: x\r\nExpect: 100-continue")
            def refused():
                return status(answers([stack.enter_context(connect(self.daemon.port, expecting))], 1)[0]) == 429

            self.assertTrue(eventually(refused, LIMIT))

    def test_a_reload_changes_the_limits(self):
        token = mint(self.name("reload"))
        with contextlib.ExitStack() as stack:
            connect_many(stack, self.daemon.port, 2, batch_head(token, MIB) + b"[" * 100_000)

            def refused():
                return self.batch(token, "x" * 200_000).status == 429

            self.assertTrue(eventually(refused, LIMIT))
            reloaded = self.daemon.reload({"limits": {**self.settings["limits"], "body_memory_per_user": "4MiB"}})
            self.assertIn("limits.body_memory_per_user", str(reloaded))
            self.assertEqual(self.batch(token, "x" * 200_000).status, 200)
        self.daemon.reload(self.settings)

    def test_unfinished_messages_of_one_user_end_with_1013(self):
        user = self.name("talker")
        token = mint(user)
        piece = Frame(Opcode.TEXT, b'{"action":"sendMessage","x":"' + b"x" * 200_000, False)
        sockets = [self.daemon.websocket(token) for _ in range(20)]
        for client in sockets:
            with contextlib.suppress(OSError):  # it may be closed meanwhile
                client.socket.sendall(piece.serialize(mask=True))
        closed = self.closed_of(user, 20 - 2 * MIB // 200_000)
        self.assertEqual({event["code"] for event in closed}, {1013})
        # Meanwhile, large messages of others are accepted, and so are small ones of the same user.
        self.assert_sends(mint("other"), "x" * 200_000)
        self.assert_sends(token, "small")
        for client in sockets:
            client.socket.close()

        def free():
            with contextlib.suppress(AssertionError, OSError):
                self.assert_sends(token, "x" * 200_000)
                return True
            return False

        self.assertTrue(eventually(free, LIMIT), "the user's memory is not given back")

    @unittest.skipUnless(LONG, "takes the 30 s that a large message may take")
    def test_a_large_message_that_never_ends_is_abandoned(self):
        token = mint(self.name("slow"))
        half = Frame(Opcode.TEXT, b"{" + b"x" * 20_000, False).serialize(mask=True)
        slow, small, idle = (self.daemon.websocket(token) for _ in range(3))
        slow.socket.sendall(half)
        small.socket.sendall(Frame(Opcode.TEXT, b"{" + b"x" * 1000, False).serialize(mask=True))
        self.assertEqual(slow.closed(4 * LIMIT), 1013)
        self.assertEqual(idle.ask("ping")["type"], "pong")
        small.send_frame(Opcode.CONT, b"}")
        self.assertIn("error", small.receive())

    def closed_of(self, user, at_least):
        def found():
            return [event for event in self.daemon.find_events("connection_closed") if event["user_id"] == user]

        self.assertTrue(eventually(lambda: len(found()) >= at_least, LIMIT), f"{len(found())} of {at_least} closed")
        return found()

    def assert_sends(self, token, content):
        client = self.daemon.websocket(token)
        with contextlib.closing(client.socket):
            client.send_json({"action": "sendMessage", **self.direct("x", content)})
            self.assertIn("messageId", client.receive())


class Sizes(SystemTest):
    """The defaults: 4 MiB per batch, 16 MiB per user, 256 MiB in total."""

    def test_half_sent_batches_of_one_token_hold_little_memory(self):
        raise_descriptor_limit()
        token = mint("greedy")
        self.http.get("/healthz")
        before = resident_bytes(self.daemon.process.pid)
        with contextlib.ExitStack() as stack:
            half = batch_head(token, 4 * MIB) + b"[" * (2 * MIB)
            sockets = connect_many(stack, self.daemon.port, 200 if LONG else 60, half)
            heads = answers(sockets, len(sockets) - 4)
            self.assertEqual([status(head) for head in heads], [429] * (len(sockets) - 4))
            grown = resident_bytes(self.daemon.process.pid) - before
            print(f"{grown / MIB:.1f} MiB for {len(sockets)} half-sent batches of one token")
            self.assertLess(grown, 32 * MIB * (LIMIT / 10))
            small = self.http.post("/publish", mint("other"), body_to_user("x", kind=None))
            self.assertEqual(small.status, 200)


if __name__ == "__main__":
    unittest.main()
