"""A server that is measured: started in its own folder, pinned to its cores, and removed with all its files."""

import dataclasses
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

from .. import machine

FILES = pathlib.Path(__file__).resolve().parents[2] / "peers"
START_SECONDS = 60
STOP_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Place:
    """What a server needs to know to start."""
    data: pathlib.Path         # folder on the disk that is measured
    notifyd: pathlib.Path
    raw: pathlib.Path
    certificate: pathlib.Path  # folder with cert.pem and key.pem
    core_list: str | None = None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Base class of the servers. Subclasses know how to start one kind; `settings` come from the workload's entrant."""

    name = ""  # on the command line
    title = ""  # in the list of versions

    def __init__(self, place, settings=None, folder=None):
        """If `folder` is given, it is used as it is and kept; otherwise a temporary folder is created and removed."""
        self.place = place
        self.keeps_folder = folder is not None
        self.folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="bench-data-", dir=place.data))
        self.log = self.folder / "log"
        self.process = None
        self.port = free_port()
        try:
            self.start(**(settings or {}))
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # Subclasses define these.

    @classmethod
    def missing(cls, place):
        """What must be installed before the server can start; empty if nothing is missing."""
        raise NotImplementedError

    @classmethod
    def version(cls, place):
        raise NotImplementedError

    def start(self):
        """Spawns the process, and returns once it accepts connections on `self.port`."""
        raise NotImplementedError

    def prepare(self, command, options):
        """Creates what a workload needs in the server, and returns the additional options for the generator."""
        return {}

    @property
    def process_id(self):
        """The process whose processor time and memory are measured."""
        return self.process.pid

    # Subclasses use these.

    def write_config(self, name, **values):
        """Copies a file of bench/peers, with each @name@ replaced by its value; returns the path of the copy."""
        text = (FILES / name).read_text()
        values |= {"folder": self.folder, "port": self.port, "user": pwd.getpwuid(os.getuid()).pw_name}
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    def spawn(self, command):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(machine.pinned(self.place.core_list, command), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)

    def wait_until(self, is_ready, pause=0.01):
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start:\n{self.log_tail()}")
            time.sleep(pause)

    def accepts_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def log_tail(self, lines=20):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def has_ended(self):
        return self.process.poll() is not None

    def stop(self):
        """Ends the process that this object started, and removes its temporary folder."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if not self.keeps_folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def first_line_of(*command):
    """The first line of output of a program, on stdout or stderr."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().partition("\n")[0]


def debian_version(package):
    done = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", package], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() or "of unknown version"


def program(name):
    """The path of a program. Servers are often in sbin, which is not in every user's PATH."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")
