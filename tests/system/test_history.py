"""GET /messages: every filter, paging, the shape of the answer (docs/protocol.md)."""

import time
import unittest
from datetime import datetime, timezone

from support.case import SystemTest
from support.tokens import mint


class Shape(SystemTest):
    def test_page(self):
        answer = self.publish("hello", payload={"extra": [1]})
        page = self.history()
        self.assertEqual(set(page), {"chatId", "messages", "count", "scannedCount", "epoch"})
        self.assertEqual((page["chatId"], page["count"], page["scannedCount"]), (self.chat, 1, 1))
        self.assertEqual(page["messages"][0]["messageId"], answer["messageId"])

    def test_items_have_the_shape_of_a_delivered_message(self):
        socket = self.daemon.websocket(self.admin, self.chat)
        for kind in ("fifo", "standard"):
            with self.subTest(kind):
                self.publish("same", kind=kind, payload={"extra": [1, {"deep": None}], "eventType": "e"})
                delivered = socket.receive_message()
                kept = self.history(limit=1)["messages"][0]
                self.assertEqual(kept.pop("timestamp"), delivered["publishTimestamp"])
                self.assertAlmostEqual(kept.pop("ttl"), time.time() + 30 * 86400, delta=120)
                self.assertNotIn("channel", kept)
                for name in ("processorTimestamp", "retryCount"):
                    del delivered[name]
                self.assertEqual(kept, delivered)

    def test_empty(self):
        page = self.history()
        self.assertEqual((page["messages"], page["count"]), ([], 0))
        self.assertNotIn("nextStartKey", page)

    def test_an_acknowledged_message_is_readable_at_once(self):
        """A 200 follows the commit, so an acknowledged message is there at once; standard messages, too."""
        for number in range(50):
            kind = ("fifo", "standard")[number % 2]
            answer = self.publish(number, kind=kind)
            self.assertEqual(self.history(limit=1)["messages"][0]["messageId"], answer["messageId"])


class Filters(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = None

    def setUp(self):
        super().setUp()
        if type(self).kept is None:
            type(self).kept = self.fill()
        self.chat = "filters"

    def fill(self):
        """30 messages with different publish times, every third one standard, hence 20 numbers."""
        self.chat = "filters"
        answers = []
        for number in range(30):
            answers.append(self.publish(number, kind="standard" if number % 3 == 2 else "fifo"))
            while int(time.time() * 1000) <= answers_time(answers[-1]):
                pass
        return answers

    def contents(self, **query):
        return [message["content"] for message in self.history(**query)["messages"]]

    def sequences(self, **query):
        return [message.get("sequenceNumber") for message in self.history(**query)["messages"]]

    def test_order(self):
        self.assertEqual(self.contents(), list(range(29, -1, -1)))
        self.assertEqual(self.contents(order="desc"), list(range(29, -1, -1)))
        self.assertEqual(self.contents(order="asc"), list(range(30)))

    def test_limit(self):
        self.assertEqual(self.contents(limit=1), [29])
        self.assertEqual(len(self.contents(limit=100)), 30)

    def test_times_are_inclusive(self):
        times = [answer["timestamp"] for answer in self.kept]
        self.assertEqual(self.contents(fromTimestamp=times[5], toTimestamp=times[9], order="asc"), [5, 6, 7, 8, 9])
        self.assertEqual(self.contents(fromTimestamp=times[28]), [29, 28])
        self.assertEqual(self.contents(toTimestamp=times[1]), [1, 0])
        self.assertEqual(self.contents(fromTimestamp=times[9], toTimestamp=times[9]), [9])

    def test_times_with_paging(self):
        times = [answer["timestamp"] for answer in self.kept]
        query = {"fromTimestamp": times[3], "toTimestamp": times[20], "limit": 7, "order": "asc"}
        self.assertEqual(self.all_pages(**query), list(range(3, 21)))
        self.assertEqual(self.all_pages(**{**query, "order": "desc"}), list(range(20, 2, -1)))

    def test_sequences(self):
        self.assertEqual(self.sequences(sequences="3,5,9-12"), [3, 5, 9, 10, 11, 12])
        self.assertEqual(self.sequences(sequences="12,3,3,9-10,10"), [3, 9, 10, 12])
        self.assertEqual(self.sequences(sequences="19-40"), [19, 20])
        self.assertEqual(self.sequences(sequences="1-100"), list(range(1, 21)))
        self.assertEqual(self.sequences(sequences="5,6", order="desc"), [6, 5])

    def test_sequence_range(self):
        self.assertEqual(self.sequences(fromSequence=18), [18, 19, 20])
        self.assertEqual(self.sequences(toSequence=3), [1, 2, 3])
        self.assertEqual(self.sequences(fromSequence=4, toSequence=6, order="desc"), [6, 5, 4])
        self.assertEqual(self.sequences(fromSequence=21), [])

    def test_sequence_range_with_paging(self):
        page = self.history(fromSequence=2, toSequence=19, limit=5)
        self.assertEqual([m["sequenceNumber"] for m in page["messages"]], [2, 3, 4, 5, 6])
        numbers = []
        query = {"fromSequence": 2, "toSequence": 19, "limit": 5}
        self.assertEqual(len(self.all_pages(**query)), 18)
        for message in self.pages(**query):
            numbers.append(message["sequenceNumber"])
        self.assertEqual(numbers, list(range(2, 20)))

    def pages(self, **query):
        for page in self.http.pages("/messages", self.admin, chatId=self.chat, **query):
            self.assertEqual(page["count"], len(page["messages"]))
            self.assertEqual(page.get("nextToken"), page.get("nextStartKey"))
            yield from page["messages"]

    def all_pages(self, **query):
        return [message["content"] for message in self.pages(**query)]

    def test_paging_returns_each_message_once(self):
        for limit in (1, 7, 10, 29, 30, 31):
            for order in ("asc", "desc"):
                with self.subTest(limit=limit, order=order):
                    expected = list(range(30)) if order == "asc" else list(range(29, -1, -1))
                    self.assertEqual(self.all_pages(limit=limit, order=order), expected)

    def test_paging_while_messages_arrive(self):
        chat = self.chat = self.name("chat")
        for number in range(10):
            self.publish(number, chat=chat)
        page = self.history(limit=5)
        self.publish("new", chat=chat)
        rest = self.history(limit=100, startKey=page["nextStartKey"])
        self.assertEqual([m["content"] for m in page["messages"] + rest["messages"]], list(range(9, -1, -1)))

    def test_keys(self):
        key = self.history(limit=5)["nextStartKey"]
        for query in (
            {"startKey": "nonsense"}, {"startKey": "!!!"}, {"startKey": key[:-1]}, {"startKey": key + "A"},
            {"startKey": key, "order": "asc"}, {"startKey": key, "chatId": "another"},
            {"startKey": key, "fromSequence": 3}, {"startKey": key, "toTimestamp": "2026-01-31T12:00:00.000Z"},
            {"startKey": key, "sequences": "3"},
        ):
            with self.subTest(query):
                reply = self.http.get("/messages", self.admin, **{"chatId": self.chat, **query})
                self.assert_error(reply, 400, "invalid_request", "Invalid startKey format")


def answers_time(answer):
    """The timestamp of an answer in epoch ms."""
    moment = datetime.strptime(answer["timestamp"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return round(moment.timestamp() * 1000)


class Refusals(SystemTest):
    def test_bad_parameters(self):
        for query in (
            {"limit": "0"}, {"limit": "101"}, {"limit": "-1"}, {"limit": "ten"}, {"limit": ""}, {"limit": "1.5"},
            {"order": "up"}, {"fromTimestamp": "yesterday"}, {"toTimestamp": "2026-13-01T00:00:00.000Z"},
            {"sequences": ""}, {"sequences": "0"}, {"sequences": "3-"}, {"sequences": "5-3"}, {"sequences": "a"},
            {"sequences": "-1"}, {"sequences": "1-101"}, {"sequences": "1,,2"}, {"fromSequence": "x"},
            {"toSequence": "-2"}, {"sequences": "99999999999999999999"}, {"fromSequence": 6, "toSequence": 4},
            {"fromTimestamp": "2026-01-31T12:00:00.001Z", "toTimestamp": "2026-01-31T12:00:00.000Z"},
        ):
            with self.subTest(query):
                reply = self.http.get("/messages", self.admin, chatId=self.chat, **query)
                self.assert_error(reply, 400, "invalid_request")

    def test_topic(self):
        for query in ({}, {"chatId": ""}, {"targetClass": "org"}, {"targetId": "x"},
                      {"targetClass": "x", "targetId": "y"}, {"chatId": "a", "targetClass": "chat", "targetId": "a"}):
            with self.subTest(query):
                self.assert_error(self.http.get("/messages", self.admin, **query), 400, "invalid_request")

    def test_who_may_read(self):
        self.publish()
        for role in ("viewer", "member", "admin"):
            _, token = self.member(role=role)
            self.assertEqual(self.history(token=token)["count"], 1)
        self.assert_error(self.http.get("/messages", mint("stranger"), chatId=self.chat), 403, "forbidden")
        self.assert_error(self.http.get("/messages", self.service, chatId=self.chat), 403, "forbidden")
        self.assert_error(self.http.get("/messages", None, chatId=self.chat), 401, "unauthorized")


class NoHistory(SystemTest):
    settings = {"storage": {"history": False}}

    def test_404(self):
        self.assertEqual(self.publish()["sequenceNumber"], 1)
        self.assert_error(self.http.get("/messages", self.admin, chatId=self.chat), 404, "not_found")


if __name__ == "__main__":
    unittest.main()
