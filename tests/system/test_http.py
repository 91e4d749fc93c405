"""The HTTP side: keep-alive, pipelining, ids, methods, limits, CORS, health (docs/protocol.md)."""

import json
import socket
import time
import unittest

from support.case import SystemTest
from support.daemon import ROOT, VERSION
from support.tokens import mint


class Operations(SystemTest):
    def test_health_ready_version(self):
        for path in ("/healthz", "/readyz", "/version"):
            with self.subTest(path):
                reply = self.http.get(path)
                self.assertEqual(reply.status, 200, reply)
                self.assertIsInstance(reply.json, dict)
        self.assertEqual(self.http.get("/version").json["version"], VERSION)

    def test_try_page(self):
        reply = self.http.get("/")
        self.assertEqual(reply.status, 200)
        self.assertTrue(reply.headers["Content-Type"].startswith("text/html"))
        folder = ROOT / "src/gateway/try_page"
        page = (folder / "index.html").read_text()
        for part in ("page.css", "page.js", "inbox.js"):
            page = page.replace("{{" + part + "}}", (folder / part).read_text())
        self.assertEqual(reply.body.decode(), page)
        policy = reply.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff")

    def test_head(self):
        raw = self.daemon.raw()
        raw.send(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        status = raw.file.readline()
        self.assertIn(status.split()[1], (b"200", b"405"))


class Protocol(SystemTest):
    def test_keep_alive(self):
        self.http.get("/healthz")
        socket = self.http.connection.sock
        for _ in range(50):
            self.assertEqual(self.http.get("/healthz").status, 200)
        self.assertIs(self.http.connection.sock, socket)

    def test_connection_close(self):
        raw = self.daemon.raw()
        raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(raw.reply().status, 200)
        self.assertTrue(raw.at_end())

    def test_http_1_0(self):
        raw = self.daemon.raw()
        raw.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        self.assertEqual(raw.reply().status, 200)
        self.assertTrue(raw.at_end())

    def test_pipelining(self):
        """Answers come in the order of the requests, whatever each of them waits for."""
        def post(number):
            body = json.dumps(self.body(number, "fifo")).encode()
            return (b"POST /publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Request-Id: p%d\r\n"
                    b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
                    % (number, self.service.encode(), len(body), body))

        raw = self.daemon.raw()
        health = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: h\r\n\r\n"
        raw.send(b"".join(post(number) + health for number in range(1, 31)))
        for number in range(1, 31):
            reply = raw.reply()
            self.assertEqual(reply.headers["X-Request-Id"], f"p{number}")
            self.assertEqual(reply.json["sequenceNumber"], number)
            self.assertEqual(raw.reply().headers["X-Request-Id"], "h")

    def test_a_request_in_pieces(self):
        raw = self.daemon.raw()
        body = json.dumps(self.body()).encode()
        request = (b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                   b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                   % (self.service.encode(), len(body), body))
        for at in range(0, len(request), 37):
            raw.send(request[at:at + 37])
        self.assertEqual(raw.reply().status, 200)

    def test_chunked_body(self):
        raw = self.daemon.raw()
        body = json.dumps(self.body()).encode()
        raw.send(b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                 b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
                 % (self.service.encode(), len(body), body))
        self.assertEqual(raw.reply().status, 200)

    def test_not_http(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET  HTTP/1.1\r\n\r\n", b"POST /publish HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"POST /publish HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
            with self.subTest(data):
                with self.daemon.raw() as raw:
                    raw.send(data + b"\r\n\r\n")
                    try:
                        self.assertEqual(raw.reply().status // 100, 4)
                        self.assertTrue(raw.at_end())
                    except (EOFError, ConnectionError):
                        pass  # closing without an answer is also acceptable
        self.assertEqual(self.http.get("/healthz").status, 200)

    def test_request_ids(self):
        self.assertEqual(self.http.request("GET", "/healthz", headers={"X-Request-Id": "abc-1"})
                         .headers["X-Request-Id"], "abc-1")
        self.assertEqual(self.http.request("GET", "/healthz", headers={"X-Correlation-Id": "cor-1"})
                         .headers["X-Request-Id"], "cor-1")
        made = [self.http.get("/healthz").headers["X-Request-Id"] for _ in range(2)]
        self.assertTrue(all(made))
        self.assertNotEqual(*made)

    def test_a_request_id_cannot_forge_anything(self):
        for value in ("x" * 5000, 'a"b\\c', "<script>"):
            with self.subTest(value[:20]):
                reply = self.http.request("GET", "/nowhere", headers={"X-Request-Id": value})
                self.assertEqual(reply.status, 404)
                self.assertEqual(reply.json["correlationId"], reply.headers["X-Request-Id"])
                self.assertLess(len(reply.headers["X-Request-Id"]), 300)

    def test_the_correlation_id_is_logged(self):
        self.http.request("POST", "/publish", mint("stranger-7"), self.body(), headers={"X-Request-Id": "logged-7"})
        self.daemon.wait_for_event("request_served", lambda e: e.get("correlation_id") == "logged-7")

    def test_a_traceparent_is_adopted(self):
        trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        self.assertEqual(self.http.request("GET", "/healthz", headers={"traceparent": trace}).status, 200)


class Refusals(SystemTest):
    def test_404(self):
        for path in ("/nowhere", "/publish/", "/Publish", "/messages/1", "//", "/%2e%2e/etc/passwd"):
            with self.subTest(path):
                self.assert_error(self.http.get(path, self.admin), 404, "not_found")

    def test_405(self):
        for method, path, allow in (
            ("GET", "/publish", {"POST"}), ("DELETE", "/messages", {"GET"}), ("PUT", "/publish", {"POST"}),
            ("PATCH", "/permissions", {"GET", "POST", "DELETE"}), ("POST", "/healthz", {"GET"}),
            ("GET", "/publish/batch", {"POST"}), ("BREW", "/publish", {"POST"}),
        ):
            with self.subTest(method=method, path=path):
                http = self.daemon.http()
                reply = http.request(method, path, self.admin)
                self.assert_error(reply, 405, "method_not_allowed")
                allowed = {name.strip() for name in reply.headers["Allow"].split(",")}
                self.assertEqual(allowed - {"OPTIONS", "HEAD"}, allow)

    def test_414(self):
        http = self.daemon.http()
        self.assert_error(http.get("/messages", self.admin, chatId="x" * 9000), 414, "uri_too_long")

    def test_431(self):
        for size in (17_000, 100_000):
            with self.subTest(size):
                raw = self.daemon.raw()
                try:
                    raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Padding: " + b"x" * size + b"\r\n\r\n")
                except ConnectionError:
                    pass
                reply = raw.reply()
                self.assert_error(reply, 431, "headers_too_large")

    def test_415(self):
        for kind in ("text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            with self.subTest(kind):
                reply = self.daemon.http().request("POST", "/publish", self.service, json.dumps(self.body()),
                                                   headers={"Content-Type": kind})
                self.assert_error(reply, 415, "unsupported_media_type")
        for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON", "text/plain"):
            with self.subTest(kind):
                reply = self.http.request("POST", "/publish", self.service, json.dumps(self.body()),
                                          headers={"Content-Type": kind})
                self.assertEqual(reply.status, 200, reply)

    def test_413_before_the_body_is_read(self):
        raw = self.daemon.raw()
        raw.send(b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                 b"Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n" % self.service.encode())
        self.assert_error(raw.reply(), 413, "payload_too_large")

    def test_who_may_send_a_body(self):
        """Without a token, and on routes without a body, only 16 KiB of it are read."""
        chunked = b"Transfer-Encoding: chunked\r\n"
        asked = b"Content-Length: 16385\r\nExpect: 100-continue\r\n"
        for line, framing, status in (
            (b"POST /publish", b"Content-Length: 16385\r\n", 401), (b"POST /publish", chunked, 401),
            (b"POST /publish", asked, 401), (b"POST /publish/batch", b"Content-Length: 99999999\r\n", 401),
            (b"POST /publish", b"Authorization: Bearer x.y.z\r\nContent-Length: 16385\r\n", 401),
            (b"POST /@connections/x", b"Content-Length: 16385\r\n", 401),
            (b"GET /messages", b"Content-Length: 16385\r\n", 401),
            (b"GET /healthz", b"Content-Length: 16385\r\n", 413), (b"GET /healthz", asked, 413),
            (b"POST /nowhere", b"Content-Length: 16385\r\n", 413), (b"PUT /publish", asked, 413),
            (b"POST /nowhere", chunked + b"\r\n4001\r\n", 413),
        ):
            with self.subTest(line, framing=framing), self.daemon.raw() as raw:
                raw.send(line + b" HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n")
                reply = raw.reply()
                self.assert_error(reply, status, "unauthorized" if status == 401 else "payload_too_large")
                self.assertEqual(reply.headers["Connection"], "close")
                raw.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(raw.at_end())
        for line, status in ((b"POST /publish", 401), (b"GET /messages", 401), (b"POST /nowhere", 404),
                             (b"PUT /publish", 405), (b"GET /healthz", 200)):
            with self.subTest(line), self.daemon.raw() as raw:
                for _ in range(2):  # the connection stays usable
                    raw.send(line + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 16384\r\n\r\n" + b"x" * 16384)
                    self.assertEqual(raw.reply().status, status)

    def test_100_continue_requires_a_token(self):
        body = json.dumps(self.body("x" * 20_000)).encode()
        with self.daemon.raw() as raw:
            raw.send(b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n"
                     b"Expect: 100-continue\r\n\r\n" % (self.service.encode(), len(body)))
            self.assertEqual(raw.reply().status, 100)
            raw.send(body)
            self.assertEqual(raw.reply().status, 200)

    def test_bad_query_encoding(self):
        reply = self.http.request("GET", "/messages?chatId=%zz", self.admin)
        self.assert_error(reply, 400, "invalid_request")
        reply = self.http.request("GET", "/messages?chatId=%ff", self.admin)
        self.assert_error(reply, 400, "invalid_request")

    def test_only_one_authorization_header_is_accepted(self):
        line = b"Authorization: Bearer %s\r\n" % self.admin.encode()
        for path in (b"/permissions", b"/ws"):
            with self.subTest(path), self.daemon.raw() as raw:
                raw.send(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + line * 2 + b"\r\n")
                self.assert_error(raw.reply(), 400, "invalid_request")

    def test_authorization_forms(self):
        for value, status in (("Bearer " + self.admin, 200), ("bearer " + self.admin, 200), ("Basic abc", 401),
                              ("Bearer", 401), (self.admin, 401)):
            with self.subTest(value[:10]):
                reply = self.http.request("GET", "/permissions", headers={"Authorization": value})
                self.assertEqual(reply.status, status, reply)
                if status == 401:
                    self.assertIn("Bearer", reply.headers["WWW-Authenticate"])


class Cors(SystemTest):
    settings = {"server": {"allowed_origins": ["https://app.example"]}}

    def test_preflight(self):
        reply = self.http.options("/publish", **{
            "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type"})
        self.assertIn(reply.status, (200, 204))
        self.assertEqual(reply.headers["Access-Control-Allow-Origin"], "https://app.example")
        self.assertIn("POST", reply.headers["Access-Control-Allow-Methods"])
        allowed = reply.headers["Access-Control-Allow-Headers"].lower()
        for name in ("authorization", "content-type"):
            self.assertIn(name, allowed)
        self.assertIn("origin", reply.headers.get("Vary", "").lower())

    def test_preflight_of_an_upgrade(self):
        for path in ("/ws", "/"):
            with self.subTest(path):
                reply = self.http.options(path, Origin="https://app.example")
                self.assertEqual((reply.status, reply.body), (204, b""))
                self.assertEqual(reply.headers["Allow"], "GET, HEAD, OPTIONS")
        self.assertEqual(self.http.options("/nowhere").status, 404)

    def test_answers(self):
        for path in ("/healthz", "/messages", "/nowhere"):
            reply = self.http.request("GET", path, headers={"Origin": "https://app.example"})
            self.assertEqual(reply.headers["Access-Control-Allow-Origin"], "https://app.example")

    def test_other_origins_are_not_allowed(self):
        for reply in (self.http.request("GET", "/healthz", headers={"Origin": "https://evil.example"}),
                      self.http.options("/publish", **{"Origin": "https://evil.example",
                                                       "Access-Control-Request-Method": "POST"})):
            self.assertNotIn("Access-Control-Allow-Origin", reply.headers)


class AnyOrigin(SystemTest):
    def test_star(self):
        reply = self.http.request("GET", "/healthz", headers={"Origin": "https://anywhere.example"})
        self.assertIn(reply.headers["Access-Control-Allow-Origin"], ("*", "https://anywhere.example"))


class Slow(SystemTest):
    settings = {"connections": {"handshake_timeout": "300ms"}}

    def test_slow_header(self):
        for start in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"):
            with self.subTest(start):
                before = time.monotonic()
                raw = self.daemon.raw()
                if start:
                    raw.send(start)
                self.assertTrue(raw.file.read() is not None)
                self.assertGreaterEqual(time.monotonic() - before, 0.25)


class Boundaries(SystemTest):
    """Where one request ends and the next begins."""

    def test_an_unknown_transfer_coding_hides_no_request(self):
        for head in ("HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip", "HTTP/1.0\r\nTransfer-Encoding: chunked"):
            with self.subTest(head), self.daemon.raw() as raw:
                raw.send(f"POST /publish {head}\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                self.assertEqual(raw.reply().status, 400)
                self.assertTrue(raw.at_end())

    def test_an_empty_line_before_a_request_is_skipped(self):
        with self.daemon.raw() as raw:
            raw.send(b"\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(raw.reply().status, 200)

    def test_spaces_around_the_media_type(self):
        headers = {"Content-Type": "application/json ; charset=utf-8"}
        reply = self.http.request("POST", "/publish", self.service, self.body(), headers=headers)
        self.assertEqual(reply.status, 200, reply)


if __name__ == "__main__":
    unittest.main()
