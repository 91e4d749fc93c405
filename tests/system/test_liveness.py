"""Pings, idle timeout, maximum age, slow readers (docs/protocol.md)."""

import time
import unittest

from support.case import SystemTest
from support.tokens import mint


class Pings(SystemTest):
    settings = {"connections": {"ping_interval": "500ms", "idle_timeout": "2s"}}

    def test_answered_pings_keep_the_connection(self):
        """For longer than the idle timeout, the client answers pings and does nothing else."""
        socket = self.daemon.websocket(mint("u"))
        before = time.monotonic()
        while time.monotonic() - before < 3.5:
            socket.wait_for_pings(socket.pings + 1)
        self.assertGreaterEqual(socket.pings, 3)
        self.assertEqual(socket.ask("ping")["type"], "pong")

    def test_a_silent_connection_is_closed(self):
        before = time.monotonic()
        socket = self.daemon.websocket(mint("u"))
        socket._flush = lambda: None  # pongs are created but never sent
        self.assertEqual(socket.closed(), 4408)
        self.assertGreaterEqual(time.monotonic() - before, 1.5)

    def test_the_heartbeat_interval_is_announced(self):
        self.assertGreaterEqual(self.daemon.websocket(mint("u")).connected["heartbeatSeconds"], 0)


class Age(SystemTest):
    settings = {"connections": {"max_age": "1s"}}

    def test_a_connection_past_its_maximum_age_is_closed(self):
        before = time.monotonic()
        socket = self.daemon.websocket(mint("u"))
        self.assertEqual(socket.closed(), 1001)
        self.assertGreaterEqual(time.monotonic() - before, 0.9)


class TokenExpiry(SystemTest):
    settings = {"auth": {"leeway": "0s"}, "connections": {"close_on_token_expiry": True}}

    def test_a_connection_is_closed_when_its_token_expires(self):
        """The token is valid long enough for a busy machine to connect with it."""
        socket = self.daemon.websocket(mint("u", lifetime=4))
        self.assertEqual(socket.closed(), 4401)


class SlowReader(SystemTest):
    settings = {"limits": {"outbound_buffer": "256KiB"}}

    def test_a_client_that_never_reads_does_not_affect_others(self):
        """The slow connection may be closed; the other one gets everything, and publishing continues."""
        _, token = self.member()
        self.daemon.websocket(token, self.chat)
        good = self.daemon.websocket(token, self.chat)
        for number in range(150):
            self.publish("x" * 100_000 + str(number))
            self.assertEqual(good.receive_message()["sequenceNumber"], number + 1)
        self.assertEqual(good.ask("ping")["type"], "pong")


if __name__ == "__main__":
    unittest.main()
