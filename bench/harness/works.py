"""What is measured, and one run of it by the load generator."""

import dataclasses
import json
import subprocess

from . import machine

PUBLISHER = "publisher"
SUBSCRIBER = "subscriber"
PATIENCE_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Pace:
    """How long one run of a work takes."""
    warm_up_ms: int
    rounds: int
    round_ms: int


@dataclasses.dataclass(frozen=True)
class Work:
    table: str  # "fanout" or "publish", the generator's own names
    label: str
    type: str
    window: int
    options: tuple  # further options of the generator

    def run(self, generator, core, daemon, chat, pace):
        """The generator's JSON object. A failed check is in it; a generator that cannot run raises."""
        daemon.grant(chat, {PUBLISHER: "member", SUBSCRIBER: "viewer"})
        command = [
            str(generator), self.table, "--port", str(daemon.port), "--chat", chat, "--type", self.type,
            "--window", str(self.window), "--publisher-token", daemon.token(PUBLISHER),
            "--subscriber-token", daemon.token(SUBSCRIBER), "--server-process", str(daemon.process.pid),
            "--warm-up-ms", str(pace.warm_up_ms), "--rounds", str(pace.rounds), "--round-ms", str(pace.round_ms),
            *self.options]
        seconds = (pace.warm_up_ms + pace.rounds * pace.round_ms) / 1000 + PATIENCE_SECONDS
        done = subprocess.run(machine.pinned(core, command), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=seconds, check=False)
        if not done.stdout:
            raise RuntimeError(f"{self.label}, {self.type}: the generator ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)


def fanout(subscribers, window, message_type):
    return Work("fanout", f"1 chat → {subscribers:,}", message_type, window, ("--subscribers", str(subscribers)))


def publish(label, message_type, window, connections, transport):
    return Work("publish", label, message_type, window,
                ("--connections", str(connections), "--transport", transport))


def publishes():
    for label, window, connections, transport in (
            ("sendMessage, 1 connection", 256, 1, "websocket"),
            ("sendMessage, 256 connections", 1, 256, "websocket"),
            ("POST /publish, 64 connections", 1, 64, "http")):
        for message_type in ("standard", "fifo"):
            yield publish(label, message_type, window, connections, transport)


def full():
    fanouts = [fanout(subscribers, window, message_type) for subscribers in (100, 1000) for window in (1, 16, 128)
               for message_type in ("standard", "fifo")]
    return fanouts + list(publishes())


def quick():
    """Every kind of work once, small enough for a test on a busy machine."""
    fanouts = [fanout(subscribers, window, message_type) for subscribers, window in ((100, 1), (100, 128), (300, 16))
               for message_type in ("standard", "fifo")]
    return fanouts + list(publishes())
