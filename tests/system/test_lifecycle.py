"""Start, stop, crash, restart (docs/protocol.md, docs/operations.md)."""

import os
import pathlib
import signal
import threading
import time
import unittest

from support import tokens
from support.bodies import publish_body
from support.case import SystemTest
from support.daemon import Daemon, Folder
from support.http_client import HttpClient, RawConnection
from support.settings import LIMIT
from support.tokens import mint
from support.websocket import Closed, Refused


class Idle(unittest.TestCase):
    def test_an_idle_server_uses_no_cpu(self):
        """No thread may spin, with or without TLS, a supervisor or a key provider."""
        daemon = Daemon()
        daemon.http().get("/healthz")

        def cpu_seconds():
            fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before = cpu_seconds()
        time.sleep(1)  # the measured interval
        self.assertLess(cpu_seconds() - before, 0.2)
        daemon.stop()


class Drain(unittest.TestCase):
    def test_sigterm(self):
        daemon = Daemon({"server": {"drain_timeout": "5s"}})
        sockets = [daemon.websocket(mint(f"u{n}")) for n in range(20)]
        daemon.signal(signal.SIGTERM)
        for socket in sockets:
            self.assertEqual(socket.closed(), 1012)
        self.assertEqual(daemon.wait(), 0)
        self.assertTrue(daemon.find_events("server_stopping"))
        self.assertTrue(daemon.find_events("server_stopped"))
        daemon.stop()

    def test_websockets_get_a_close_frame_even_when_the_time_is_over(self):
        daemon = Daemon({"server": {"drain_timeout": "1ms"}})
        sockets = [daemon.websocket(mint(f"u{n}")) for n in range(20)]
        daemon.signal(signal.SIGTERM)
        self.assertEqual([socket.closed() for socket in sockets], [1012] * len(sockets))
        self.assertEqual(daemon.wait(), 0)
        daemon.stop()

    def test_sigint(self):
        daemon = Daemon()
        daemon.signal(signal.SIGINT)
        self.assertEqual(daemon.wait(), 0)
        daemon.stop()

    def test_stop_with_an_idle_keep_alive_connection(self):
        daemon = Daemon({"server": {"drain_timeout": "30s"}})
        http = HttpClient(daemon.port)
        http.get("/healthz")
        before = time.monotonic()
        daemon.stop()
        self.assertLess(time.monotonic() - before, LIMIT)
        http.close()

    def test_a_client_that_never_answers_the_close(self):
        daemon = Daemon({"server": {"drain_timeout": "1s"}})
        socket = daemon.websocket(mint("u"))
        daemon.clients.clear()
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(), 0)
        socket.socket.close()
        daemon.stop()

    def test_everything_answered_before_the_end_is_kept(self):
        folder = Folder()
        daemon = Daemon(folder=folder)
        answered = publish_until_gone(daemon, daemon.signal)
        self.assertEqual(daemon.wait(), 0)
        daemon.stop()
        check_kept(self, folder, answered)

    def test_everything_answered_reaches_the_subscribers_of_every_loop(self):
        daemon = Daemon({"server": {"threads": 4}})
        sockets = [daemon.websocket(tokens.admin(f"s{n}"), "kept") for n in range(8)]
        received = [set() for _ in sockets]
        ends = [None] * len(sockets)

        def read(n):
            try:
                while True:
                    received[n].add(sockets[n].receive().get("messageId"))
            except Closed as closed:
                ends[n] = closed.code
                sockets[n].socket.close()

        readers = [threading.Thread(target=read, args=(n,)) for n in range(len(sockets))]
        for reader in readers:
            reader.start()
        answered = publish_until_gone(daemon, daemon.signal)
        for reader in readers:
            reader.join(LIMIT)
        self.assertEqual(daemon.wait(), 0)
        daemon.stop()
        self.assertEqual(ends, [1012] * len(sockets))
        for ids in received:
            self.assertEqual(set(answered) - ids, set())


def publish_until_gone(daemon, end, publishers=6, before_end=200):
    """Publishes from many clients, with `end` called meanwhile. Returns what was acknowledged: id -> (number,
    content)."""
    answered, enough = {}, threading.Event()
    lock = threading.Lock()

    def publish(name):
        http = HttpClient(daemon.port)
        for n in range(100_000):
            content = f"{name}-{n}"
            kind = "standard" if n % 5 == 4 else "fifo"
            try:
                reply = http.post("/publish", tokens.service(), publish_body(content, kind, chatId="kept"))
            except OSError:
                break
            except Exception as problem:  # from http.client, when the answer ends prematurely
                if type(problem).__module__ != "http.client":
                    raise
                break
            if reply.status != 200:
                break
            with lock:
                answered[reply.json["messageId"]] = (reply.json.get("sequenceNumber"), content)
                if len(answered) >= before_end:
                    enough.set()
        http.close()

    threads = [threading.Thread(target=publish, args=(name,)) for name in range(publishers)]
    for thread in threads:
        thread.start()
    assert enough.wait(LIMIT * 3), f"only {len(answered)} messages were answered"
    end()
    for thread in threads:
        thread.join()
    return answered


def check_kept(test, folder, answered):
    """Restarts the daemon: every acknowledged message is there once, and the numbers continue without gap or repeat."""
    daemon = Daemon(folder=folder)
    http = daemon.http()
    pages = http.pages("/messages", tokens.admin(), chatId="kept", order="asc", limit=100)
    kept = [message for page in pages for message in page["messages"]]
    found = {m["messageId"]: (m.get("sequenceNumber"), m["content"]) for m in kept}
    test.assertEqual(len(found), len(kept), "a message is there twice")
    for message_id, expected in answered.items():
        test.assertEqual(found.get(message_id), expected)
    numbers = [m["sequenceNumber"] for m in kept if "sequenceNumber" in m]
    test.assertEqual(numbers, list(range(1, len(numbers) + 1)))
    answer = http.post("/publish", tokens.service(), publish_body(chatId="kept")).json
    test.assertEqual(answer["sequenceNumber"], len(numbers) + 1)
    daemon.stop()
    folder.remove()


class Crash(unittest.TestCase):
    def test_kill_9_keeps_every_acknowledged_message(self):
        for round_number in range(3):
            with self.subTest(round_number):
                folder = Folder()
                daemon = Daemon(folder=folder)
                answered = publish_until_gone(daemon, daemon.process.kill)
                daemon.wait()
                daemon.process.stderr.close()
                check_kept(self, folder, answered)


class Restart(unittest.TestCase):
    def test_history_numbers_permissions_and_epoch_stay(self):
        folder = Folder()
        daemon = Daemon(folder=folder)
        daemon.grant("alice", "c1")
        body = publish_body(1, chatId="c1")
        self.assertEqual(daemon.http().post("/publish", mint("alice"), body).json["sequenceNumber"], 1)
        epoch = daemon.websocket(mint("alice")).connected["epoch"]
        daemon.stop()

        daemon = Daemon(folder=folder)
        socket = daemon.websocket(mint("alice"), "c1")
        self.assertEqual(socket.connected["epoch"], epoch)
        self.assertEqual(daemon.http().post("/publish", mint("alice"), body).json["sequenceNumber"], 2)
        self.assertEqual(socket.receive_message()["sequenceNumber"], 2)
        page = daemon.http().get("/messages", mint("alice"), chatId="c1").json
        self.assertEqual([m["sequenceNumber"] for m in page["messages"]], [2, 1])
        self.assertEqual(page["epoch"], epoch)
        daemon.stop()
        folder.remove()


class SecondProcess(unittest.TestCase):
    def assert_fails(self, daemon, word):
        self.assertNotEqual(daemon.wait(), 0)
        text = "\n".join(daemon.lines)
        self.assertIn(word, text)
        self.assertNotIn("server_started", text)
        daemon.process.stderr.close()

    def test_same_address(self):
        first = Daemon()
        second = Daemon({"server": {"listen": f"127.0.0.1:{first.port}"}}, expect_start=False)
        self.assert_fails(second, f"127.0.0.1:{first.port}")
        self.assertEqual(first.http().get("/healthz").status, 200)
        second.folder.remove()
        first.stop()


class Listeners(unittest.TestCase):
    def test_ipv6(self):
        daemon = Daemon({"server": {"listen": "[::1]:0"}})
        self.assertEqual(daemon.websocket(mint("u"), host="::1").connected["userId"], "u")
        daemon.stop()

    def test_unix_socket(self):
        folder = Folder()
        path = folder.path / "n.sock"
        daemon = Daemon({"server": {"listen": f"unix:{path}"}}, folder)
        with RawConnection(None, path) as client:
            client.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertEqual(client.reply().status, 200)
        daemon.stop()
        folder.remove()

    def test_the_mode_of_a_unix_socket(self):
        """Whatever the umask is: the unit's denies the group everything."""
        folder = Folder()
        path = folder.path / "n.sock"
        for mode, umask, found in ((None, 0o077, 0o660), (None, 0, 0o660), ("0666", 0o077, 0o666), ("600", 0, 0o600)):
            with self.subTest(mode, umask=umask):
                changed = {} if mode is None else {"socket_mode": mode}
                daemon = Daemon({"server": {"listen": f"unix:{path}", **changed}}, folder,
                                command=("sh", "-c", f'umask {umask:o} && exec "$@"', "sh"))
                self.assertEqual(path.stat().st_mode & 0o777, found)
                daemon.stop()
                self.assertFalse(path.exists())
        folder.remove()

    def test_a_file_in_the_place_of_a_unix_socket_is_named_and_kept(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        place = folder.path / "n.sock"
        file, inside, link = folder.write("file", "kept"), folder.path / "no" / "n.sock", folder.path / "link"
        place.mkdir()
        link.symlink_to(file)
        for path, words in ((file, "there is a file in its place, not a socket: move it away"),
                            (place, "there is a folder in its place"), (link, "not a socket"),
                            (inside, f"the folder {inside.parent} does not exist: create it"),
                            (file / "n.sock", f"{file} is not a folder")):
            with self.subTest(words):
                config = Daemon.write_config(folder, {"server": {"listen": f"unix:{path}"}})
                ended = folder.command("serve", "--config", config)
                self.assertEqual(ended.returncode, 78, ended)
                self.assertIn(f"server.listen: Cannot listen on unix:{path}: ", ended.stderr)
                self.assertIn(words, ended.stderr)
        self.assertEqual((file.read_text(), link.is_symlink(), place.is_dir()), ("kept", True, True))

    def test_a_unix_socket_that_is_in_use_and_one_that_is_stale(self):
        folder = Folder()
        path = folder.path / "n.sock"
        settings = {"server": {"listen": f"unix:{path}"}}
        first = Daemon(settings, folder)
        other = Daemon({**settings, "storage": {"path": str(folder.path / "other.db")}}, folder, expect_start=False)
        self.assertEqual(other.wait(), 1)
        self.assertIn("in use, perhaps by another notifyd", other.tail())
        first.kill()
        self.assertTrue(path.is_socket())
        Daemon(settings, folder).stop()
        folder.remove()


class Logs(SystemTest):
    def test_no_failure_logs_a_token(self):
        """stop() looks for every token in the log; this sends them in all the places where they could leak."""
        token = mint("logged")
        self.daemon.websocket(token)
        bad = mint("logged", secret="some other secret of 32 bytes or more")
        for options in ({"token": bad}, {"headers": {"Authorization": "Bearer " + bad}}, {"token": bad, "path": "/x"}):
            with self.assertRaises(Refused):
                self.daemon.websocket(**options)
        self.http.request("GET", "/messages?token=" + token, bad)
        self.http.request("POST", "/publish", token, '{"token": "' + token)
        self.http.request("GET", "/" + token, token)
        raw = self.daemon.raw()
        raw.send(b"GET /ws?token=" + token.encode() + b" HTTP/7\r\n\r\n")
        self.assertNotIn(token.encode(), raw.file.read())
        self.daemon.wait_for_event("request_served")
        lines = self.daemon.find_events("request_served")
        self.assertTrue(lines)
        for line in lines:
            self.assertTrue({"timestamp", "level", "event_type", "correlation_id"} <= set(line), line)

    def test_user_ids_cannot_forge_lines(self):
        user = 'x"} {"event_type":"forged'
        socket = self.daemon.websocket(mint(user))
        event = self.daemon.wait_for_event("connection_opened", lambda e: e["user_id"] == user)
        self.assertEqual(event["connection_id"], socket.connected["connectionId"])
        self.assertEqual(self.daemon.find_events("forged"), [])


if __name__ == "__main__":
    unittest.main()
