"""HTTP as browsers, fetch, proxies and other programs send it (docs/protocol.md): raw characters in a query, bytes of
other encodings in unused headers, trailer fields, compressed bodies, preflights."""

import json
import socket
import unittest
import urllib.parse

from support.case import SystemTest
from support.http_client import upgrade_request
from support.tokens import mint
from support.websocket import Refused

# Characters that the URL Standard does not escape in a query.
RAW = "|[]{}^`\\"


class RawQuery(SystemTest):
    def get(self, target, token):
        with self.daemon.raw() as raw:
            raw.send(f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            return raw.reply()

    def test_each_character_stands_for_itself(self):
        for character in RAW:
            with self.subTest(character):
                chat = self.name("chat") + character + "x"
                self.publish(character, chat=chat)
                for written in (chat, urllib.parse.quote(chat)):
                    reply = self.get("/messages?chatId=" + written, self.admin)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertEqual(reply.json["chatId"], chat)
                    self.assertEqual(reply.json["count"], 1)

    def test_an_auth0_user_id(self):
        user = "auth0|5f7c8ec7c33c6c004bbafe82"
        self.daemon.grant(user, self.chat)
        target = f"/permissions?userId={user}"
        self.assertEqual(self.get(target, mint(user)).json["userId"], user)
        with self.daemon.raw() as raw:
            raw.send(upgrade_request(f"/ws?userId={user}&chatId={self.chat}&token={mint(user)}"))
            self.assertEqual(raw.reply().status, 101)
        opened = self.daemon.wait_for_event("connection_opened", lambda event: event["user_id"] == user)
        self.assertEqual(opened["topics"], 2)

    def test_raw_characters_in_the_absolute_form_and_in_a_path(self):
        self.publish("x", chat="a|b")
        self.assertEqual(self.get("http://x/messages?chatId=a|b", self.admin).json["count"], 1)
        self.assert_error(self.get("/dlq/auth0|a^[b]", self.admin), 405, "method_not_allowed")

    def test_what_no_browser_sends_is_still_refused(self):
        for target in ("/messages?chatId=%zz", "/messages?chatId=a\"b", "/messages?chatId=<b>", "/messages#a|b",
                       "/mess\\ages", "http://x|y/messages", "/messages?chatId=\u00e9"):
            with self.subTest(target):
                self.assert_error(self.get(target, self.admin), 400, "invalid_request")


class OtherBytes(SystemTest):
    settings = {"server": {"allowed_origins": ["https://app.example"]}}

    def get(self, headers, path="/permissions"):
        with self.daemon.raw() as raw:
            raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.admin}\r\n".encode() + headers +
                     b"\r\n\r\n")
            return raw.reply()

    def test_other_bytes_in_unused_headers(self):
        for header in (b"Cookie: name=J\xfcrgen", b"Cookie: a=\xff\xfe; b=\x80", b"Referer: https://x/\xe9",
                       b"X-Anything: \xc3\x28", b"Accept-Language: \xed\xa0\x80", b"X-Forwarded-For: \xff",
                       b"Origin: https://caf\xe9.example", b"X-Request-Id: caf\xe9", b"traceparent: \xff",
                       b"Content-Type: \xe9"):
            with self.subTest(header):
                reply = self.get(header)
                self.assertEqual(reply.status, 200, reply)
                self.assertTrue(reply.headers["X-Request-Id"].isascii())

    def test_a_user_agent_that_is_not_text_is_replaced(self):
        name = "J\u00fcrgen/2 \u20ac"
        for agent, shown in ((b"Caf\xe9/1.0", "Caf\ufffd/1.0"), (name.encode(), name)):
            with self.subTest(agent), self.daemon.raw() as raw:
                user = self.name("user")
                raw.send(upgrade_request(f"/ws?token={mint(user)}", b"User-Agent: " + agent + b"\r\n"))
                self.assertEqual(raw.reply().status, 101)
                self.daemon.wait_for_event("connection_opened", lambda event, user=user: event["user_id"] == user)
                listed = self.http.get("/@connections", self.admin, userId=user).json["connections"]
                self.assertEqual(listed[0]["identity"]["userAgent"], shown)

    def test_other_bytes_in_used_values_are_not_altered(self):
        """No such token, key or origin can be valid."""
        with self.daemon.raw() as raw:
            raw.send(b"GET /permissions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer caf\xe9.a.b\r\n\r\n")
            self.assert_error(raw.reply(), 401, "unauthorized")
        body = json.dumps(self.body()).encode()
        with self.daemon.raw() as raw:
            raw.send(b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIdempotency-Key: caf\xe9\r\n"
                     b"Content-Length: %d\r\n\r\n%s" % (self.service.encode(), len(body), body))
            self.assert_error(raw.reply(), 400, "invalid_request")
        with self.assertRaises(Refused) as caught:
            self.daemon.websocket(self.admin, origin="https://caf\u00e9.example")
        self.assertEqual(caught.exception.status, 403)


class Trailers(SystemTest):
    def post(self, trailer, more=b""):
        body = json.dumps(self.body()).encode()
        return (b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n"
                b"Trailer: X-Checksum\r\n%s\r\n%x\r\n%s\r\n0\r\n%s\r\n"
                % (self.service.encode(), more, len(body), body, trailer))

    def test_trailer_fields_are_read_and_dropped(self):
        for trailer in (b"X-Checksum: abc\r\n", b"A: b\r\nC: d\r\n", b"X-Caf: \xe9\r\n", b"A:\r\n",
                        # None of these takes effect: what they would decide has already been decided.
                        b"Content-Length: 5\r\n", b"Transfer-Encoding: gzip\r\n", b"Connection: close\r\n",
                        b"Authorization: Bearer x\r\n", b"Idempotency-Key: a\r\n", b"Expect: 100-continue\r\n",
                        b"Host: other\r\n", b"X-Request-Id: forged\r\n", b"Content-Encoding: gzip\r\n",
                        b"A: " + b"x" * 16_000 + b"\r\n"):
            with self.subTest(trailer[:30]), self.daemon.raw() as raw:
                for _ in range(2):  # the connection stays usable
                    raw.send(self.post(trailer))
                    reply = raw.reply()
                    self.assertEqual(reply.status, 200, reply)
                    self.assertNotEqual(reply.headers["X-Request-Id"], "forged")
                    self.assertNotIn("duplicate", reply.json)

    def test_chunk_extensions(self):
        """They are ignored, but a proxy must see the same end of their line, and nobody needs many of them."""
        body = json.dumps(self.body()).encode()
        head = (b"POST /publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n"
                % self.service.encode())
        single = b"".join(b"1;a=%s\r\n%c\r\n" % (b"x" * 500, byte) for byte in body)
        whole = b"%x%%s\r\n%s\r\n0%%s\r\n\r\n" % (len(body), body.replace(b"%", b"%%"))
        for status, text in ((200, whole % (b';a=b;c="d e"', b"")), (200, whole % (b'; a="\tb"', b";z")),
                             (400, whole % (b';a="\n"', b"")), (400, whole % (b"", b';a="\n"')),
                             (400, whole % (b';a="b\nc"', b"")), (400, whole % (b';a="\x00"', b"")),
                             (400, whole % (b"", b';a="\x7f"')), (400, single + b"0\r\n\r\n")):
            with self.subTest(text[:40]), self.daemon.raw() as raw:
                raw.send(head + text)
                self.assertEqual(raw.reply().status, status)

    def test_trailer_fields_byte_by_byte(self):
        with self.daemon.raw() as raw:
            raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in self.post(b"A: b\r\nC: d\r\n"):
                raw.send(bytes([byte]))
            self.assertEqual(raw.reply().status, 200)

    def test_trailer_fields_are_limited(self):
        for size in (17_000, 100_000):
            for end in (b"\r\n", b""):
                with self.subTest(size, end=end), self.daemon.raw() as raw:
                    raw.send(self.post(b"A: " + b"x" * size + end))
                    self.assert_error(raw.reply(), 431, "headers_too_large")

    def test_a_malformed_trailer_field_is_refused(self):
        for trailer in (b"no field\r\n", b": a\r\n", b"A : b\r\n", b"A: b\n", b"A: b\r\n c\r\n", b"A: \0\r\n"):
            with self.subTest(trailer), self.daemon.raw() as raw:
                raw.send(self.post(trailer) + b"\r\n\r\n")
                self.assert_error(raw.reply(), 400, "invalid_request")
                self.assertTrue(raw.at_end())


class Bodies(SystemTest):
    settings = {"tokens": {"secret": "a secret of connection tokens, 32 bytes"}}

    def test_a_compressed_body_is_refused_on_every_route_that_reads_one(self):
        for path in ("/publish", "/publish/batch", "/permissions", "/ws/token",
                     "/@connections/0197a000-0000-7000-8000-000000000000"):
            for encoding in ("gzip", "br", "deflate", "zstd", "x-gzip", "identity, gzip"):
                with self.subTest(path, encoding=encoding):
                    reply = self.daemon.http().request("POST", path, self.admin, b"\x1f\x8b\x08",
                                                       headers={"Content-Encoding": encoding})
                    self.assert_error(reply, 415, "unsupported_media_type")
                    self.assertEqual(reply.headers["Accept-Encoding"], "identity")

    def test_the_identity_encoding_is_accepted(self):
        for encoding in ("identity", "Identity", ""):
            with self.subTest(encoding):
                reply = self.http.request("POST", "/publish", self.service, self.body(),
                                          headers={"Content-Encoding": encoding})
                self.assertEqual(reply.status, 200, reply)
        # On routes that do not read the body, it does not matter.
        reply = self.http.request("GET", "/permissions", self.admin, headers={"Content-Encoding": "gzip"})
        self.assertEqual(reply.status, 200, reply)

    def test_what_fetch_and_send_beacon_send_is_json(self):
        for path, body in (("/publish", self.body()), ("/publish/batch", {"messages": [self.body()]}),
                           ("/permissions", {"userId": "u", "chatId": self.chat}), ("/ws/token", {"channels": []})):
            text = json.dumps(body)
            for kind in ("text/plain;charset=UTF-8", "text/plain", None, "application/problem+json"):
                with self.subTest(path, kind=kind), self.daemon.raw() as raw:
                    line = f"Content-Type: {kind}\r\n" if kind else ""
                    raw.send(f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.admin}\r\n{line}"
                             f"Content-Length: {len(text)}\r\n\r\n{text}".encode())
                    reply = raw.reply()
                    self.assertIn(reply.status, (200, 201), reply)
            for kind in ("application/x-www-form-urlencoded", "text/html", "application/octet-stream"):
                with self.subTest(path, kind=kind):
                    reply = self.http.request("POST", path, self.admin, text, headers={"Content-Type": kind})
                    self.assert_error(reply, 415, "unsupported_media_type")
                    # Accept-Encoding would say that the encoding was wrong (RFC 9110 §12.5.3).
                    self.assertNotIn("Accept-Encoding", reply.headers)


class Preflights(SystemTest):
    settings = {"server": {"allowed_origins": ["https://app.example"]}}

    def preflight(self, headers, origin="https://app.example", path="/publish"):
        return self.http.options(path, **{"Origin": origin, "Access-Control-Request-Method": "POST",
                                          **({"Access-Control-Request-Headers": headers} if headers else {})})

    def test_any_header_is_allowed(self):
        for headers in ("authorization,content-type", "x-sentry-trace, baggage, x-datadog-trace-id", "x-" + "y" * 200,
                        ",".join(f"x-header-{n}" for n in range(60))):
            with self.subTest(headers[:40]):
                reply = self.preflight(headers)
                self.assertEqual(reply.status, 204)
                self.assertEqual(reply.headers["Access-Control-Allow-Headers"], headers)
                self.assertEqual({name.strip() for name in reply.headers["Vary"].split(",")},
                                 {"Origin", "Access-Control-Request-Headers"})

    def test_a_malformed_list_of_headers_is_not_echoed(self):
        for headers in (None, "a b", "a,,b", "<script>", "a: b", "x" * 10_000):
            with self.subTest(headers and headers[:20]):
                allowed = self.preflight(headers).headers["Access-Control-Allow-Headers"]
                self.assertIn("Authorization", allowed)
                self.assertLess(len(allowed), 200)

    def test_other_origins_are_not_allowed(self):
        reply = self.preflight("authorization", origin="https://evil.example")
        self.assertNotIn("Access-Control-Allow-Headers", reply.headers)


if __name__ == "__main__":
    unittest.main()
