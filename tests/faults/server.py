"""The daemon as a process that can be started, killed and restarted on the same address and folder."""

import asyncio
import os
import pathlib
import signal
import subprocess
import time

from support.daemon import binary, daemon_environment
from support.process import descriptor_count, resident_bytes
from support.settings import BASE, LIMIT, merge, to_toml

from .clients import Gone, Http

# A restart must not lose its port to another program, and two harnesses may run side by side; hence a loopback address
# of this process's own and a port below the ephemeral range.
PORT = 9443
# Even when that is killed.
DIES_WITH_THE_HARNESS = ["setpriv", "--pdeathsig", "KILL"]


def own_address():
    pid = os.getpid()
    return f"127.{1 + (pid >> 16) % 250}.{pid >> 8 & 255}.{pid & 255 or 1}"


class Server:
    def __init__(self, folder, settings=None, host=None, port=PORT):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.host, self.port = host or own_address(), port
        self.context = None  # for the clients, if the settings have a certificate
        base = merge(BASE, {"server": {"listen": f"{self.host}:{self.port}"}, "log": {"level": "warn"}})
        self.settings = merge(base, settings or {})
        self.database = self.folder / self.settings["storage"]["path"]
        self.log = self.folder / "log"
        self.stderr = None  # a descriptor, in place of the log
        self.process = None

    def configure(self):
        config = self.folder / "notifyd.toml"
        config.write_text(to_toml(self.settings))
        return config

    async def start(self, prefix=(), environment=None, limit=3 * LIMIT):
        """Starts it; returns the seconds until /readyz answers 200. Raises Gone if it ends before."""
        self.spawn(prefix, environment)
        return await self.ready(limit)

    def spawn(self, prefix=(), environment=None):
        assert self.process is None or self.process.poll() is not None, "it runs"
        config = self.configure()
        with open(self.log, "ab") as log:
            self.spawned = time.monotonic()
            self.process = subprocess.Popen(
                [*DIES_WITH_THE_HARNESS, *prefix, binary(), "serve", "--config", str(config)], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=self.stderr or log, env=daemon_environment(environment))

    async def ready(self, limit):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Gone(f"it ended with {self.process.returncode}: {self.tail()}")
            http = Http(self)
            try:
                if (await http.request("GET", "/readyz")).status == 200:
                    return time.monotonic() - self.spawned
            except Gone:
                pass  # not listening yet
            finally:
                http.close()
            await asyncio.sleep(0.002)
        raise AssertionError(f"not ready after {limit} s: {self.tail()}")

    @property
    def pid(self):
        return self.process.pid

    @property
    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    async def kill(self):
        self.process.kill()
        await self.ended()

    async def ended(self, limit=3 * LIMIT):
        """Returns the exit code."""
        return await asyncio.to_thread(self.process.wait, limit)

    async def stop(self):
        """Stops it cleanly: any exit code but 0 is an error."""
        self.signal(signal.SIGTERM)
        code = await self.ended()
        assert code == 0, f"exit code {code}: {self.tail()}"

    def end(self):
        """Kills it and cleans up."""
        if self.process is not None and self.alive:
            self.process.kill()
            self.process.wait()

    def command(self, *arguments):
        """Runs `notifyd arguments… --config …` to completion."""
        return subprocess.run([binary(), *map(str, arguments), "--config", str(self.configure())], cwd=self.folder,
                              capture_output=True, text=True, timeout=3 * LIMIT, check=False)

    def database_files(self):
        """The database with its journals."""
        return sorted(self.folder.glob(self.database.name + "*"))

    def lose_the_journal(self):
        """For --sabotage: deletes what was committed but not yet copied into the database."""
        for path in self.database_files():
            if path != self.database:
                path.unlink()

    def tail(self, count=5):
        return "\n".join(self.log_lines_with("")[-count:])

    def log_lines_with(self, text):
        if not self.log.exists():
            return []
        return [line for line in self.log.read_text(errors="replace").splitlines() if text in line]

    # --- what the kernel reports about it ---

    def resident(self):
        return resident_bytes(self.pid)

    def descriptors(self):
        return descriptor_count(self.pid)
