"""The inbox: sent by a backend, delivered to every device, kept, read once (docs/protocol.md#notifications)."""

import time
import unittest

from support.notifications import NotificationTest
from support.tokens import mint


class Sending(NotificationTest):
    def test_a_notification_is_stored_and_delivered_to_every_device(self):
        user, token = self.member()
        devices = [self.daemon.websocket(token) for _ in range(3)]
        reply = self.notify(userId=user, type="upload_complete", title="Ready", body="Your model", icon="/box.png",
                            actionUrl="https://example.com/m/1", data={"modelId": 7, "parts": [1, 2]})
        (notification_id,) = reply["ids"]
        self.assertEqual(reply, {"ids": [notification_id], "suppressed": []})
        (stored,) = self.inbox(token)["notifications"]
        self.assertEqual(stored, {
            "id": notification_id, "userId": user, "type": "upload_complete", "channel": "uploads", "title": "Ready",
            "body": "Your model", "icon": "/box.png", "actionUrl": "https://example.com/m/1",
            "data": {"modelId": 7, "parts": [1, 2]}, "createdAt": stored["createdAt"]})
        self.assertLess(abs(stored["createdAt"] - time.time() * 1000), 10_000)
        for device in devices:
            envelope = device.receive()
            self.assertEqual(set(envelope), {"id", "type", "timestamp", "payload"})
            self.assertEqual(envelope["type"], "notification")
            self.assertEqual(envelope["payload"], {**stored, "unreadCount": 1})

    def test_many_users_get_one_each(self):
        users = [self.member(f"user{n}") for n in range(3)]
        reply = self.notify(userIds=[user for user, _ in users] + [users[0][0]])
        self.assertEqual(len(set(reply["ids"])), 3)
        for (user, token), notification_id in zip(users, reply["ids"]):
            (stored,) = self.inbox(token)["notifications"]
            self.assertEqual((stored["id"], stored["userId"]), (notification_id, user))

    def test_everybody_with_a_permission_on_a_topic_gets_it(self):
        members = [self.member(f"user{n}", role=role) for n, role in enumerate(("viewer", "member", "admin"))]
        banned, banned_token = self.member("banned", role="none")
        _, outsider_token = self.member("outsider", chat=self.name("other"))
        live = self.daemon.websocket(members[0][1])
        (notification_id,) = self.notify(chatId=self.chat)["ids"]
        self.assertEqual(live.receive()["payload"]["id"], notification_id)
        for _, token in members:
            self.eventually_unread(token, 1)
            self.assertEqual(self.inbox(token)["notifications"][0]["id"], notification_id)
        for token in (banned_token, outsider_token):
            self.assertEqual(self.inbox(token)["count"], 0)

    def test_a_later_one_with_the_same_collapse_key_takes_its_place(self):
        user, token = self.member()
        device = self.daemon.websocket(token)
        (first,) = self.notify(userId=user, title="40 %", collapseKey="upload")["ids"]
        (other,) = self.notify(userId=user, title="other", collapseKey="another")["ids"]
        (second,) = self.notify(userId=user, title="90 %", collapseKey="upload")["ids"]
        kinds = []
        for _ in range(4):
            frame = device.receive()
            payload = frame["payload"]
            kinds.append((frame["type"], payload.get("ids") or payload["id"], payload["unreadCount"]))
        self.assertEqual(kinds, [("notification", first, 1), ("notification", other, 2),
                                 ("notification:deleted", [first], 2), ("notification", second, 2)])
        self.assertEqual([one["id"] for one in self.inbox(token)["notifications"]], [second, other])

    def test_a_repeated_request_is_answered_like_the_first(self):
        user, token = self.member()
        first = self.notify(userId=user, idempotencyKey="k-1")
        again = self.notify(userId=user, title="changed", idempotencyKey="k-1")
        self.assertEqual(again, {**first, "duplicate": True})
        by_header = self.post(userId=user, headers={"Idempotency-Key": "k-1"})
        self.assertEqual(by_header.json, {**first, "duplicate": True})
        self.assertEqual(self.inbox(token)["count"], 1)

    def test_what_is_refused(self):
        user, token = self.member()
        for members, sentence in (
                ({"userId": user, "type": "no_such"}, "type: unknown notification type"),
                ({"userId": user, "channel": "no_such"}, "channel: unknown channel"),
                ({"userId": user, "title": "x" * 256}, "title must be a string of 1 to 255 characters"),
                ({"userId": user, "title": None}, "Missing required parameter: title"),
                ({"userId": user, "title": ""}, "title must be"),
                ({"userId": user, "type": 7}, "type must be a string"),
                ({"userId": user, "body": "x" * 4097}, "body must be a string of at most 4096 characters"),
                ({"userId": user, "data": []}, "data must be an object"),
                ({"userId": user, "data": {"x": "y" * 20_000}}, "data must be an object of at most 16 KiB"),
                ({"userId": user, "actionUrl": "javascript:alert(1)"}, "actionUrl must be an http, https or relative"),
                ({"userId": user, "actionUrl": "JavaScript:alert(1)"}, "actionUrl must be"),
                ({"userId": user, "actionUrl": "java\nscript:alert(1)"}, "actionUrl must be"),
                ({"userId": user, "actionUrl": " javascript:alert(1)"}, "actionUrl must be"),
                ({"userId": user, "icon": "data:image/png;base64,AA=="}, "icon must be"),
                ({"userId": user, "collapseKey": "k" * 129}, "collapseKey must be"),
                ({"userId": user, "expiresAt": 1_000_000_000_000}, "expiresAt must be in the future"),
                ({"userId": user, "expiresAt": "soon"}, "expiresAt"),
                ({"userId": user, "mandatory": "yes"}, "mandatory must be true or false"),
                ({"userId": user, "deliverAt": 1}, "deliverAt is not supported"),
                ({"userId": user, "userid": user}, "did you mean \"userId\"?"),
                ({"userId": user, "userIds": [user]}, "Give exactly one of"),
                ({}, "Give exactly one of"),
                ({"userId": "a,b"}, "userId: A user id must have"),
                ({"userIds": []}, "userIds must be an array of 1 to 1000"),
                ({"userIds": [user, 7]}, "userIds[1]: "),
                ({"userIds": [f"u{n}" for n in range(1001)]}, "userIds must be an array of 1 to 1000"),
                ({"targetClass": "room", "targetId": "x"}, "targetClass")):
            with self.subTest(members):
                reply = self.post(**members)
                self.assertIn(sentence, self.assert_error(reply, 400, "invalid_request")["error"])
        self.assertEqual(self.inbox(token)["count"], 0)
        for good in ("/models/7?x=javascript:1", "models/7", "#top", "?q=a:b", "HTTPS://example.com", "//example.com"):
            self.notify(userId=user, actionUrl=good)

    def test_only_a_service_may_send(self):
        user, token = self.member()
        body = {"userId": user, "type": "new_like", "title": "Hi"}
        self.assert_error(self.http.post("/notifications", token, body), 403, "forbidden")
        self.assert_error(self.http.post("/notifications", None, body), 401, "unauthorized")
        self.assertEqual(self.http.post("/notifications", self.admin, body).status, 202)


class Reading(NotificationTest):
    def setUp(self):
        super().setUp()
        self.user, self.token = self.member()
        self.device = self.daemon.websocket(self.token)
        self.ids = [self.notify(userId=self.user, title=str(n))["ids"][0] for n in range(3)]
        for _ in self.ids:
            self.device.receive()

    def test_reading_counts_once_and_every_device_learns_it(self):
        other = self.daemon.websocket(self.token)
        for _ in self.ids:
            other.receive()
        for _ in range(2):
            reply = self.http.post(f"/notifications/{self.ids[1]}/read", self.token)
            self.assertEqual((reply.status, reply.json["unreadCount"]), (200, 2))
        for device in (self.device, other):
            frame = device.receive()
            self.assertEqual(frame["type"], "notification:read")
            payload = frame["payload"]
            self.assertEqual((payload["ids"], payload["unreadCount"]), ([self.ids[1]], 2))
            self.assert_quiet(device)
        (read,) = [one for one in self.inbox(self.token)["notifications"] if "readAt" in one]
        self.assertEqual((read["id"], read["readAt"]), (self.ids[1], payload["readAt"]))
        self.assertEqual([one["id"] for one in self.inbox(self.token, unread="true")["notifications"]],
                         [self.ids[2], self.ids[0]])

    def test_reading_all(self):
        reply = self.http.post("/notifications/read-all", self.token)
        self.assertEqual((reply.status, reply.json["unreadCount"]), (200, 0))
        frame = self.device.receive()
        self.assertEqual((frame["type"], frame["payload"]["ids"], frame["payload"]["unreadCount"]),
                         ("notification:read", "all", 0))
        self.assertEqual(self.http.post("/notifications/read-all", self.token).status, 200)
        (late,) = self.notify(userId=self.user)["ids"]
        self.assertEqual(self.device.receive()["payload"]["unreadCount"], 1)
        self.assertEqual([one["id"] for one in self.inbox(self.token, unread="1")["notifications"]], [late])

    def test_deleting(self):
        self.assertEqual(self.http.delete(f"/notifications/{self.ids[0]}", self.token).status, 204)
        frame = self.device.receive()
        self.assertEqual((frame["type"], frame["payload"]), ("notification:deleted",
                                                             {"ids": [self.ids[0]], "unreadCount": 2}))
        reply = self.http.delete(f"/notifications/{self.ids[0]}", self.token)
        self.assert_error(reply, 404, "not_found", "There is no such notification")

    def test_somebody_elses_notification_does_not_exist(self):
        stranger = mint(self.name("stranger"))
        for notification_id in (self.ids[0], "0190163d-8694-739b-aea5-966c26f8ad91", "x", "preferences"):
            path = f"/notifications/{notification_id}"
            self.assert_error(self.http.post(path + "/read", stranger), 404, "not_found")
        self.assert_error(self.http.delete(f"/notifications/{self.ids[0]}", stranger), 404, "not_found")
        self.assertEqual(self.unread(self.token), 3)

    def test_pages_and_filters(self):
        self.notify(userId=self.user, type="quota_exceeded", title="full")
        page = self.inbox(self.token, limit=3)
        self.assertEqual([one["title"] for one in page["notifications"]], ["full", "2", "1"])
        self.assertEqual((page["count"], page["unreadCount"]), (3, 4))
        rest = self.inbox(self.token, limit=3, startKey=page["nextStartKey"])
        self.assertEqual([one["title"] for one in rest["notifications"]], ["0"])
        self.assertNotIn("nextStartKey", rest)
        self.assertEqual(self.inbox(self.token, type="quota_exceeded")["count"], 1)
        for query, sentence in (({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"unread": "maybe"}, "unread"),
                                ({"type": "no_such"}, "type: unknown"), ({"startKey": "x"}, "Invalid startKey format"),
                                ({"startKey": page["nextStartKey"], "unread": "true"}, "Invalid startKey format")):
            with self.subTest(query):
                reply = self.http.get("/notifications", self.token, **query)
                self.assertIn(sentence, self.assert_error(reply, 400, "invalid_request")["error"])

    def test_a_message_to_the_user_is_not_a_notification(self):
        other = mint(self.name("other"))
        reply = self.http.post("/publish", other, {"targetChannel": "WebSocket", "payload": {
            "targetClass": "user", "targetId": self.user, "type": "notification"}})
        self.assertEqual(reply.status, 200)
        self.assertNotIn("type", self.device.receive_message())
        self.assertEqual(self.inbox(self.token)["count"], 3)

    def test_a_reader_of_the_users_topic_does_not_see_the_inbox(self):
        spy, spy_token = self.member("spy")
        self.daemon.grant(spy, None, "viewer", targetClass="user", targetId=self.user)
        watcher = self.daemon.websocket(spy_token)
        answer = watcher.ask("subscribe", {"topics": [f"user:{self.user}"]})
        self.assertEqual(answer["type"], "subscribed")
        self.notify(userId=self.user)
        self.assertEqual(self.device.receive()["type"], "notification")
        self.assert_quiet(watcher)


if __name__ == "__main__":
    unittest.main()
