"""Measures notifications without the generator: to one user, to a thousand, to everyone on a topic, and pages of a
large and a small inbox."""

import contextlib
import json
import selectors
import socket
import sqlite3
import statistics
import time

from .history import Reader, on_cores
from .peers import Notifyd

CONNECTIONS = 64
SECONDS = 3
PAGES = 300
TOPIC_LIMIT_SECONDS = 120


def post_request(token, body):
    data = json.dumps({"type": "new_like", "title": "A new like", **body}).encode()
    head = (f"POST /notifications HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n")
    return head.encode() + data


def post_once(port, request):
    """Returns the time in microseconds until the 202 has arrived."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        begin = time.perf_counter()
        connection.sendall(request)
        check(connection.recv(1 << 16))
        return (time.perf_counter() - begin) * 1e6


def check(answer):
    if not answer.startswith(b"HTTP/1.1 202"):
        raise RuntimeError(f"POST /notifications: {answer[:300]!r}")


def posts_per_second(port, request):
    """Each connection sends the next request when the answer to the one before has arrived."""
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            connection.sendall(request)
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < SECONDS:
            for key, _ in selector.select(1):
                check(key.fileobj.recv(1 << 16))
                count += 1
                key.fileobj.sendall(request)
        return count / (time.perf_counter() - begin)


def topic_seconds(server, members):
    """From the request until every member has the notification."""
    server.grant(("everybody", f"u{number:06}", "viewer") for number in range(members))
    request = post_request(server.token("backend", "notifyd:publish"), {"chatId": "everybody"})
    # Members are served in the order of their ids.
    last = Reader(server.port, server.token(f"u{members - 1:06}"))
    begin = time.perf_counter()
    post_once(server.port, request)
    while json.loads(last.get("/notifications/unread-count")[1])["unreadCount"] == 0:
        if time.perf_counter() - begin > TOPIC_LIMIT_SECONDS:
            raise RuntimeError("the last member has not got the notification")
        time.sleep(0.005)
    last.close()
    return time.perf_counter() - begin


def fill(database, user, count):
    """Writes the rows directly: what is measured is reading them."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO notifications "
            "(user, id, type, channel, created_at, pending, content) SELECT ?, CAST(printf('%016x', i) AS BLOB), "
            "'new_like', 'social', ?, NULL, '\"type\":\"new_like\",\"channel\":\"social\",\"title\":\"A new like\"' "
            "FROM n", (count, user, int(time.time() * 1000)))


def page_microseconds(server, user):
    reader = Reader(server.port, server.token(user))
    try:
        times = []
        for _ in range(PAGES):
            status, body, took = reader.get("/notifications?limit=50")
            if status != 200:
                raise RuntimeError(f"GET /notifications: {status} {body[:300]!r}")
            times.append(took)
    finally:
        reader.close()
    return statistics.median(times[PAGES // 3:])


def measure(place, cores, options):
    inbox, members = options["inbox"], options["members"]
    with Notifyd(place) as server, on_cores(cores.generator):
        token = server.token("backend", "notifyd:publish")
        rate = posts_per_second(server.port, post_request(token, {"userId": "alice"}))
        thousand = post_request(token, {"userIds": [f"v{number}" for number in range(1000)]})
        to_many = statistics.median(post_once(server.port, thousand) for _ in range(10))
        seconds = topic_seconds(server, members)
        fill(server.database, "carol", inbox)
        fill(server.database, "dave", 60)
        large, small = page_microseconds(server, "carol"), page_microseconds(server, "dave")
    return {"rounds": [{
        "notifications_per_second": rate, "to_many_us": to_many, "topic_ms": seconds * 1000,
        "members_per_second": members / seconds, "large_page_us": large, "small_page_us": small}]}
