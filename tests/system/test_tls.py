"""https and wss on the same listener, with a certificate created for the test (docs/protocol.md)."""

import ssl
import threading
import unittest

from support.certificate import make_certificate, trusting
from support.daemon import Daemon, Folder
from support.http_client import HttpClient, RawConnection
from support.tls_case import TlsTest


class Tls(TlsTest):
    settings = {"connections": {"handshake_timeout": "2s"}}

    def test_https_and_wss(self):
        _, token = self.member()
        sockets = [self.daemon.websocket(token, self.chat) for _ in range(4)]
        for n in range(20):
            self.publish(n)
        for client in sockets:
            self.assertEqual([m["content"] for m in client.receive_messages(20)], list(range(20)))
            client.send_json({"action": "sendMessage", **self.body("over wss", "fifo")})
        for client in sockets:
            self.assertEqual([m["content"] for m in client.receive_messages(4)], ["over wss"] * 4)

    def test_large_messages(self):
        client = self.daemon.websocket(self.admin, self.chat)
        content = "x" * 200_000
        for n in range(10):
            self.publish(content + str(n))
        for n in range(10):
            self.assertEqual(client.receive_message()["content"], content + str(n))
        self.assertEqual(len(self.history(limit=3)["messages"]), 3)

    def handshake(self, **versions):
        context = trusting(self.certificate, **versions)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with self.connect_tls(context) as secure:
            return secure.version()

    def test_versions(self):
        v = ssl.TLSVersion
        self.assertEqual(self.handshake(minimum_version=v.TLSv1_3), "TLSv1.3")
        self.assertEqual(self.handshake(maximum_version=v.TLSv1_2), "TLSv1.2")
        for old in (v.TLSv1_1, v.TLSv1):
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                self.handshake(minimum_version=old, maximum_version=old)

    def test_plain_http_is_refused(self):
        with RawConnection(self.daemon.port) as raw:
            raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(raw.reply().status, 400)
            self.assertTrue(raw.at_end())
        self.assertEqual(self.http.get("/healthz").status, 200)

    def test_silent_handshakes_are_closed(self):
        with RawConnection(self.daemon.port) as raw:
            self.assertTrue(raw.at_end())

    def test_many_clients_at_once(self):
        problems = []

        def ask():
            try:
                http = HttpClient(self.daemon.port, trusting(self.certificate))
                assert http.get("/healthz").status == 200
                http.close()
            except BaseException as problem:  # noqa: B902 - a thread's failure is the test's
                problems.append(problem)

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])


class BadFiles(unittest.TestCase):
    def test_missing_or_wrong_files(self):
        folder = Folder()
        certificate, key = make_certificate(folder)
        other = Folder()
        _, other_key = make_certificate(other)
        for tls in ({"certificate": str(certificate), "private_key": "missing.pem"},
                    {"certificate": str(certificate), "private_key": str(other_key)},
                    {"certificate": str(key), "private_key": str(key)}, {"certificate": str(certificate)}):
            with self.subTest(tls):
                daemon = Daemon({"tls": tls}, folder, expect_start=False)
                self.assertNotEqual(daemon.wait(), 0)
                self.assertTrue(daemon.lines)
                daemon.process.stderr.close()
        folder.remove()
        other.remove()


if __name__ == "__main__":
    unittest.main()
