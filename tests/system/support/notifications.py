"""Sends notifications and reads inboxes."""

from support.case import SystemTest
from support.daemon import eventually


class NotificationTest(SystemTest):
    settings = {"server": {"threads": 2}}

    def post(self, headers=None, daemon=None, **members):
        """POST /notifications as the backend. The members replace those of a complete body; None leaves one out."""
        body = {"type": "new_like", "title": "Hello", **members}
        body = {name: value for name, value in body.items() if value is not None}
        http = daemon.http() if daemon else self.http
        return http.post("/notifications", self.service, body, headers=headers)

    def notify(self, **members):
        reply = self.post(**members)
        self.assertEqual(reply.status, 202, reply)
        return reply.json

    def inbox(self, token, **query):
        reply = self.http.get("/notifications", token, **query)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json["count"], len(reply.json["notifications"]))
        return reply.json

    def unread(self, token):
        return self.http.get("/notifications/unread-count", token).json["unreadCount"]

    def eventually_unread(self, token, count):
        self.assertTrue(eventually(lambda: self.unread(token) == count), self.unread(token))

    def received(self, device, count=1):
        """The next notifications that a device receives, as their titles."""
        frames = [device.receive() for _ in range(count)]
        self.assertEqual([frame["type"] for frame in frames], ["notification"] * count)
        return [frame["payload"]["title"] for frame in frames]

    def assert_quiet(self, device):
        """Nothing is on its way to the device: an answer to a ping overtakes nothing."""
        answer = device.send_envelope("ping")
        self.assertEqual(device.receive()["id"], answer)

    def preferences(self, token, patch=None):
        path = "/notifications/preferences"
        reply = self.http.get(path, token) if patch is None else self.http.request("PATCH", path, token, patch)
        self.assertEqual(reply.status, 200, reply)
        return reply.json
