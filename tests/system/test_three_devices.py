"""One user, three devices: one is away for a while, one does not read, one is healthy. In the end, all show the same
inbox and the same badge."""

import unittest

from support.notifications import NotificationTest


class Device:
    """What a client keeps: the inbox by id, and the badge."""

    def __init__(self):
        self.inbox = {}
        self.badge = 0

    def load(self, page):
        self.inbox = {one["id"]: one for one in page["notifications"]}
        self.badge = page["unreadCount"]

    def take(self, frame):
        payload = frame["payload"]
        if frame["type"] == "notification":
            self.badge = payload.pop("unreadCount")
            self.inbox[payload["id"]] = payload
        elif frame["type"] == "notification:read":
            self.badge = payload["unreadCount"]
            for name in self.inbox if payload["ids"] == "all" else payload["ids"]:
                self.inbox.get(name, {}).setdefault("readAt", payload["readAt"])
        elif frame["type"] == "notification:deleted":
            self.badge = payload["unreadCount"]
            for name in payload["ids"]:
                self.inbox.pop(name, None)

    def read_until(self, socket, title):
        while title not in [one["title"] for one in self.inbox.values()]:
            self.take(socket.receive())


class ThreeDevices(NotificationTest):
    settings = {"server": {"threads": 2}, "limits": {"outbound_buffer": "64KiB", "max_message": "64KiB"},
                "delivery": {"retry_backoff": "50ms"}}

    def test_all_end_with_the_same_inbox_and_badge(self):
        user, token = self.member()
        healthy, away, slow = Device(), Device(), Device()
        healthy_socket = self.daemon.websocket(token)
        slow_socket = self.daemon.websocket(token)
        with self.daemon.websocket(token) as away_socket:
            self.notify(userId=user, title="first")
            for device, socket in ((healthy, healthy_socket), (away, away_socket), (slow, slow_socket)):
                device.read_until(socket, "first")
        # More than the slow device's outbox holds: it reads nothing of this for now.
        ids = [self.notify(userId=user, title=f"n{n}", data={"x": "y" * 15_000})["ids"][0] for n in range(60)]
        healthy.read_until(healthy_socket, "n59")
        self.assertEqual(self.http.post(f"/notifications/{ids[3]}/read", token).status, 200)
        self.assertEqual(self.http.delete(f"/notifications/{ids[4]}", token).status, 204)
        self.notify(userId=user, title="last", collapseKey="k")
        healthy.read_until(healthy_socket, "last")

        # The one that was away gets everything that is pending; the slow one reads on.
        away_socket = self.daemon.websocket(token)
        away.read_until(away_socket, "last")
        slow.read_until(slow_socket, "last")

        self.notify(userId=user, title="together", collapseKey="k")
        for device, socket in ((healthy, healthy_socket), (away, away_socket), (slow, slow_socket)):
            device.read_until(socket, "together")
        stored = self.inbox(token, limit=100)
        expected = {one["id"]: one for one in stored["notifications"]}
        self.assertEqual((len(expected), stored["unreadCount"]), (61, 60))
        for name, device in (("healthy", healthy), ("slow", slow)):
            self.assertEqual((device.inbox, device.badge), (expected, 60), name)
        # A read one is not pending, so a device that was away loads it.
        away.load(stored)
        self.assertEqual((away.inbox, away.badge), (expected, 60))


if __name__ == "__main__":
    unittest.main()
