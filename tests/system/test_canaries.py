"""Tokens and secrets with unique marks in every place that takes one, then a search of everything that comes out
(docs/security.md S8): replies, frames, log, database, the process's own description."""

import base64
import itertools
import json
import pathlib
import signal
import unittest
import uuid

from support.daemon import Daemon, Folder
from support.settings import merge, to_toml
from support.tokens import mint
from support.websocket import Refused

_numbers = itertools.count(1)
SECRET = "canarysecret" + uuid.uuid4().hex + "0" * 20


class Canaries:
    """The marks that were planted, and the texts in which none of them may appear."""

    def __init__(self):
        self.marks = {SECRET: "auth.hs256_secret"}
        self.seen = []

    def plant(self, where):
        mark = f"canary{next(_numbers)}x{uuid.uuid4().hex}"
        self.marks[mark] = where
        return mark

    def token(self, where):
        """A valid token, whose signature is the mark."""
        token = mint("alice", secret=SECRET, canary=uuid.uuid4().hex)
        self.marks[token.split(".")[2]] = where
        self.marks[token] = where
        return token

    def saw(self, where, data):
        self.seen.append((where, data if isinstance(data, bytes) else data.encode()))

    def leaks(self):
        for mark, planted in self.marks.items():
            forms = {mark.encode(), base64.b64encode(mark.encode())[:-4], mark.encode().hex().encode()}
            for where, data in self.seen:
                if any(form in data for form in forms):
                    yield f"{planted} was found in {where}"


class Leaks(unittest.TestCase):
    def setUp(self):
        self.canaries = Canaries()
        self.folder = Folder()
        self.folder.write("secret", SECRET + "\n")
        self.settings = {"auth": {"hs256_secret": "file:secret"}, "log": {"level": "debug", "file": "notifyd.log"}}

    def start(self):
        daemon = Daemon(self.settings, self.folder, expect_start=False)
        log = self.folder.path / "notifyd.log"
        for _ in iter(lambda: log.exists() and "server_started" in log.read_text(), True):
            self.assertIsNone(daemon.process.poll(), daemon.tail())
        events = [json.loads(line) for line in log.read_text().splitlines()]
        daemon.port = int([e for e in events if e["event_type"] == "server_started"][-1]["listen"].rpartition(":")[2])
        return daemon

    def saw_reply(self, where, reply):
        self.canaries.saw(where, str(reply.headers) + reply.body.decode(errors="replace"))

    def http_everywhere(self, daemon):
        plant, token = self.canaries.plant, self.canaries.token
        client = daemon.http()
        for method, path in (("GET", "/messages"), ("GET", "/permissions"), ("POST", "/publish"), ("GET", "/dlq"),
                             ("GET", "/readyz"), ("GET", "/nowhere"), ("PATCH", "/messages")):
            for kind in ("good", "bad", "bad jwt"):
                bad_jwt = f"eyJhbGciOiJIUzI1NiJ9.{plant('claims of a bad token')}.{plant('its signature')}"
                value = {"good": token(f"{method} {path} Authorization"), "bad": plant(f"{path} a bad bearer"),
                         "bad jwt": bad_jwt}[kind]
                self.saw_reply(f"the reply of {path}", client.request(method, path, value, query={"chatId": "c"}))
                self.saw_reply(f"the reply of {path}", client.request(method, path, query={"token": value}))
            headers = {"Authorization": "Basic " + plant(f"{path} basic"), "Cookie": "session=" + plant("a cookie"),
                       "Proxy-Authorization": plant("proxy"), "X-Api-Key": plant("an api key")}
            self.saw_reply(f"the reply of {path}", client.request(method, path, headers=headers))

    def websockets_everywhere(self, daemon):
        plant, token = self.canaries.plant, self.canaries.token
        for bad in (False, True):
            make = plant if bad else token
            for options in ({"token": make("the connect's token")},
                            {"headers": {"Authorization": "Bearer " + make("the connect's Authorization")}},
                            {"subprotocols": ["notifyd.v1", "bearer." + make("the connect's subprotocol")]},
                            {"token": make("a token"), "query": {"userId": "somebody-else"}},
                            {"token": make("a token"), "chat": "not-mine"},
                            {"token": make("a token"), "query": {"access_token": make("a parameter")}}):
                try:
                    socket = daemon.websocket(**options)
                    self.canaries.saw("the first frame", json.dumps(socket.connected) + str(socket.response.headers))
                    # Where a confused client may put its token: not a field of ours, and not delivered to anybody.
                    for frame in ({"type": "auth", "id": "1", "payload": {"token": make("an unknown frame")}},
                                  {"action": "auth", "token": make("an unknown action")},
                                  {"type": "subscribe", "id": "1", "payload": {"token": make("a field")}}):
                        socket.send_json(frame)
                    socket.send_text("Bearer " + make("a frame that is no JSON"))
                    mark = socket.send_envelope("ping")
                    for answer in socket.receive_until(lambda frame, mark=mark: frame.get("id") == mark):
                        self.canaries.saw("an answer", json.dumps(answer))
                    socket.close()
                except Refused as refusal:
                    self.canaries.saw("a refusal", str(refusal.headers) + refusal.body.decode())

    def process(self, daemon):
        for name in ("cmdline", "environ", "comm", "status", "maps"):
            self.canaries.saw("/proc/PID/" + name, pathlib.Path(f"/proc/{daemon.process.pid}/{name}").read_bytes())

    def files(self):
        for file in sorted(self.folder.path.rglob("*")):
            if file.is_file() and file.name not in ("secret", "notifyd.toml"):
                self.canaries.saw(file.name, file.read_bytes())

    def assert_no_leak(self, at_least):
        self.assertGreaterEqual(len(self.canaries.marks), at_least)
        self.assertEqual(list(self.canaries.leaks()), [])
        print(f"{len(self.canaries.marks)} marks, {sum(len(data) for _, data in self.canaries.seen)} bytes searched")

    def test_a_running_server_leaks_nothing(self):
        daemon = self.start()
        self.http_everywhere(daemon)
        self.websockets_everywhere(daemon)
        self.process(daemon)
        self.files()
        daemon.stop()
        self.canaries.saw("stderr", "\n".join(daemon.lines))
        self.files()
        names = [where for where, _ in self.canaries.seen]
        for expected in ("notifyd.log", "notifyd.db", "/proc/PID/environ"):
            self.assertIn(expected, names)
        self.assert_no_leak(100)

    def test_a_crash_leaks_nothing(self):
        daemon = self.start()
        self.http_everywhere(daemon)
        daemon.signal(signal.SIGABRT)
        daemon.wait()
        daemon.process.stderr.close()
        self.canaries.saw("stderr", "\n".join(daemon.lines))
        self.files()
        self.assert_no_leak(40)

    def test_a_refused_config_leaks_nothing(self):
        """The messages about a bad config name its keys, never its secrets."""
        for settings in ({"auth": {"hs256_secret": self.canaries.plant("a short secret")[:20]}},
                         {"auth": {"hs256_secret": self.canaries.plant("a secret"), "algorithms": ["RS256"]}},
                         {"auth": {"hs256_secret": self.canaries.plant("a secret"), "leeway": "soon"}},
                         {"auth": {"hs256_secret": "env:" + self.canaries.plant("not a variable")[:3]}},
                         {"tokens": {"secret": self.canaries.plant("tokens.secret")[:25]}}):
            file = self.folder.write("bad.toml", to_toml(merge(self.settings, settings)))
            result = self.folder.command("check-config", "--config", file)
            self.canaries.saw("check-config", result.stdout + result.stderr)
        self.assert_no_leak(5)

    def test_the_search_finds_a_planted_mark(self):
        mark = self.canaries.plant("a test")
        self.canaries.saw("nothing", "nothing")
        self.assertEqual(list(self.canaries.leaks()), [])
        for data in (f"a {mark} b".encode(), base64.b64encode(mark.encode()), mark.encode().hex().encode()):
            self.canaries.seen = [("here", data)]
            self.assertEqual(list(self.canaries.leaks()), ["a test was found in here"])


if __name__ == "__main__":
    unittest.main()
