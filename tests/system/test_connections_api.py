"""/@connections: look a connection up, send it a frame, close it, list them all (docs/protocol.md)."""

import unittest

from support.case import ISO_TIME, SystemTest
from support.daemon import eventually
from support.http_client import HttpClient
from support.tokens import mint

NOBODY = "0197a000-0000-7000-8000-000000000000"


class Connections(SystemTest):
    settings = {"server": {"threads": 4}}

    def connect(self, name="user", **options):
        user, token = self.member(name)
        socket = self.daemon.websocket(token, self.chat, **options)
        return user, socket, socket.connected["connectionId"]

    def list(self, **query):
        reply = self.http.get("/@connections", self.admin, **query)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def test_get_one_connection(self):
        user, socket, name = self.connect(headers={"User-Agent": "a client/1.0 \u00e9"})
        reply = self.http.get(f"/@connections/{name}", self.admin)
        self.assertEqual(reply.status, 200, reply)
        info = reply.json
        self.assertEqual(set(info), {"connectionId", "userId", "connectedAt", "lastActiveAt", "identity", "topics"})
        self.assertEqual((info["connectionId"], info["userId"]), (name, user))
        self.assertEqual(info["identity"]["sourceIp"], "127.0.0.1")
        self.assertEqual(info["identity"]["userAgent"], "a client/1.0 \u00e9")
        self.assertEqual(info["topics"], ["user:" + user, "chat:" + self.chat])
        self.assert_matches(ISO_TIME, info["connectedAt"])
        self.assertGreaterEqual(info["lastActiveAt"], info["connectedAt"])
        active_at = lambda: self.http.get(f"/@connections/{name}", self.admin).json["lastActiveAt"]
        for _ in range(2):  # twice, because the first look at a connection updates the time, too
            before = active_at()
            socket.ask("ping")
            self.assertTrue(eventually(lambda earlier=before: active_at() > earlier))
        # The path may be percent-encoded.
        self.assertEqual(self.http.get(f"/%40connections/{name}", self.admin).json["connectionId"], name)

    def test_a_closed_connection_is_410(self):
        for name in (NOBODY, "x", "%20"):
            for method in ("GET", "POST", "DELETE"):
                with self.subTest(name, method=method):
                    body = "text" if method == "POST" else None
                    reply = self.http.request(method, f"/@connections/{name}", self.admin, body)
                    self.assert_error(reply, 410, "gone")
        _, socket, name = self.connect()
        socket.close()
        gone = lambda: self.http.get(f"/@connections/{name}", self.admin).status == 410
        self.assertTrue(eventually(gone))

    def test_admins_only(self):
        _, socket, name = self.connect()
        for method, path in (("GET", ""), ("GET", "/" + name), ("POST", "/" + name), ("DELETE", "/" + name)):
            for token, status, code in ((None, 401, "unauthorized"), (mint("u"), 403, "forbidden"),
                                        (self.service, 403, "forbidden")):
                with self.subTest(method, path=path, status=status):
                    body = "text" if method == "POST" else None
                    self.assert_error(self.http.request(method, "/@connections" + path, token, body), status, code)
        self.assertEqual(socket.ask("ping")["type"], "pong")

    def test_post(self):
        """From every loop, whatever the text is; the frames arrive in the order of the answers."""
        _, socket, name = self.connect()
        texts = [f"text {n} \u00e4\U0001f600" for n in range(20)] + ['{"type":"connected"}', "", "x" * 128 * 1024]
        for text in texts:
            http = HttpClient(self.daemon.port)  # its own connection, on any loop
            reply = http.post(f"/@connections/{name}", self.admin, text, headers={"Content-Type": "text/plain"})
            self.assertEqual((reply.status, reply.json), (200, {}), reply)
            http.close()
        self.assertEqual([socket.receive_text() for _ in texts], texts)
        for body, status, code in ((b"\xff\xfe", 400, "invalid_request"),
                                   (b"x" * (128 * 1024 + 1), 413, "payload_too_large")):
            with self.subTest(status=status):
                http = HttpClient(self.daemon.port)
                self.assert_error(http.post(f"/@connections/{name}", self.admin, body), status, code)
                http.close()
        self.assertEqual(socket.ask("ping")["type"], "pong")

    def test_post_to_a_connection_that_does_not_read(self):
        _, token = self.member()
        raw = self.daemon.websocket(token, self.chat)
        name = raw.connected["connectionId"]
        body = "x" * 100_000
        replies = []

        def refused():
            replies.append(self.http.post(f"/@connections/{name}", self.admin, body))
            return replies[-1].status != 200

        self.assertTrue(eventually(refused))
        self.assert_error(replies[-1], 429, "rate_limited")
        self.assertGreaterEqual(int(replies[-1].headers["Retry-After"]), 1)
        # What was answered with 200 arrives once it reads.
        self.assertEqual([raw.receive_text() for _ in replies[:-1]], [body] * (len(replies) - 1))

    def test_delete(self):
        user, socket, name = self.connect()
        _, other, _ = self.connect()
        self.assertEqual(self.http.delete(f"/@connections/{name}", self.admin).status, 204)
        # Even though the client has not answered the close frame yet.
        for method in ("GET", "POST", "DELETE"):
            with self.subTest(method):
                self.assert_error(self.http.request(method, f"/@connections/{name}", self.admin), 410, "gone")
        self.assertEqual(self.list(userId=user)["connections"], [])
        self.assertEqual(socket.closed(), 4403)
        self.assertEqual(other.ask("ping")["type"], "pong")

    def test_pages(self):
        """Sorted by id, none twice, none missing; connections that open or close between pages do no harm."""
        user, token = self.member()
        mine = [self.daemon.websocket(token, self.chat if n % 2 else None) for n in range(12)]
        others = [self.connect()[2] for _ in range(3)]
        names = sorted(socket.connected["connectionId"] for socket in mine)
        in_chat = sorted(others + [socket.connected["connectionId"] for n, socket in enumerate(mine) if n % 2])
        for query, expected in (({"userId": user}, names), ({"chatId": self.chat}, in_chat),
                                ({"userId": user, "chatId": self.chat}, sorted(set(names) & set(in_chat))),
                                ({"targetClass": "user", "targetId": user}, names), ({"userId": "nobody"}, [])):
            for limit in (1, 5, 12, 100):
                with self.subTest(query, limit=limit):
                    self.assertEqual(self.pages(limit=limit, **query), expected)
        everybody = self.pages(limit=7)
        self.assertEqual(everybody, sorted(everybody))
        self.assertTrue(set(names + others) <= set(everybody))

    def pages(self, **query):
        found = []
        for page in self.http.pages("/@connections", self.admin, **query):
            self.assertEqual(page["count"], len(page["connections"]))
            self.assertLessEqual(page["count"], query["limit"])
            found += [connection["connectionId"] for connection in page["connections"]]
        return found

    def test_bad_queries(self):
        user, token = self.member()
        for _ in range(2):
            self.daemon.websocket(token)
        key = self.list(userId=user, limit=1)["nextStartKey"]
        for query in ({"limit": 0}, {"limit": 101}, {"limit": "x"}, {"startKey": "x"}, {"startKey": key},
                      {"userId": user, "chatId": "c", "startKey": key}, {"userId": ""}, {"targetClass": "chat"}):
            with self.subTest(query):
                self.assert_error(self.http.get("/@connections", self.admin, **query), 400, "invalid_request")


if __name__ == "__main__":
    unittest.main()
