"""SIGHUP: what can change does so without affecting clients; if there is any mistake, nothing changes
(docs/operations.md, docs/security.md S12)."""

import os
import resource
import signal
import threading
import unittest

from support.case import SystemTest
from support.daemon import Daemon, Folder, eventually
from support.settings import LIMIT, SECRET, merge, to_toml
from support.tokens import mint
from support.websocket import Refused

OTHER_SECRET = "another secret that only the tests know, 32 bytes"


def names(event, field):
    return event.get(field, "").split(", ") if event.get(field) else []


class Reload(SystemTest):
    settings = {"server": {"allowed_origins": ["*"]}}

    def setUp(self):
        super().setUp()
        self.original = self.daemon.settings
        self.addCleanup(self.restore)

    def restore(self):
        self.daemon.settings = self.original
        event = self.daemon.reload()
        self.assertEqual(event["event_type"], "config_reloaded", event)

    def reload(self, changes, live, at_restart=()):
        event = self.daemon.reload(changes)
        self.assertEqual(event["event_type"], "config_reloaded", event)
        self.assertEqual((names(event, "live"), names(event, "at_restart")), (list(live), list(at_restart)))

    def test_nothing_changed(self):
        event = self.daemon.reload()
        self.assertEqual(event["what"], "nothing changed")

    def test_log_level(self):
        self.http.get("/healthz")
        self.assertTrue(self.daemon.find_events("request_served"))
        self.reload({"log": {"level": "info"}}, ["log.level"])
        before = len(self.daemon.find_events("request_served"))
        self.http.get("/healthz")
        self.reload({"log": {"level": "debug"}}, ["log.level"])
        self.assertEqual(len(self.daemon.find_events("request_served")), before)

    def test_limits_of_requests(self):
        body = self.body("x" * 3000)
        self.assertEqual(self.http.post("/publish", self.service, body).status, 200)
        self.reload({"limits": {"max_message": "2KiB"}}, ["limits.max_message"])
        self.assert_error(self.daemon.http().post("/publish", self.service, body), 413, "payload_too_large")

    def test_limits_of_connections(self):
        user, token = self.member()
        first = self.daemon.websocket(token, self.chat)
        second = self.daemon.websocket(token, self.chat)
        self.reload({"connections": {"max_per_user": 2}}, ["connections.max_per_user"])
        with self.assertRaises(Refused) as refused:
            self.daemon.websocket(token, self.chat)
        self.assertEqual(refused.exception.status, 429)
        # Open connections stay, even if there are now more than allowed.
        self.reload({"connections": {"max_per_user": 1}}, ["connections.max_per_user"])
        self.publish("still here")
        for client in (first, second):
            self.assertEqual(client.receive_message()["content"], "still here")

    def test_origins(self):
        _, token = self.member()
        self.daemon.websocket(token, origin="https://a.example")
        self.reload({"server": {"allowed_origins": ["https://b.example"]}}, ["server.allowed_origins"])
        with self.assertRaises(Refused) as refused:
            self.daemon.websocket(token, origin="https://a.example")
        self.assertEqual(refused.exception.status, 403)
        self.daemon.websocket(token, origin="https://b.example")

    def test_keys(self):
        user, token = self.member()
        client = self.daemon.websocket(token, self.chat)
        self.assertEqual(self.http.get("/permissions", token).status, 200)
        self.reload({"auth": {"hs256_secret": OTHER_SECRET}}, ["auth.hs256_secret"])
        for http in [self.daemon.http() for _ in range(4)]:  # on any loop
            self.assert_error(http.get("/permissions", token), 401, "unauthorized")
            self.assertEqual(http.get("/permissions", mint(user, secret=OTHER_SECRET)).status, 200)
        # Open connections stay open.
        self.publish("to old friends", token=mint("x", scope="notifyd:publish", secret=OTHER_SECRET))
        self.assertEqual(client.receive_message()["content"], "to old friends")

    def test_changed_contents_of_a_secret_file(self):
        secret = self.daemon.folder.write("hs256", SECRET)
        self.reload({"auth": {"hs256_secret": f"file:{secret}"}}, [])
        self.daemon.folder.write("hs256", OTHER_SECRET)
        self.reload({}, ["auth.hs256_secret"])
        self.assertEqual(self.http.get("/permissions", mint("u", secret=OTHER_SECRET)).status, 200)

    def test_the_secrets_of_connection_tokens(self):
        user, token = self.member()
        self.assert_error(self.http.post("/ws/token", token, {}), 404, "not_found")
        self.reload({"tokens": {"secret": SECRET}}, ["tokens.secret"])
        tickets = [self.http.post("/ws/token", token, {}).json["token"] for _ in range(2)]
        self.reload({"tokens": {"secret": OTHER_SECRET, "previous_secret": SECRET}},
                    ["tokens.secret", "tokens.previous_secret"])
        self.assertEqual(self.daemon.websocket(tickets[0]).connected["userId"], user)
        self.reload({"tokens": {"previous_secret": ""}}, ["tokens.previous_secret"])
        with self.assertRaises(Refused) as refused:
            self.daemon.websocket(tickets[1])
        self.assertEqual(refused.exception.status, 401)

    def test_permissions(self):
        _, token = self.member("other", chat="elsewhere")
        grant = {"userId": "friend", "chatId": self.name("new")}
        self.assertEqual(self.http.post("/permissions", token, grant).status, 403)
        self.reload({"permissions": {"self_claim": True}}, ["permissions.self_claim"])
        self.assertEqual(self.http.post("/permissions", token, grant).status, 200)

    def test_keys_that_need_a_restart_are_reported_and_unchanged(self):
        changes = {"server": {"listen": "127.0.0.1:1"}, "storage": {"path": "other.db", "history": False},
                   "limits": {"queue_length": 7}, "log": {"level": "info"}}
        waiting = ["server.listen", "limits.queue_length", "storage.path", "storage.history"]
        self.reload(changes, ["log.level"], waiting)
        self.publish("as before")
        self.assertEqual(self.history()["count"], 1)
        self.assertEqual(self.daemon.http().get("/readyz").status, 200)
        # They are reported again until the restart; what has been applied is not.
        self.reload({}, [], waiting)

    def test_no_secret_is_logged(self):
        self.reload({"auth": {"hs256_secret": OTHER_SECRET}}, ["auth.hs256_secret"])
        self.assertNotIn(OTHER_SECRET, self.daemon.tail())


class Mistakes(SystemTest):
    """Each row: the mistake, and what the event says. The running config stays unchanged."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.daemon = Daemon(folder=cls.folder)
        cls.failed = False

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.remove()

    def check_kept(self, event, *parts):
        self.assertEqual(event["event_type"], "config_reload_failed", event)
        for part in parts:
            self.assertIn(part, event["what"])
        # Each of these configs also changes the log level, which must not have been applied.
        before = len(self.daemon.find_events("request_served"))
        self.assertEqual(self.http.get("/permissions", self.token).status, 200)
        self.publish(event["what"])
        self.assertEqual(self.client.receive_message()["content"], event["what"])
        self.assertTrue(eventually(lambda: len(self.daemon.find_events("request_served")) > before))

    def setUp(self):
        super().setUp()
        _, self.token = self.member()
        self.client = self.daemon.websocket(self.token, self.chat)

    def check_repaired(self):
        event = self.daemon.reload({"log": {"level": "debug"}})
        self.assertEqual(event["event_type"], "config_reloaded", event)

    def test_a_mistake_changes_nothing(self):
        empty = self.folder.write("empty", "")
        newline = self.folder.write("newline", "\n")
        garbage = self.folder.write("garbage", "not a key")
        quiet = {"log": {"level": "error"}}
        rows = [
            ({"auth": {"hs256_secret": "file:/nowhere"}}, "auth.hs256_secret: file \"/nowhere\" cannot be read"),
            ({"auth": {"hs256_secret": f"file:{empty}"}}, "auth.hs256_secret: file", "is empty"),
            ({"auth": {"hs256_secret": f"file:{newline}"}}, "auth.hs256_secret: file", "is empty"),
            ({"auth": {"hs256_secret": "env:NOT_SET_AT_ALL"}}, "NOT_SET_AT_ALL", "is not set"),
            ({"auth": {"hs256_secret": "short"}}, "auth.hs256_secret"),
            ({"auth": {"hs256_secret": ""}}, "auth.hs256_secret"),
            ({"auth": {"public_key": str(empty)}}, "auth.public_key", "is empty"),
            ({"auth": {"public_key": str(garbage)}}, "auth.public_key"),
            ({"auth": {"jwks": str(garbage)}}, "auth.jwks"),
            ({"auth": {"jwks": str(empty)}}, "auth.jwks", "is empty"),
            ({"auth": {"algorithms": ["none"]}}, "auth.algorithms"),
            ({"auth": {"algorithms": ["HS256", "ES256"]}}, "auth.algorithms", "no key for ES256"),
            ({"limits": {"max_mesage": 1}}, "notifyd.toml:", "limits.max_mesage: unknown key"),
            ({"limits": {"max_message": True}}, "notifyd.toml:", "limits.max_message: expected a size"),
            ({"limits": {"max_message": "2MiB"}}, "limits.outbound_buffer must be at least limits.max_message"),
            ({"tls": {"certificate": "missing.pem", "private_key": "missing.key"}}, "tls.certificate"),
            ({"nonsense": {"key": 1}}, "nonsense: unknown section"),
        ]
        for changes, *parts in rows:
            with self.subTest(parts[0]):
                text = to_toml(merge(merge(self.daemon.settings, quiet), changes))
                self.check_kept(self.daemon.reload(text=text), *parts)
        for text, part in (("[server\n", "not valid TOML"), ("", "auth.algorithms"), ("\0", "not valid TOML")):
            with self.subTest(text=text):
                self.check_kept(self.daemon.reload(text=text), "notifyd.toml", part)
        self.check_repaired()

    def test_a_truncated_config_is_refused(self):
        """A missing key that would lift a restriction is refused: origins, issuer, audience."""
        closed = {"server": {"allowed_origins": ["https://app.example.com"]}}
        whole = to_toml(merge(self.daemon.settings, closed))
        self.assertEqual(self.daemon.reload(text=whole)["event_type"], "config_reloaded")
        self.check_kept(self.daemon.reload(), "notifyd.toml", "server.allowed_origins: was set and is missing now")
        self.daemon.reload({"server": {"allowed_origins": ["*"]}})
        self.check_repaired()

    def test_the_config_file_is_missing(self):
        path = self.folder.path / "notifyd.toml"
        kept = path.read_text()
        path.unlink()
        self.daemon.signal(signal.SIGHUP)
        event = self.daemon.wait_for_event("config_reload_failed", lambda e: "No such file" in e["what"])
        self.check_kept(event, "notifyd.toml", "cannot be read")
        path.write_text(kept)
        self.check_repaired()

    def test_without_free_descriptors_nothing_changes(self):
        """In this situation, mosquitto (CVE-2017-7652) continued with its defaults, open to everybody."""
        self.assertEqual(self.http.get("/healthz").status, 200)  # connected before the descriptors run out
        process = self.daemon.process.pid
        limits = resource.prlimit(process, resource.RLIMIT_NOFILE)
        used = max(int(name) for name in os.listdir(f"/proc/{process}/fd")) + 1
        resource.prlimit(process, resource.RLIMIT_NOFILE, (used, limits[1]))
        try:
            taken = []  # the free descriptors below the highest
            while len(os.listdir(f"/proc/{process}/fd")) < used:
                taken.append(self.daemon.raw())
                self.assertTrue(len(taken) < 200)
                eventually(lambda: len(os.listdir(f"/proc/{process}/fd")) >= used, 0.2)
            event = self.daemon.reload({"log": {"level": "error"}})
            self.check_kept(event, "Too many open files")
        finally:
            resource.prlimit(process, resource.RLIMIT_NOFILE, limits)
        self.check_repaired()


class UnderLoad(SystemTest):
    reloads = 20

    def test_no_acknowledgement_is_lost_and_no_client_disconnected(self):
        users = [self.member() for _ in range(4)]
        for n, (user, _) in enumerate(users):
            self.daemon.grant(user, f"chat-of-{n}")
        clients = [self.daemon.websocket(token, self.chat, hello=False) for _, token in users]
        stopping = threading.Event()
        problems = []
        acknowledged = [0] * len(clients)

        def work(n):
            try:
                while not stopping.is_set():
                    ack = f"{n}-{acknowledged[n]}"
                    clients[n].send_json({"action": "sendMessage", "requestAck": True, "ackId": ack, "reply": False,
                                          "echo": False, **self.body(ack, "fifo", chat=f"chat-of-{n}")})
                    answer = clients[n].receive()
                    assert answer["type"] == "ack" and answer["status"] == "success", answer
                    assert answer["ackId"] == ack and answer["sequenceNumber"] == acknowledged[n] + 1, answer
                    acknowledged[n] += 1
            except BaseException as problem:  # noqa: B902 - a thread's failure is the test's
                problems.append(problem)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(len(clients))]
        for thread in threads:
            thread.start()
        for n in range(self.reloads):
            before = sum(acknowledged)
            event = self.daemon.reload({"auth": {"hs256_secret": (OTHER_SECRET, SECRET)[n % 2]},
                                        "limits": {"message_burst": n}})
            self.assertEqual(names(event, "live"), ["auth.hs256_secret", "limits.message_burst"], event)
            self.assertTrue(eventually(lambda: sum(acknowledged) > before or problems))
        stopping.set()
        for thread in threads:
            thread.join(LIMIT)
        self.assertEqual(problems, [])
        self.assertEqual(self.daemon.find_events("connection_closed"), [])
        for n, count in enumerate(acknowledged):
            page = self.history(f"chat-of-{n}", limit=1)
            self.assertEqual(page["messages"][0]["sequenceNumber"], count)


class Moments(unittest.TestCase):
    def test_sighup_during_the_drain(self):
        daemon = Daemon({"server": {"drain_timeout": "10s"}})
        daemon.websocket(mint("u"))  # does not answer the close frame, so that the drain takes a while
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_event("server_stopping")
        daemon.signal(signal.SIGHUP)
        self.assertEqual(daemon.wait(2 * LIMIT), 0)
        self.assertIn("stopping", daemon.find_events("config_reload_failed")[0]["what"])
        daemon.stop()

    def test_the_log_file_is_reopened(self):
        folder = Folder()
        daemon = Daemon({"log": {"file": "notifyd.log"}}, folder, expect_start=False)
        log, moved = folder.path / "notifyd.log", folder.path / "notifyd.log.1"
        self.assertTrue(eventually(lambda: log.exists() and "server_started" in log.read_text()))
        log.rename(moved)
        daemon.signal(signal.SIGHUP)
        self.assertTrue(eventually(lambda: log.exists() and "config_reloaded" in log.read_text()))
        daemon.stop()
        self.assertIn("server_stopped", log.read_text())
        self.assertNotIn("server_stopped", moved.read_text())
        folder.remove()


if __name__ == "__main__":
    unittest.main()
