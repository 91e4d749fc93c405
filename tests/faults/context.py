"""The input of a fault (size, seed, folders) and its output (one line of counts)."""

import os
import pathlib
import random
import shutil
import tempfile
from dataclasses import dataclass, field

from . import tokens
from .ack_log import AckLog, check, read_history
from .clients import Http
from .server import Server


class Skip(Exception):
    """This fault cannot run on this machine; the text is the reason."""


@dataclass
class Result:
    tries: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0  # gaps, wrong numbers, missing and swapped messages
    notes: dict = field(default_factory=dict)  # measurements without a verdict
    failures: list = field(default_factory=list)  # messages; any of them fails the fault

    @property
    def passed(self):
        return not (self.lost or self.doubled or self.out_of_order or self.failures)

    def require(self, condition, message):
        if not condition and len(self.failures) < 5:
            self.failures.append(message)

    def add(self, counts):
        """Adds the checker's counts."""
        self.lost += counts.lost
        self.doubled += counts.doubled
        self.out_of_order += counts.gaps + counts.wrong_number
        self.require(counts.wrong_body == 0, f"{counts.wrong_body} wrong bodies")
        self.require(counts.acked > 0, "nothing was acknowledged, so nothing was tested")
        self.notes["acked"] = self.notes.get("acked", 0) + counts.acked


class Context:
    """`sabotage`: whether to break the run on purpose, so that it must fail."""

    def __init__(self, seed, long=False, sabotage=False):
        self.seed = seed
        self.long = long
        self.sabotage = sabotage
        self.random = random.Random(seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="notifyd-faults-"))
        self.result = Result()
        self.servers = []
        self.logs = []

    def size(self, short, long):
        return long if self.long else short

    def server(self, settings=None, name="server", **options):
        server = Server(self.folder / name, settings, **options)
        self.servers.append(server)
        return server

    def log(self, name="acks"):
        log = AckLog(self.folder / f"{name}.log")
        self.logs.append(log)
        return log

    async def check(self, server, entries, chats):
        """Checks every chat's history against the acknowledgements and adds the counts to the result."""
        http = Http(server)
        histories = {chat: await read_history(http, chat, tokens.admin()) for chat in chats}
        http.close()
        counts = check(entries, histories)
        self.result.add(counts)
        return counts

    def close(self, keep=False):
        for server in self.servers:
            server.end()
            caught = server.log_lines_with('"exception_caught"')
            self.result.require(not caught, f"an exception was caught: {caught[:1]}")
        for log in self.logs:
            log.close()
        if keep:
            print(f"   kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def need_root(reason):
    if os.geteuid() != 0:
        raise Skip(f"needs root: {reason}")


def need_program(*names):
    for name in names:
        if shutil.which(name) is None:
            raise Skip(f"{name} is not installed")
