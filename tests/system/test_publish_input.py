"""POST /publish with bad input: the statuses, codes and messages of docs/protocol.md; nothing is stored."""

import json
import unittest

from support.case import SystemTest

MISSING = "Missing required parameters: targetChannel and payload are required"
BAD_TYPE = 'Invalid messageType. Must be "fifo" or "standard"'
NOT_JSON = "Request body is not valid JSON"
NO_TOPIC = "Missing required parameter: payload.chatId or payload.targetId with payload.targetClass"


class BadInput(SystemTest):
    settings = {"limits": {"max_message": "16KiB", "json_depth": 8}}

    def refused(self, body, code="invalid_request", sentence=None, status=400):
        reply = self.http.post("/publish", self.service, body)
        self.assert_error(reply, status, code, sentence)

    def tearDown(self):
        self.assertEqual(self.history()["count"], 0, "something was stored")

    def test_not_json(self):
        for text in ("", "{", "nonsense", '{"a": 1} trailing', '{"a": 01}', '{"a": NaN}', "[1,]", b"\xff\xfe",
                     b'{"targetChannel": "WebSocket", "payload": {"chatId": "a", "content": "\xc3\x28"}}'):
            with self.subTest(text):
                self.refused(text, "invalid_json", NOT_JSON)

    def test_not_an_object(self):
        for text in ("null", "7", '"text"', "[]"):
            with self.subTest(text):
                reply = self.http.post("/publish", self.service, text)
                self.assertEqual(reply.status, 400, reply)

    def test_missing_parameters(self):
        whole = self.body()
        for name in ("targetChannel", "payload"):
            with self.subTest(name):
                self.refused({key: value for key, value in whole.items() if key != name}, sentence=MISSING)
        self.refused({}, sentence=MISSING)

    def test_wrong_types_of_values(self):
        for changes in ({"targetChannel": 7}, {"targetChannel": ""}, {"targetChannel": "Unknown"}, {"payload": "text"},
                        {"payload": []}, {"messageGroupId": 7, "messageType": "fifo"},
                        {"generateSequence": "yes", "messageType": "fifo"}):
            with self.subTest(changes):
                self.refused({**self.body(), **changes})

    def test_message_type(self):
        for kind in ("FIFO", "", "topic", 7, ["fifo"]):
            with self.subTest(kind):
                self.refused(self.body(kind=kind), sentence=BAD_TYPE)

    def test_message_group_length(self):
        for group in ("", "g" * 129):
            with self.subTest(len(group)):
                self.refused(self.body(kind="fifo", messageGroupId=group))

    def test_no_topic(self):
        for payload in ({}, {"content": "x"}, {"targetClass": "chat"}, {"targetId": "a"}):
            with self.subTest(payload):
                self.refused({"targetChannel": "WebSocket", "payload": payload}, sentence=NO_TOPIC)

    def test_wrong_topic(self):
        for payload in ({"chatId": "a", "targetClass": "chat", "targetId": "a"}, {"chatId": 7}, {"chatId": None},
                        {"targetClass": "team", "targetId": "a"}, {"targetClass": "Chat", "targetId": "a"},
                        {"chatId": ""}, {"chatId": "a,b"}, {"chatId": "a\nb"}, {"chatId": "a\u007f"},
                        {"chatId": "a" * 257}, {"chatId": "\u00e9" * 129}, {"targetClass": "user", "targetId": ""}):
            with self.subTest(payload):
                self.refused({"targetChannel": "WebSocket", "payload": payload})

    def test_event_type(self):
        for value in (7, {}, []):
            with self.subTest(value):
                self.refused(self.body(payload={"eventType": value}))

    def test_custom_sequence_shape(self):
        for value in (7, "x", [], {}, {"number": 1}, {"scope": "s"}, {"number": 0, "scope": "s"},
                      {"number": -1, "scope": "s"}, {"number": 1.5, "scope": "s"}, {"number": "1", "scope": "s"},
                      {"number": 1, "scope": 7}):
            with self.subTest(value):
                self.refused(self.body(payload={"customSequence": value}))

    def test_multi_part_shape(self):
        good = {"groupId": "g", "totalParts": 3, "partNumber": 1}
        for changes in ({"groupId": 7}, {"totalParts": 0}, {"partNumber": 0}, {"partNumber": 4}, {"totalParts": 1.5},
                        {"partNumber": "1"}, {"totalParts": -3}):
            with self.subTest(changes):
                self.refused(self.body(payload={"multiPartMetadata": {**good, **changes}}))
        for name in good:
            part = {key: value for key, value in good.items() if key != name}
            self.refused(self.body(payload={"multiPartMetadata": part}))

    def test_duplicate_keys(self):
        for text in ('{"targetChannel": "WebSocket", "targetChannel": "WebSocket", "payload": {"chatId": "%s"}}',
                     '{"targetChannel": "WebSocket", "payload": {"chatId": "other", "chatId": "%s"}}',
                     '{"targetChannel": "WebSocket", "payload": {"chatId": "%s", "content": {"a": 1, "\\u0061": 2}}}'):
            with self.subTest(text):
                reply = self.http.post("/publish", self.service, text % self.chat)
                self.assertEqual(reply.status, 400, reply)

    def test_depth(self):
        deep = json.loads("[" * 7 + "]" * 7)  # nine with the two objects around it
        reply = self.http.post("/publish", self.service, self.body(deep))
        self.assertEqual(reply.status, 400, reply)

    def test_the_deepest_nesting_does_no_harm(self):
        for text in ("[" * 15000, '{"a":' * 2500):
            self.assertEqual(self.http.post("/publish", self.service, text).status, 400)

    def test_too_large(self):
        self.refused(self.body("x" * 16 * 1024), "payload_too_large", status=413)
        http = self.daemon.http()  # the daemon may not read what it refuses
        reply = http.post("/publish", self.service, self.body("x" * 64 * 1024))
        self.assert_error(reply, 413, "payload_too_large")


class GoodAtTheEdge(SystemTest):
    settings = {"limits": {"max_message": "16KiB", "json_depth": 8}}

    def test_ids(self):
        for chat in ("a" * 256, "\u00e9" * 128, " ", "chat:x:1", "%2C/?&#"):
            with self.subTest(chat):
                self.assertEqual(self.publish(chat=chat)["sequenceNumber"], 1)

    def test_depth(self):
        self.publish(json.loads("[" * 6 + "]" * 6))

    def test_size(self):
        body = json.dumps(self.body(""))
        content = "x" * (16 * 1024 - len(body))
        self.publish(content, kind="standard")

    def test_the_connection_survives_refusals(self):
        self.publish()
        socket = self.http.connection.sock
        for _ in range(20):
            self.assertEqual(self.http.post("/publish", self.service, "{").status, 400)
        self.publish()
        self.assertIs(self.http.connection.sock, socket)


if __name__ == "__main__":
    unittest.main()
