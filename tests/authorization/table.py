"""Who may do what (docs/protocol.md), as data: a row is a request that a client can make, a cell is a caller and a
topic.

The expected answer of a cell follows from the row's rule alone, which is written from the specification and not from
the code. A rule names the callers that are admitted to their own topic ("own") and to a foreign or unknown one; all
others are refused: with 401 without a valid token, with 403 with one."""

from dataclasses import dataclass, field

# Without a valid token.
NOBODIES = ("no token", "expired", "not yet valid", "forged", "garbage")
# With a valid token. A role is a permission row of the caller for the topic called "own".
CALLERS = ("stranger", "revoked", "viewer", "member", "topic admin", "claimed", "service", "admin")
# own: the caller's. other: has permission rows and messages of other users. unknown: never mentioned by anybody.
TOPICS = ("own", "other", "unknown")


@dataclass(frozen=True)
class Rule:
    own: frozenset
    elsewhere: frozenset
    open: bool = False  # needs no token

    def allows(self, caller, topic):
        if self.open:
            return True
        return caller in (self.own if topic == "own" else self.elsewhere)


def rule(own, elsewhere):
    return Rule(frozenset(own), frozenset(elsewhere))


EVERYBODY = Rule(frozenset(), frozenset(), open=True)
ANY_USER = rule(CALLERS, CALLERS)
ADMINS = rule(["admin"], ["admin"])
SERVICES = rule(["service", "admin"], ["service", "admin"])
READERS = rule(["viewer", "member", "topic admin", "claimed", "admin"], ["admin"])
PUBLISHERS = rule(["member", "topic admin", "claimed", "service", "admin"], ["service", "admin"])
LISTERS = rule(["member", "topic admin", "claimed", "admin"], ["admin"])
GRANTERS = rule(["topic admin", "admin"], ["admin"])
# For rows about the caller (own) or about another user.
THEMSELVES = rule(CALLERS, ["admin"])


@dataclass(frozen=True)
class Row:
    covers: str  # a line of the gateway's surface: a route, "upgrade" or a frame
    rule: Rule
    # What stands for the topic: "hub" (a token can claim it), "user", "letter", or nothing.
    subject: str = "hub"
    query: dict = field(default_factory=dict)
    body: object = None
    success: int = 200
    name: str = ""

    @property
    def title(self):
        return self.name or self.covers


HUB = {"targetClass": "hub", "targetId": "{id}"}
USER = {"targetClass": "user", "targetId": "{id}"}


def message(topic):
    return {"targetChannel": "WebSocket", "payload": {**topic, "content": "hello"}}


ROWS = (
    Row("POST /publish", PUBLISHERS, body=message(HUB)),
    Row("POST /publish", ANY_USER, subject="user", body=message(USER), name="POST /publish to a user"),
    Row("POST /publish/batch", PUBLISHERS, body={"messages": [message(HUB)]}),
    Row("GET /messages", READERS, query=HUB),
    Row("GET /messages", THEMSELVES, subject="user", query=USER, name="GET /messages of a user"),
    Row("GET /chats", ANY_USER, subject=""),
    Row("POST /permissions", GRANTERS, body={"userId": "guest", "role": "viewer", **HUB}),
    Row("POST /permissions", GRANTERS, body={"userId": "{caller}", "role": "admin", **HUB},
        name="POST /permissions for the caller"),
    Row("POST /permissions", ADMINS, subject="user", body={"userId": "guest", **USER},
        name="POST /permissions on a user's topic"),
    Row("DELETE /permissions", GRANTERS, query={"userId": "guest", **HUB}),
    Row("DELETE /permissions", ANY_USER, query={"userId": "{caller}", "targetClass": "hub", "targetId": "left-{id}"},
        name="DELETE /permissions of the caller's own row"),
    Row("GET /permissions", LISTERS, query=HUB),
    Row("GET /permissions", THEMSELVES, subject="user", query={"userId": "{id}"}, name="GET /permissions of a user"),
    Row("GET /presence", READERS, query=HUB),
    Row("GET /presence", THEMSELVES, subject="user", query=USER, name="GET /presence of a user"),
    Row("POST /ws/token", ANY_USER, subject="", success=201),
    Row("POST /ws/token", ADMINS, subject="", body={"channels": ["audit"]}, success=201,
        name="POST /ws/token for an admin's channel"),
    Row("DELETE /ws/token", ANY_USER, subject=""),
    Row("POST /notifications", SERVICES, body={"userId": "guest", "type": "new_like", "title": "Hello"}, success=202),
    Row("POST /notifications", SERVICES, body={"type": "new_like", "title": "Hello", **HUB}, success=202,
        name="POST /notifications to a topic"),
    Row("GET /notifications", ANY_USER, subject=""),
    Row("GET /notifications/unread-count", ANY_USER, subject=""),
    Row("POST /notifications/read-all", ANY_USER, subject=""),
    # Of another user, or of nobody.
    Row("POST /notifications/{id}/read", ANY_USER, subject="letter", success=404),
    Row("DELETE /notifications/{id}", ANY_USER, subject="letter", success=404),
    Row("GET /notifications/preferences", ANY_USER, subject=""),
    Row("PATCH /notifications/preferences", ANY_USER, subject="", body={"push": True}),
    Row("POST /users/{id}/block", ADMINS, subject="letter"),
    Row("DELETE /users/{id}/block", ADMINS, subject="letter"),
    Row("GET /users", ADMINS, subject="", query={"blocked": "true"}),
    Row("GET /dlq", ADMINS, subject=""),
    Row("POST /dlq/redrive", ADMINS, subject="", query={"queue": "fifo"}),
    Row("POST /dlq/{id}/redrive", ADMINS, subject="letter", success=404),
    Row("DELETE /dlq/{id}", ADMINS, subject="letter", success=404),
    Row("GET /@connections", ADMINS, subject=""),
    Row("GET /@connections/{id}", ADMINS, subject="letter", success=410),
    Row("POST /@connections/{id}", ADMINS, subject="letter", body={"hello": "there"}, success=410),
    Row("DELETE /@connections/{id}", ADMINS, subject="letter", success=410),
    Row("GET /healthz", EVERYBODY, subject=""),
    Row("GET /readyz", EVERYBODY, subject=""),
    Row("GET /version", EVERYBODY, subject=""),
    Row("GET /", EVERYBODY, subject=""),
    Row("upgrade", ANY_USER, subject=""),
    Row("upgrade", READERS, query={"hubId": "{id}"}, name="upgrade with a topic"),
    Row("upgrade", rule(CALLERS, []), subject="user", query={"userId": "{id}"}, name="upgrade as a user"),
    Row("frame sendMessage", PUBLISHERS, body={"action": "sendMessage", **message(HUB)}),
    Row("frame sendMessage", ANY_USER, subject="user", body={"action": "sendMessage", **message(USER)},
        name="frame sendMessage to a user"),
    Row("frame subscribe", READERS, body={"type": "subscribe", "payload": {"topics": ["hub:{id}"]}}),
    Row("frame subscribe", THEMSELVES, subject="user", body={"type": "subscribe", "payload": {"topics": ["user:{id}"]}},
        name="frame subscribe to a user"),
    Row("frame subscribe", ADMINS, subject="", body={"type": "subscribe", "payload": {"channels": ["audit"]}},
        name="frame subscribe to an admin's channel"),
    Row("frame unsubscribe", ANY_USER, body={"type": "unsubscribe", "payload": {"topics": ["hub:{id}"]}}),
    Row("frame presence:subscribe", READERS, body={"type": "presence:subscribe", "payload": {"topics": ["hub:{id}"]}}),
    Row("frame presence:subscribe", THEMSELVES, subject="user",
        body={"type": "presence:subscribe", "payload": {"topics": ["user:{id}"]}},
        name="frame presence:subscribe to a user"),
    # Reveals nothing of the topic.
    Row("frame presence:unsubscribe", ANY_USER,
        body={"type": "presence:unsubscribe", "payload": {"topics": ["hub:{id}"]}}),
    Row("frame presence:update", ANY_USER, subject="",
        body={"type": "presence:update", "payload": {"status": "away"}}),
    Row("frame ping", ANY_USER, subject="", body={"type": "ping", "payload": {}}),
    Row("frame read", READERS, body={"type": "read", "payload": {"topic": "hub:{id}", "sequenceNumber": 1}}),
    # Not a valid token; tests/system/test_token_refresh.py covers what a valid one changes.
    Row("frame auth:refresh", ANY_USER, subject="", body={"type": "auth:refresh", "payload": {"token": "x"}},
        success=401),
    # Answered with their own error for every caller, because they concern no topic, or nothing that the caller has.
    Row("frame notification:ack", ANY_USER, subject="",
        body={"type": "notification:ack", "payload": {"notificationId": "0197a000-0000-7000-8000-000000000000"}},
        success=404),
    Row("frame unknown envelope", ANY_USER, subject="", body={"type": "grant", "payload": {}}, success=400),
    Row("frame malformed sendMessage", ANY_USER, subject="", body={"action": "sendMessage"}, success=400),
    Row("frame malformed envelope", ANY_USER, subject="", body={"type": "subscribe", "payload": []}, success=400),
)

COVERED = {row.covers for row in ROWS}


def cells():
    """(row, caller, topic, status) for every cell of the table."""
    for row in ROWS:
        for caller in NOBODIES + CALLERS:
            for topic in TOPICS if row.subject else TOPICS[:1]:
                if row.rule.allows(caller, topic):
                    status = row.success
                else:
                    status = 401 if caller in NOBODIES else 403
                yield row, caller, topic, status
