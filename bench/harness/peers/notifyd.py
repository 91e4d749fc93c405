"""notifyd with everything enabled, and the users, permissions and tokens that the workloads need."""

import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import secrets
import time

from .process import Server, first_line_of

PUBLISHER = "publisher"
SUBSCRIBER = "subscriber"
GRANT_CONNECTIONS = 8

CONFIG = """\
[server]
listen = "127.0.0.1:0"
threads = {threads}

[tls]
certificate = "{certificate}"
private_key = "{private_key}"

[auth]
algorithms = ["HS256"]
hs256_secret = "{secret}"

[limits]
messages_per_second = 0
connects_per_minute_per_ip = 0
connects_per_minute_per_user = 0

[connections]
max_per_user = 0

[storage]
path = "{database}"
durability = "full"
history = {history}

[presence]
enabled = {presence}

[log]
level = "info"
format = "json"
"""


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Notifyd(Server):
    name = "notifyd"
    title = "notifyd"

    @classmethod
    def missing(cls, place):
        return "" if place.notifyd.exists() else "the program"

    @classmethod
    def version(cls, place):
        return first_line_of(str(place.notifyd), "version").removeprefix("notifyd ")

    def start(self, history=True, threads=1, tls=False, presence=False):
        self.secret = secrets.token_hex(32)
        self.tls = tls
        self.database = self.folder / "notifyd.db"
        config = self.folder / "notifyd.toml"
        config.touch(mode=0o600)
        config.write_text(CONFIG.format(
            threads=threads, secret=self.secret, database=self.database, history=str(history).lower(),
            presence=str(presence).lower(),
            certificate=self.place.certificate / "cert.pem" if tls else "",
            private_key=self.place.certificate / "key.pem" if tls else ""))
        begin = time.monotonic()
        self.spawn([self.place.notifyd, "serve", "--config", config])
        self.wait_until(self._has_logged_address, pause=0.002)
        self.started_ms = (time.monotonic() - begin) * 1000
        self.database_written_at_start = self.database.stat().st_mtime_ns

    def _has_logged_address(self):
        for line in self.log.read_text(errors="replace").splitlines(keepends=True):
            if '"server_started"' in line and line.endswith("}\n"):
                self.port = int(json.loads(line)["listen"].rpartition(":")[2])
                return True
        return False

    def has_checkpointed(self):
        """Whether the database file has been written to since the start, which only a checkpoint does."""
        return self.database.stat().st_mtime_ns != self.database_written_at_start

    def token(self, user, scope=None):
        now = int(time.time())
        claims = {"sub": user, "iat": now, "exp": now + 6 * 3600}
        if scope:
            claims["scope"] = scope
        text = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        signature = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).digest()
        return f"{text}.{encode(signature)}"

    def connect(self):
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        import ssl  # pylint: disable=import-outside-toplevel
        context = ssl.create_default_context(cafile=str(self.place.certificate / "cert.pem"))
        return http.client.HTTPSConnection("localhost", self.port, timeout=30, context=context)

    def grant(self, rows):
        """Grants permissions, given as (chat, user, role), over HTTP, as an operator would."""
        rows = list(rows)
        shares = [rows[start::GRANT_CONNECTIONS] for start in range(min(GRANT_CONNECTIONS, len(rows)))]
        with concurrent.futures.ThreadPoolExecutor(GRANT_CONNECTIONS) as pool:
            for done in [pool.submit(self._grant_all, share) for share in shares]:
                done.result()

    def _grant_all(self, rows):
        headers = {"Authorization": f"Bearer {self.token('operator', 'notifyd:admin')}",
                   "Content-Type": "application/json"}
        connection = self.connect()
        try:
            for chat, user, role in rows:
                body = json.dumps({"userId": user, "chatId": chat, "role": role})
                connection.request("POST", "/permissions", body, headers)
                reply = connection.getresponse()
                text = reply.read().decode(errors="replace")
                if reply.status != 200:
                    raise RuntimeError(f"POST /permissions: {reply.status} {text}")
        finally:
            connection.close()

    def prepare(self, command, options):
        if command == "idle":
            return self._prepare_idle(options["connections"])
        if command == "presence":
            return self._prepare_presence(options["connections"])
        chat, chats = options.get("chat", "bench"), options.get("chats", 1)
        names = [chat] if chats == 1 else [f"{chat}-{number}" for number in range(chats)]
        self.grant((name, user, role) for name in names
                   for user, role in ((PUBLISHER, "member"), (SUBSCRIBER, "viewer")))
        tokens = {"subscriber-token": self.token(SUBSCRIBER)}
        return tokens if command == "connect" else tokens | {"publisher-token": self.token(PUBLISHER)}

    def _prepare_idle(self, connections):
        """Creates one user per connection, each in its own chat."""
        return self._prepare_clients((f"user-{number}", f"chat-{number}") for number in range(connections))

    def _prepare_presence(self, connections):
        """Creates one user per connection, all in one chat."""
        return self._prepare_clients((f"user-{number}", "bench") for number in range(connections))

    def _prepare_clients(self, members):
        members = list(members)
        self.grant((chat, user, "member") for user, chat in members)
        clients = self.folder / "clients"
        clients.touch(mode=0o600)
        clients.write_text("".join(f"{self.token(user)}\t&chatId={chat}\n" for user, chat in members))
        return {"clients": clients}
