"""Checks every cell of table.py against the running daemon (docs/security.md S6, S15)."""

import json
import unittest
import uuid

import jwt

from support import tokens
from support.bodies import publish_body
from support.case import SystemTest
from support.connection_tokens import SIGNING_SECRET
from support.tokens import mint
from support.websocket import Refused

from table import CALLERS, NOBODIES, ROWS, TOPICS, cells

ROLES = {"viewer": "viewer", "member": "member", "topic admin": "admin"}
SCOPES = {"service": "notifyd:publish", "admin": "notifyd:admin"}


def fill(value, names):
    """The row's templates, filled in with the names of this cell."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, dict):
        return {key: fill(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    return value


def anonymous(text, names):
    """An answer without the parts that differ in every answer, so that two answers can be compared."""
    for name in names:
        text = text.replace(name, "…")
    fields = json.loads(text)
    fields.pop("correlationId", None)
    return fields


class Authorization(SystemTest):
    settings = {"auth": {"claims.hub": "hubs", "leeway": "0s"},
                "tokens": {"secret": SIGNING_SECRET, "per_minute": 0, "admin_channels": ["audit"]},
                "presence": {"enabled": True}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.topics = {}
        for caller in NOBODIES + CALLERS:
            cls.topics[caller] = f"own-{caller.replace(' ', '-')}"
        for hub in [*cls.topics.values(), "other"]:
            cls.daemon.grant("owner", None, "admin", targetClass="hub", targetId=hub)
        for caller, role in ROLES.items():
            cls.daemon.grant(cls.user(caller), None, role, targetClass="hub", targetId=cls.topics[caller])
        hub = cls.topics["revoked"]
        cls.daemon.grant(cls.user("revoked"), None, "admin", targetClass="hub", targetId=hub)
        http = cls.daemon.http()
        reply = http.delete("/permissions", tokens.admin(), userId=cls.user("revoked"), targetClass="hub", targetId=hub)
        assert reply.status == 200, reply
        for hub in [*cls.topics.values(), "other"]:
            body = publish_body("a secret", targetClass="hub", targetId=hub)
            assert http.post("/publish", tokens.service(), body).status == 200

    @staticmethod
    def user(caller):
        return "user-" + caller.replace(" ", "-")

    def token(self, caller):
        if caller == "no token":
            return None
        if caller == "garbage":
            return "not.a.token"
        name = self.user(caller)
        if caller == "expired":
            return mint(name, scope="notifyd:admin", lifetime=-60)
        if caller == "not yet valid":
            return mint(name, scope="notifyd:admin", nbf=4102444800)
        if caller == "forged":
            return jwt.encode({"sub": name, "exp": 4102444800, "scope": "notifyd:admin"}, "x" * 32, algorithm="HS256")
        claims = {"hubs": [self.topics[caller]]} if caller == "claimed" else {}
        return mint(name, scope=SCOPES.get(caller), **claims)

    def names(self, row, caller, topic):
        own = {"hub": self.topics[caller], "user": self.user(caller), "letter": str(uuid.uuid4()), "": ""}
        other = {"hub": "other", "user": "owner", "letter": str(uuid.uuid4())}
        unknown = {"hub": "never-named", "user": "nobody-ever", "letter": str(uuid.uuid4())}
        place = {"own": own, "other": other, "unknown": unknown}[topic][row.subject]
        return {"id": place, "caller": self.user(caller)}

    # --- requests by the kind of row; each returns (status, text) ---

    def ask_http(self, row, caller, names):
        method, path = row.covers.split(" ", 1)
        reply = self.http.request(method, fill(path, names), self.token(caller), fill(row.body, names),
                                  query=fill(row.query, names))
        if row.covers == "POST /publish/batch" and reply.status == 200:
            entry = reply.json["results"][0]
            return entry.get("status", 200), json.dumps(entry)
        return reply.status, reply.body.decode()

    def connect(self, caller, query=None):
        try:
            return self.daemon.websocket(self.token(caller), query=query), 200, "{}"
        except Refused as refusal:
            return None, refusal.status, refusal.body.decode()

    def ask_upgrade(self, row, caller, names):
        socket, status, text = self.connect(caller, fill(row.query, names))
        if socket is not None:
            self.assertIn("user:" + self.user(caller), socket.connected["topics"])
            socket.close()
        return status, text

    def ask_frame(self, row, caller, names):
        socket, status, text = self.connect(caller)
        if socket is None:
            return status, text
        frame = fill(row.body, names)
        if "type" in frame:
            frame["id"] = str(uuid.uuid4())
        else:
            frame["requestId"] = "r"
        socket.send_json(frame)
        mark = socket.send_envelope("ping")
        frames = socket.receive_until(lambda answer: answer.get("id") == mark)
        # A publish is answered after its commit, possibly after the ping.
        if row.covers == "frame sendMessage" and not any(answer.get("requestId") == "r" for answer in frames):
            frames += socket.receive_until(lambda answer: answer.get("requestId") == "r")
        # So is an acknowledgement, of which only an error is answered.
        if row.covers == "frame notification:ack" and not any(answer.get("id") == frame["id"] for answer in frames):
            frames += socket.receive_until(lambda answer: answer.get("id") == frame["id"])
        socket.close()
        answers = [a for a in frames if a.get("requestId") == "r" or a.get("id") == frame.get("id", "")]
        failed = next((a for a in answers if a.get("type") == "error"), None)
        if failed is None:
            return 200, json.dumps(answers)
        code = failed.get("code") or failed["payload"]["code"]
        failed.get("payload", {}).pop("id", None)
        failed.pop("id", None)
        failed.pop("timestamp", None)
        status = {"forbidden": 403, "unauthorized": 401, "not_found": 404, "invalid_request": 400}.get(code, 500)
        return status, json.dumps(failed)

    def ask(self, row, caller, topic):
        names = self.names(row, caller, topic)
        if row.covers == "upgrade":
            status, text = self.ask_upgrade(row, caller, names)
        elif row.covers.startswith("frame "):
            status, text = self.ask_frame(row, caller, names)
        else:
            status, text = self.ask_http(row, caller, names)
        return status, text, names

    def test_every_caller_gets_the_answer_in_the_table(self):
        asked = 0
        for row, caller, topic, expected in cells():
            with self.subTest(row.title, caller=caller, topic=topic):
                status, text, _ = self.ask(row, caller, topic)
                self.assertEqual(status, expected, text)
                if status in (401, 403):
                    self.assertNotIn("a secret", text)
            asked += 1
        print(f"{asked} cells of {len(ROWS)} rows")

    def test_a_refused_caller_cannot_tell_a_foreign_topic_from_an_unknown_one(self):
        compared = 0
        for row in ROWS:
            for caller in CALLERS:
                if row.subject in ("", "letter") or row.rule.allows(caller, "other"):
                    continue
                with self.subTest(row.title, caller=caller):
                    answers = []
                    for topic in TOPICS[1:]:
                        status, text, names = self.ask(row, caller, topic)
                        answers.append((status, anonymous(text, [names["id"]])))
                    self.assertEqual(answers[0], answers[1])
                compared += 1
        self.assertGreater(compared, 40)


if __name__ == "__main__":
    unittest.main()
