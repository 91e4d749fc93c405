"""Features that this version lacks are refused, never acknowledged (docs/protocol.md)."""

import unittest

from support.case import SystemTest
from support.operator_tools import read_rows

KNOWN = "; this server serves: WebSocket"
UNSUPPORTED = (
    ({"deliverAt": 4102444800000}, "deliverAt is not supported by this version"),
    ({"deliverAt": "2100-01-01T00:00:00.000Z"}, "deliverAt is not supported by this version"),
    ({"deliverAt": 0}, "deliverAt is not supported by this version"),
    ({"transient": "yes"}, "transient must be true or false"),
)


class NoFalsePromise(SystemTest):
    settings = {"[channels]": {"name": "Email", "url": "https://mailer.example.com/hook", "secret": "x" * 32}}

    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()
        self.socket = self.daemon.websocket(self.token, self.chat)

    def rows(self):
        return read_rows(self.daemon.folder.path / "notifyd.db", "SELECT position FROM messages")

    def assert_refused(self, body, sentence):
        """Refused over HTTP, in a batch and over a socket; nothing is stored, numbered or delivered."""
        before = self.rows()
        for kind in ("standard", "fifo"):
            body["messageType"] = kind
            for token in (self.token, self.service):
                self.assert_error(self.http.post("/publish", token, body), 400, "invalid_request", sentence)
            reply = self.http.post("/publish/batch", self.token, {"messages": [body, self.body("fine", chat="other")]})
            self.assertEqual((reply.status, reply.json["accepted"]), (200, 0), reply)
            result = reply.json["results"][0]
            self.assertEqual((result["status"], result["code"]), (400, "invalid_request"))
            self.assertTrue(result["error"].startswith(sentence), result)
            self.socket.send_json({"action": "sendMessage", "requestAck": True, "ackId": "a", **body})
            frames = [self.socket.receive() for _ in range(2)]
            self.assertEqual({frame["type"] for frame in frames}, {"ack", "error"})
            for frame in frames:
                self.assertEqual(frame["code"], "invalid_request")
                self.assertTrue(frame["error"].startswith(sentence), frame)
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.history()["count"], 0)

    def test_channels_that_nothing_serves(self):
        for channel in ("Email", "websocket", "WebSocket ", "Sms", "\u00e9\u0001"):
            with self.subTest(channel):
                self.assert_refused({**self.body(), "targetChannel": channel},
                                    f'Unknown targetChannel "{channel}"{KNOWN}')

    def test_a_long_channel_name_is_shortened_in_the_error(self):
        reply = self.http.post("/publish", self.service, {**self.body(), "targetChannel": "x" * 100_000})
        error = self.assert_error(reply, 400, "invalid_request", 'Unknown targetChannel "xxx')
        self.assertLess(len(error["error"]), 200)
        self.assertTrue(error["error"].endswith(KNOWN), error)

    def test_a_channel_in_the_config(self):
        """Accepted in the config, with a warning; publishing to it is refused."""
        self.daemon.wait_for_event("config_warning", lambda event: event["what"].startswith("channels.name "))
        config = self.daemon.folder.path / "notifyd.toml"
        result = self.daemon.folder.command("check-config", "--config", config)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("warning: channels.name has no effect in this version", result.stderr)

    def test_unsupported_members_of_a_publish_are_refused(self):
        for members, sentence in UNSUPPORTED:
            with self.subTest(members):
                self.assert_refused({**self.body(), **members}, sentence)

    def test_members_that_request_nothing_are_accepted(self):
        for members in ({"deliverAt": None}, {"transient": None}, {"transient": False}, {"idempotencyKey": None}):
            with self.subTest(members):
                self.assertEqual(self.http.post("/publish", self.token, {**self.body(), **members}).status, 200)
                self.socket.send_json({"action": "sendMessage", "reply": True, "echo": False, **self.body(), **members})
                self.assertEqual(self.socket.receive_until(lambda frame: "type" in frame)[-1]["type"], "receipt")

    def test_the_same_names_inside_the_payload_pass_through(self):
        payload = {"deliverAt": 1, "idempotencyKey": 7}
        self.publish(payload=payload)
        message = self.socket.receive_message()
        self.assertEqual({name: message[name] for name in payload}, payload)

    def test_both_types_are_deduplicated_by_either_name(self):
        for kind in ("standard", "fifo"):
            for name in ("messageDeduplicationId", "idempotencyKey"):
                with self.subTest(kind=kind, name=name):
                    body = self.body("once", kind, **{name: self.name("key")})
                    first = self.http.post("/publish", self.token, body).json
                    again = self.http.post("/publish", self.token, body).json
                    batch = self.http.post("/publish/batch", self.token, {"messages": [body]}).json["results"][0]
                    self.socket.send_json({"action": "sendMessage", **body})
                    answer = self.socket.receive_until(lambda frame: frame.get("type") == "receipt")
                    self.assertNotIn("duplicate", first)
                    for repeat in (again, batch, answer[-1]):
                        self.assertEqual((repeat["messageId"], repeat["duplicate"]), (first["messageId"], True))
                    self.assertEqual([frame["messageId"] for frame in answer[:-1]], [first["messageId"]])
        self.assertEqual(self.history()["count"], 4)

    def test_the_deduplication_id_takes_precedence_over_the_key(self):
        body = self.body("x", "standard", messageDeduplicationId="a")
        first = self.http.post("/publish", self.token, {**body, "idempotencyKey": "b"}).json
        self.assertTrue(self.http.post("/publish", self.token, {**body, "idempotencyKey": "c"}).json["duplicate"])
        other = self.http.post("/publish", self.token, self.body("x", idempotencyKey="b")).json
        self.assertNotEqual(other["messageId"], first["messageId"])
        headed = self.http.post("/publish", self.token, self.body("x", idempotencyKey="b"),
                                headers={"Idempotency-Key": "d"}).json
        self.assertEqual((headed["messageId"], headed["duplicate"]), (other["messageId"], True))

    def test_invalid_keys_are_refused(self):
        for name in ("messageDeduplicationId", "idempotencyKey"):
            for value in ("", "x" * 129, 7, {}):
                with self.subTest(name=name, value=value):
                    self.assert_refused(self.body(**{name: value}), f"{name} must be a string of 1 to 128 characters")

    def test_unsupported_envelopes_are_refused(self):
        for kind, payload in (
            ("presence:subscribe", {"topics": [f"chat:{self.chat}"]}),
            ("presence:unsubscribe", {"topics": [f"chat:{self.chat}"]}),
            ("presence:update", {"status": "away"}),
            ("read", {"topic": f"chat:{self.chat}", "sequenceNumber": 1}),
        ):
            with self.subTest(kind, payload=payload):
                answer = self.socket.ask(kind, payload)
                self.assertEqual(answer["type"], "error", answer)
        # None of them was partly carried out.
        self.assertIn(f"chat:{self.chat}", self.socket.ask("subscribe", {})["payload"]["topics"])

    def test_routes_of_later_versions_are_404(self):
        for method, path in (
            ("POST", "/metrics"), ("GET", "/metrics"), ("GET", "/scheduled"),
            ("GET", "/events"), ("GET", "/users/u/data"),
            ("DELETE", "/users/u/data"), ("DELETE", "/messages/01890a5d-ac96-774b-bcce-b302099a8057"),
            ("PATCH", "/messages/01890a5d-ac96-774b-bcce-b302099a8057"), ("GET", "/stats"), ("GET", "/topics"),
            ("POST", "/dev/token"),
        ):
            with self.subTest(f"{method} {path}"):
                reply = self.http.request(method, path, token=self.admin)
                self.assertIn(reply.status, (404, 405), reply)


if __name__ == "__main__":
    unittest.main()
