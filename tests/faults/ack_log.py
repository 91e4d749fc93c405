"""The acknowledgement log, which publishers write before each next step, and the checker that compares it with the
history.

Every message of the harness has the content {"id": its deduplication id, "text": …}, so that it can be recognised in
the history.
"""

import collections
import hashlib
import json
import os
from dataclasses import dataclass, fields


def body_hash(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Message:
    id: str
    chat: str
    kind: str  # fifo or standard
    text: str = ""
    key: str = ""  # the deduplication id, if it is not `id`: for --sabotage

    @property
    def deduplication_id(self):
        return self.key or self.id

    @property
    def content(self):
        return {"id": self.id, "text": self.text}

    def request(self):
        """The body of a publish."""
        body = {"targetChannel": "WebSocket", "messageType": self.kind,
                "payload": {"chatId": self.chat, "eventType": "message", "content": self.content}}
        if self.kind == "fifo":
            body["messageDeduplicationId"] = self.deduplication_id
        return body


class AckLog:
    """JSON lines, each written with one system call: the log is never behind what the publisher has seen."""

    def __init__(self, path):
        self.path = path
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def sent(self, message):
        self._append({"sent": message.id, "chat": message.chat, "kind": message.kind,
                      "body": body_hash(message.content)})

    def acked(self, message, answer):
        """`answer` is the daemon's reply."""
        self._append({"acked": message.id, "number": answer.get("sequenceNumber"), "messageId": answer["messageId"]})

    def _append(self, entry):
        os.write(self.file, json.dumps(entry).encode() + b"\n")

    def entries(self):
        with open(self.path, "rb") as lines:
            return [json.loads(line) for line in lines]

    def close(self):
        if self.file is not None:
            os.close(self.file)
            self.file = None


@dataclass
class Counts:
    acked: int = 0
    unknown: int = 0  # sent but never answered; may or may not be in the history
    lost: int = 0  # acknowledged but not in the history
    doubled: int = 0  # more than one message with the same deduplication id
    gaps: int = 0  # a number that is not the previous one plus one
    wrong_number: int = 0  # the number or message id differs between the answer and the history
    wrong_body: int = 0  # not what was sent, in the wrong chat, or never sent at all

    @property
    def violations(self):
        return self.lost + self.doubled + self.gaps + self.wrong_number + self.wrong_body

    def __str__(self):
        return " ".join(f"{field.name}={getattr(self, field.name)}" for field in fields(self))


def check(entries, histories):
    """`entries` of an AckLog; `histories` is {chat: its messages, oldest first}."""
    sent, told, counts = {}, {}, Counts()
    for entry in entries:
        if "sent" in entry:
            sent[entry["sent"]] = entry
            continue
        answer = (entry["number"], entry["messageId"])
        if told.setdefault(entry["acked"], answer) != answer:
            counts.wrong_number += 1
    found = collections.defaultdict(list)
    for chat, messages in histories.items():
        expected = 1
        for message in messages:
            name = message["content"]["id"]
            found[name].append((message.get("sequenceNumber"), message["messageId"]))
            wanted = sent.get(name)
            if wanted is None or (wanted["chat"], wanted["kind"]) != (chat, message["messageType"]) \
                    or wanted["body"] != body_hash(message["content"]):
                counts.wrong_body += 1
            if message["messageType"] == "fifo":
                counts.gaps += message.get("sequenceNumber") != expected
                expected = (message.get("sequenceNumber") or expected) + 1
    for name, places in found.items():
        counts.doubled += len(places) - 1
        if name in told and told[name] not in places:
            counts.wrong_number += 1
    counts.acked = len(told)
    counts.unknown = len(sent.keys() - told.keys())
    counts.lost = len(told.keys() - found.keys())
    return counts


async def read_history(http, chat, token):
    """Reads the whole history of a chat, oldest first."""
    query = {"chatId": chat, "order": "asc", "limit": 100}
    return [message async for page in http.pages("/messages", token, query) for message in page["messages"]]
