"""HTTP/1.1 against the daemon: what a request is, where it ends, and that ambiguous requests are refused
(docs/security.md P2, P3, P4)."""

import json
import socket
import unittest

from daemon_case import HOST, SystemTest, exchange, request
from http_rows import BAD, ENDING, GOOD, KEY


class Requests(SystemTest):
    def test_good_requests_are_answered(self):
        for name, data, statuses in GOOD:
            with self.subTest(name):
                pieces = data if isinstance(data, list) else [data]
                answers = exchange(self.daemon.port, [*pieces, ENDING])
                closed_before = b"HTTP/1.0" in data or b"close\r\n" in data
                self.assertEqual(answers.statuses, statuses if closed_before else [*statuses, 200])
        print(f"{len(GOOD)} good")

    def test_every_answer_is_well_formed(self):
        """Every answer has a length, a date and no repeated header; HEAD has no body, OPTIONS names the methods."""
        answers = exchange(self.daemon.port, request() + request(target=b"/nowhere") +
                           request(b"OPTIONS", b"*") + ENDING)
        self.assertEqual(answers.statuses[0], 200)
        for headers in answers.headers:
            names = [name.lower() for name in headers]
            self.assertEqual(len(names), len(set(names)), names)
            self.assertIn("date", names)
        verbs = {verb.strip() for verb in answers.headers[2]["Allow"].split(",")}
        self.assertLessEqual({"GET", "HEAD", "POST", "DELETE", "OPTIONS"}, verbs)
        self.assertNotIn("Content-Length", answers.headers[2])
        alone = exchange(self.daemon.port, request(b"HEAD", headers=HOST + b"Connection: close\r\n"))
        self.assertEqual((alone.statuses, alone.bodies), ([200], [b""]))

    def test_upgrade_headers_on_two_lines(self):
        """Both lines are read, because 401 comes after them. A request of its own, because none may follow an
        upgrade."""
        lists = b"Connection: close\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n"
        answers = exchange(self.daemon.port, request(target=b"/ws", headers=HOST + lists + KEY))
        self.assertEqual(answers.statuses, [401])

    def test_a_refused_head_keeps_its_request_id(self):
        answers = exchange(self.daemon.port, request(headers=HOST + b"X-Request-Id: mine\r\nno field\r\n"))
        self.assertEqual(answers.statuses, [400])
        self.assertEqual(answers.headers[0]["X-Request-Id"], "mine")

    def test_100_continue_is_sent(self):
        with self.daemon.raw() as raw:
            raw.send(request(b"POST", headers=HOST + b"Content-Length: 5\r\nExpect: 100-continue\r\n"))
            self.assertEqual([raw.file.readline(), raw.file.readline()], [b"HTTP/1.1 100 Continue\r\n", b"\r\n"])
            raw.send(b"hello")
            self.assertEqual(raw.reply().status, 405)

    def test_bad_requests_are_refused_and_closed(self):
        """400 and closed; a publish that follows is not taken for a request."""
        body = json.dumps(self.body("smuggled")).encode()
        smuggled = (b"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
                    % (self.service.encode(), len(body), body))
        self.assertEqual(exchange(self.daemon.port, smuggled + ENDING).statuses, [200, 200])
        for name, data in BAD:
            with self.subTest(name):
                answers = exchange(self.daemon.port, data + smuggled)
                self.assertEqual(answers.statuses, [400])
                self.assertIn(json.loads(answers.bodies[0])["code"], ("invalid_request", "invalid_json"))
        self.assertEqual(self.history()["count"], 1, "a second request was executed")
        print(f"{len(BAD)} bad")


class Sizes(SystemTest):
    """The exact limits of docs/protocol.md, however the bytes arrive."""

    settings = {"limits": {"max_message": "16KiB"}}

    def answered(self, data, status, code=None):
        for pieces in ([data], [data[at:at + 1000] for at in range(0, len(data), 1000)]):
            answers = exchange(self.daemon.port, pieces if code else [*pieces, ENDING])
            self.assertEqual(answers.statuses, [status] if code else [status, 200])
            if code:
                self.assertEqual(json.loads(answers.bodies[0])["code"], code)

    def test_url(self):
        self.answered(request(target=b"/healthz?" + b"x" * (8192 - 9)), 200)
        self.answered(request(target=b"/healthz?" + b"x" * (8193 - 9)), 414, "uri_too_long")
        self.answered(request(target=b"/" + b"x" * 30_000), 414, "uri_too_long")
        self.answered(b"GET /" + b"x" * 100_000, 414, "uri_too_long")

    def test_headers(self):
        bare = len(request(headers=HOST + b"X-Padding: \r\n"))
        for size, status, code in ((16384, 200, None), (16385, 431, "headers_too_large"),
                                   (16900, 431, "headers_too_large"), (33000, 431, "headers_too_large")):
            with self.subTest(size):
                data = request(headers=HOST + b"X-Padding: " + b"x" * (size - bare) + b"\r\n")
                self.assertEqual(len(data), size)
                self.answered(data, status, code)

    def test_many_headers(self):
        self.answered(request(headers=HOST + b"".join(b"X-%d: a\r\n" % n for n in range(10_000))),
                      431, "headers_too_large")
        self.answered(request(headers=HOST + b"".join(b"X-%d: a\r\n" % n for n in range(1_000))), 200)
        self.answered(request(headers=HOST + b"a:\r\n" * 4000), 200)

    def test_body(self):
        def post(framing, body):
            return request(b"POST", b"/publish", headers=HOST + b"Authorization: Bearer " + self.service.encode() +
                           b"\r\nContent-Type: application/json\r\n" + framing, body=body)

        empty = len(json.dumps(self.body("")))
        largest = json.dumps(self.body("x" * (16384 - empty))).encode()
        self.assertEqual(len(largest), 16384)
        self.answered(post(b"Content-Length: 16384\r\n", largest), 200)
        # The server does not wait for any byte of the body.
        self.answered(post(b"Content-Length: 16385\r\n", b""), 413, "payload_too_large")
        chunked = b"Transfer-Encoding: chunked\r\n"
        self.answered(post(chunked, b"%x\r\n%s\r\n0\r\n\r\n" % (len(largest), largest)), 200)
        self.answered(post(chunked, b"4001\r\n"), 413, "payload_too_large")
        self.answered(post(chunked, b"2000\r\n" + b"x" * 8192 + b"\r\n2001\r\n"), 413, "payload_too_large")


class Pipelined(SystemTest):
    """An empty line that arrives in two reads, which a single send cannot ensure."""

    def test_empty_line_in_two_reads(self):
        with self.daemon.raw() as raw:
            raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            raw.send(request())
            self.assertEqual(raw.reply().status, 200)
            raw.send(b"\r")
            # An answer on another connection of the same loop shows that the CR was read.
            for _ in range(8):
                self.daemon.http().get("/healthz")
            raw.send(b"\n" + request())
            self.assertEqual(raw.reply().status, 200)


if __name__ == "__main__":
    unittest.main()
