"""Tests the checker with histories that were tampered with: every count is seen to rise."""

import copy
import pathlib
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "system")]

from faults.ack_log import AckLog, Message, check  # noqa: E402


class Checker(unittest.TestCase):
    def setUp(self):
        """Chat a: fifo 1, 2, 3 and a standard message; chat b: fifo 1; and one message with an unknown outcome."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = AckLog(pathlib.Path(folder.name) / "acks.log")
        self.addCleanup(self.log.close)
        self.history = {"a": [], "b": []}
        for name, chat, kind, number in (("1", "a", "fifo", 1), ("2", "a", "fifo", 2), ("s", "a", "standard", None),
                                         ("3", "a", "fifo", 3), ("4", "b", "fifo", 1)):
            message = Message(name, chat, kind, "text of " + name)
            answer = {"messageId": "m" + name}
            if number is not None:
                answer["sequenceNumber"] = number
            self.log.sent(message)
            self.log.acked(message, answer)
            self.history[chat].append({"messageType": kind, "content": message.content, **answer})
        self.unknown = Message("u", "b", "fifo", "who knows")
        self.log.sent(self.unknown)

    def counts(self, **expected):
        counts = check(self.log.entries(), self.history)
        self.assertEqual({name: getattr(counts, name) for name in expected}, expected, counts)
        return counts

    def test_an_intact_history_has_no_violations(self):
        counts = self.counts(acked=5, unknown=1)
        self.assertEqual(counts.violations, 0, counts)
        self.assertEqual(str(counts), "acked=5 unknown=1 lost=0 doubled=0 gaps=0 wrong_number=0 wrong_body=0")

    def test_a_message_with_an_unknown_outcome_may_be_in_the_history(self):
        self.history["b"].append({"messageType": "fifo", "content": self.unknown.content, "messageId": "mu",
                                  "sequenceNumber": 2})
        self.assertEqual(self.counts(unknown=1).violations, 0)

    def test_a_message_lost_at_the_end(self):
        del self.history["a"][-1]
        self.assertEqual(self.counts(lost=1, gaps=0).violations, 1)

    def test_a_message_lost_in_the_middle_is_also_a_gap(self):
        del self.history["a"][1]
        self.assertEqual(self.counts(lost=1, gaps=1).violations, 2)

    def test_a_lost_standard_message(self):
        del self.history["a"][2]
        self.assertEqual(self.counts(lost=1).violations, 1)

    def test_a_lost_chat(self):
        self.history["b"] = []
        self.counts(lost=1)

    def test_a_duplicated_fifo_message(self):
        again = copy.deepcopy(self.history["a"][-1])
        again.update(sequenceNumber=4, messageId="another")
        self.history["a"].append(again)
        self.assertEqual(self.counts(doubled=1).violations, 1)

    def test_a_duplicated_standard_message(self):
        self.history["a"].append({**self.history["a"][2], "messageId": "another"})
        self.assertEqual(self.counts(doubled=1).violations, 1)

    def test_numbers_that_do_not_start_at_one(self):
        for message in self.history["a"]:
            if "sequenceNumber" in message:
                message["sequenceNumber"] += 1
        self.counts(gaps=1, wrong_number=3)

    def test_a_repeated_number(self):
        self.history["a"][-1]["sequenceNumber"] = 2
        self.counts(gaps=1, wrong_number=1)

    def test_messages_out_of_order(self):
        self.history["a"][0], self.history["a"][1] = self.history["a"][1], self.history["a"][0]
        self.assertGreater(self.counts(wrong_number=0).gaps, 0)

    def test_a_different_message_id(self):
        self.history["b"][0]["messageId"] = "another"
        self.assertEqual(self.counts(wrong_number=1).violations, 1)

    def test_two_different_answers(self):
        self.log.acked(Message("4", "b", "fifo"), {"messageId": "m4", "sequenceNumber": 2})
        self.assertEqual(self.counts(wrong_number=1).violations, 1)

    def test_a_different_body(self):
        self.history["a"][0]["content"]["text"] = "tampered"
        self.assertEqual(self.counts(wrong_body=1).violations, 1)

    def test_a_message_that_nobody_sent(self):
        self.history["b"].append({"messageType": "standard", "content": {"id": "x"}, "messageId": "mx"})
        self.assertEqual(self.counts(wrong_body=1).violations, 1)

    def test_a_message_in_the_wrong_chat(self):
        self.history["b"].append(self.history["a"].pop())
        self.history["b"][-1]["sequenceNumber"] = 2
        self.counts(wrong_body=1, wrong_number=1)


if __name__ == "__main__":
    unittest.main()
