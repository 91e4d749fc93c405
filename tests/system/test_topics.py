"""Topics of all five classes: how they are written, who may publish and who receives (docs/protocol.md)."""

import unittest

from support.bodies import publish_body
from support.case import SystemTest
from support.tokens import mint


class Topics(SystemTest):
    settings = {"auth.claims": {"org": "custom:orgId", "hub": "hubs", "project": "project"}}

    def send(self, topic_class, topic_id, token=None, content="hello"):
        body = publish_body(content, targetClass=topic_class, targetId=topic_id)
        return self.http.post("/publish", token or self.service, body)

    def test_chat_has_two_spellings(self):
        _, token = self.member()
        socket = self.daemon.websocket(token, self.chat)
        self.assertEqual(self.send("chat", self.chat).json["messageGroupId"], "chat:" + self.chat)
        self.assertEqual(self.publish()["sequenceNumber"], 2)
        for message in socket.receive_messages(2):
            self.assertEqual(message["chatId"], self.chat)
            self.assertNotIn("targetId", message)

    def test_user(self):
        user = self.name("user")
        socket = self.daemon.websocket(mint(user))
        self.assertEqual(self.send("user", user, mint("friend")).status, 200)
        message = socket.receive_message()
        self.assertEqual((message["targetClass"], message["targetId"]), ("user", user))
        self.assertNotIn("chatId", message)
        self.assertEqual(message["userId"], "friend")
        self.assertEqual(message["messageGroupId"], "user:" + user)

    def test_claimed_classes(self):
        for topic_class, claim, parameter in (("org", "custom:orgId", "orgId"), ("hub", "hubs", "hubId"),
                                              ("project", "project", "projectId")):
            topic_id = self.name(topic_class)
            for value in (topic_id, ["other", topic_id]):
                with self.subTest(topic_class=topic_class, value=value):
                    token = mint(self.name("user"), **{claim: value})
                    socket = self.daemon.websocket(token, query={parameter: topic_id})
                    self.assertIn(f"{topic_class}:{topic_id}", socket.connected["topics"])
                    self.assertEqual(self.send(topic_class, topic_id, token).status, 200)  # a claim implies member
                    message = socket.receive_message()
                    self.assertEqual((message["targetClass"], message["targetId"]), (topic_class, topic_id))

    def test_claimed_classes_by_permission_row(self):
        user, topic_id = self.name("user"), self.name("org")
        self.assert_error(self.send("org", topic_id, mint(user)), 403, "forbidden")
        self.daemon.grant(user, None, targetClass="org", targetId=topic_id)
        self.assertEqual(self.send("org", topic_id, mint(user)).status, 200)

    def test_a_claim_does_not_make_an_admin(self):
        topic_id = self.name("org")
        token = mint("claimer", **{"custom:orgId": topic_id})
        body = {"userId": "friend", "targetClass": "org", "targetId": topic_id}
        self.assert_error(self.http.post("/permissions", token, body), 403, "forbidden")

    def test_history_of_every_class(self):
        for topic_class in ("user", "org", "hub", "project"):
            with self.subTest(topic_class):
                topic_id = self.name(topic_class)
                self.send(topic_class, topic_id, content="kept")
                reply = self.http.get("/messages", self.admin, targetClass=topic_class, targetId=topic_id)
                self.assertEqual(reply.status, 200, reply)
                self.assertEqual((reply.json["targetClass"], reply.json["targetId"]), (topic_class, topic_id))
                self.assertEqual(reply.json["messages"][0]["content"], "kept")

    def test_own_history(self):
        user = self.name("user")
        self.send("user", user)
        reply = self.http.get("/messages", mint(user), targetClass="user", targetId=user)
        self.assertEqual(reply.json["count"], 1)
        reply = self.http.get("/messages", mint("nosy"), targetClass="user", targetId=user)
        self.assert_error(reply, 403, "forbidden")


class NoDirectMessages(SystemTest):
    settings = {"permissions": {"direct_messages": False}}

    def test_only_services_may_publish_to_a_user(self):
        user = self.name("user")
        body = {"targetChannel": "WebSocket", "payload": {"targetClass": "user", "targetId": user}}
        self.assert_error(self.http.post("/publish", mint("friend"), body), 403, "forbidden")
        self.assertEqual(self.http.post("/publish", self.service, body).status, 200)


if __name__ == "__main__":
    unittest.main()
