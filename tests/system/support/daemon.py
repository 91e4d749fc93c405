"""One notifyd process: its folder, config, log and shutdown."""

import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from . import tokens
from .http_client import HttpClient, RawConnection
from .settings import BASE, LIMIT, merge, to_toml
from .websocket import WebSocket

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONFIG_ERROR = 78  # the exit code if the config, or a file that it names, is wrong
VERSION = re.search(r"project\(notifyd VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)


def binary():
    path = os.environ.get("NOTIFYD_BINARY") or str(ROOT / "build/release/notifyd")
    if not os.access(path, os.X_OK):
        sys.exit(f"{path} does not exist: build notifyd, or set NOTIFYD_BINARY")
    return path


def daemon_environment(changes=None):
    """Removes the tests' own NOTIFYD_ variables, which are not settings: the daemon would warn about each."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("NOTIFYD_", "SSL_CERT_"))}
    return {**own, **(changes or {})}


class Folder:
    """A folder for config, database and keys; it outlives the daemons started in it."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="notifyd-test-"))
        atexit.register(self.remove)

    def write(self, name, text):
        target = self.path / name
        target.write_text(text)
        return target

    def command(self, *arguments, environment=None, limit=LIMIT):
        """Runs `notifyd arguments…` in the folder to completion."""
        return subprocess.run(
            [binary(), *map(str, arguments)], cwd=self.path, env=daemon_environment(environment),
            capture_output=True, text=True, errors="replace", timeout=limit, check=False)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Daemon:
    def __init__(self, settings=None, folder=None, context=None, environment=None, expect_start=True, command=()):
        """`settings` change the base config; `context` is an SSL context for clients of a daemon with TLS; `command`
        replaces itself with the daemon, as prlimit does."""
        self.owns_folder = folder is None
        self.folder = folder or Folder()
        self.context = context
        self.settings = merge(BASE, settings or {})
        self.config = self.write_config(self.folder, self.settings)
        self.lines = []
        self.events = []
        self.changed = threading.Condition()
        self.ended = False
        self.clients = []
        self.process = subprocess.Popen(
            [*command, binary(), "serve", "--config", str(self.config)], cwd=self.folder.path,
            env=daemon_environment(environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        atexit.register(self.process.kill)  # no daemon outlives the test, whatever happens to it
        self.reader = threading.Thread(target=self._read_log, daemon=True)
        self.reader.start()
        if expect_start:
            started = self.wait_for_event("server_started")
            port = started["listen"].rpartition(":")[2]
            self.port = int(port) if port.isdigit() else None  # a Unix socket has no port

    @staticmethod
    def write_config(folder, settings):
        return folder.write("notifyd.toml", to_toml(merge(BASE, settings)))

    # --- the log ---

    def _read_log(self):
        for raw in self.process.stderr:
            line = raw.decode(errors="replace").rstrip("\n")
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            with self.changed:
                self.lines.append(line)
                if isinstance(event, dict):
                    self.events.append(event)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def find_events(self, kind):
        with self.changed:
            return [event for event in self.events if event.get("event_type") == kind]

    def wait_for_event(self, kind, wanted=lambda event: True, limit=LIMIT):
        def found():
            return next((e for e in self.events if e.get("event_type") == kind and wanted(e)), None)

        with self.changed:
            self.changed.wait_for(lambda: found() is not None or self.ended, limit)
            event = found()
            if event is None:
                what = "ended" if self.ended else "is silent"
                raise AssertionError(f"no {kind} in the log; the daemon {what}:\n{self._tail()}")
            return event

    def _tail(self, count=60):
        return "\n".join(self.lines[-count:])

    def tail(self):
        with self.changed:
            return self._tail()

    # --- SIGHUP ---

    def reload(self, changes=None, text=None):
        """Writes the config (changes, or a whole text), sends SIGHUP and returns the event that reports the outcome."""
        if changes is not None:
            self.settings = merge(self.settings, changes)
        self.folder.write("notifyd.toml", to_toml(self.settings) if text is None else text)
        answers = ("config_reloaded", "config_reload_failed")
        with self.changed:
            before = len(self.events)
            self.signal(signal.SIGHUP)

            def answer():
                return next((e for e in self.events[before:] if e["event_type"] in answers), None)

            self.changed.wait_for(lambda: answer() is not None or self.ended, LIMIT)
            event = answer()
            assert event is not None, f"no answer to SIGHUP:\n{self._tail()}"
            return event

    # --- shutdown ---

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, limit=LIMIT):
        """Returns the exit code once the whole log has been read."""
        code = self.process.wait(limit)
        self.reader.join(limit)
        return code

    def kill(self):
        self._close_clients()
        self.process.kill()
        self.wait()
        self.process.stderr.close()

    def stop(self):
        """Stops it cleanly: exit 0, no sanitizer report, no exception caught, no token in the log or the database."""
        self._close_clients()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        code = self.wait()
        self.process.stderr.close()
        text = "\n".join(self.lines)
        kept = b"".join(file.read_bytes() for file in self.folder.path.glob("*.db*"))
        signatures = filter(None, (token.rpartition(".")[2] for token in tokens.minted))
        leaked = [signature for signature in signatures if signature in text or signature.encode() in kept]
        broken = [line for line in self.lines if not line.startswith("{")]
        caught = self.find_events("exception_caught")
        if self.owns_folder:
            self.folder.remove()
        assert code == 0, f"exit code {code}:\n{text[-6000:]}"
        assert not leaked, f"a token stands in the log or the database: {leaked[0]}"
        assert not caught, f"an exception was caught: {caught[0]}"
        assert not broken, f"a log line is not JSON: {broken[0]}"

    def _close_clients(self):
        for client in self.clients:
            client.close()
        self.clients.clear()

    # --- clients ---

    def http(self, prefix=""):
        client = HttpClient(self.port, self.context, prefix)
        self.clients.append(client)
        return client

    def raw(self):
        client = RawConnection(self.port)
        self.clients.append(client)
        return client

    def websocket(self, token=None, chat=None, hello=True, query=None, **options):
        """Connects; with `hello`, the first frame is read and kept in `.connected`."""
        pairs = list((query or {}).items()) if isinstance(query or {}, dict) else list(query)
        if token is not None:
            pairs.append(("token", token))
        if chat is not None:
            pairs.append(("chatId", chat))
        if hello:
            pairs.append(("hello", "1"))
        client = WebSocket(self.port, query=pairs, context=self.context, **options)
        self.clients.append(client)
        client.connected = client.receive() if hello else None
        return client

    def grant(self, user, chat, role="member", **topic):
        http = HttpClient(self.port, self.context)
        body = {"userId": user, "role": role, **({"chatId": chat} if chat is not None else topic)}
        reply = http.post("/permissions", tokens.admin(), body)
        http.close()
        assert reply.status == 200, reply


def show(daemon):
    print(f"--- the daemon's last log lines ---\n{daemon.tail()}\n---", file=sys.stderr)


def eventually(condition, limit=LIMIT):
    """For conditions without an event: polls until the condition holds. Returns whether it ever did."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.01)
    return False
