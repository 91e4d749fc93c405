"""The workloads of a full run, in the order of the tables, and those of a quick run."""

from .workload import Entrant, Figure, FrameBytesOf, Group, Pace, Ratio, Workload

DELIVERIES = Figure("deliveries_per_second", "deliveries/s", "rate")
PUBLISHES = Figure("publishes_per_second", "publishes/s", "rate")
ANSWERS = Figure("answers_per_second", "answers/s", "rate")
CONNECTS = Figure("connects_per_second", "connects/s", "rate")
CONNECTS_PER_CORE = Figure("connects_per_server_core", "a whole core of the server", "rate")
LATENCIES = (Figure("p50_us", "p50 ms", "ms"), Figure("p99_us", "p99 ms", "ms"))
TAILS = (*LATENCIES, Figure("p999_us", "p99.9 ms", "ms"), Figure("max_us", "max ms", "ms"))
SHARES = (Figure("server_cpu", "cpu server", "share"), Figure("generator_cpu", "cpu generator", "share"))
FRAME = Figure("frame_bytes", "bytes", "bytes")
MEMORY = Figure("bytes_per_connection", "KiB a connection", "KiB")

FAN_OUT = Group(
    "Fan-out", "One chat, in which one connection publishes without being subscribed. notifyd runs with everything "
    "enabled; the peers store nothing. A publish is in flight until every subscriber has received it. Answers: "
    "publishes that were stored and synced in the same time.",
    (DELIVERIES, PUBLISHES, ANSWERS, *LATENCIES, *SHARES, FRAME))
NO_HISTORY = Group(
    "Fan-out without history", "notifyd with `storage.history = false`, compared with a bare epoll server that only "
    "gathers and sends frames of the same length.", FAN_OUT.figures)
MEMBERS = Group(
    "500 chats × 2 members", "One member of each chat publishes, and receives its own messages. notifyd stores them.",
    FAN_OUT.figures)
DURABLE = Group(
    "Durable publish", "Publishes to chats without subscribers. A publish counts when it is answered, which notifyd "
    "does after commit and sync, and so does redis for `XADD` with `appendfsync always`. JetStream answers before it "
    "syncs, and is shown for information.",
    (PUBLISHES, *LATENCIES, *SHARES))
OPEN_LOOP = Group(
    "Latency", "100 subscribers, with publishes at even intervals, however slow the server is. Latency is the time "
    "from when a publish was due until a subscriber has received it. A sync is one append with fdatasync, measured "
    "before each run.",
    (*TAILS, Figure("unsent", "unsent", "count"), Figure("sync_us", "sync ms", "ms"),
     Figure("sync_p99_us", "sync p99 ms", "ms"), *SHARES))
IDLE = Group(
    "Idle connections", "Resident memory per connection, with 10,000 idle connections. In notifyd, each has its own "
    "user, topic, permission and row; in the peers it is a WebSocket, in nchan with a subscription.",
    (MEMORY, Figure("rss_before", "MiB before", "MiB"), Figure("rss_after", "MiB after", "MiB")))
PRESENCE = Group(
    "Presence", "Users join one chat and watch its presence, one after another. Joins per second: until every one of "
    "them knows the exact number of members. Frames: received by each, including its first list of up to 1,000 "
    "members. Latency is the time from the request for that list until it has arrived.",
    (CONNECTS, Figure("frames_per_member", "frames a member", "count"), FRAME, *LATENCIES, *SHARES))
CONNECT = Group(
    "Connects", "Each connect is TCP, TLS if stated (1.3, ECDSA P-256), upgrade and close; 64 run concurrently. "
    "notifyd checks permissions and a token. The token is always the same, so its signature is verified only once, "
    "and the connections are too short-lived to be stored. A full TLS handshake costs the client more than the server, "
    "so there is also a goal for connects per second ÷ the server's share of its core.",
    (CONNECTS, CONNECTS_PER_CORE, *LATENCIES, *SHARES, Figure("resumed_share", "resumed", "share")))
TLS = Group("TLS fan-out", "As in the fan-out.", FAN_OUT.figures)
HISTORY = Group(
    "Stored messages", "GET /messages by one client: pages of 50 messages, from random chats of 1,000 messages each, "
    "after 200 pages that are not counted. Deep pages are those from the tenth on. The start is the time from "
    "spawning the process until /readyz answers 200. The files are in the system's cache.",
    (Figure("first_page_us", "first page ms", "ms"), Figure("deep_page_us", "deep page ms", "ms"),
     Figure("ready_ms", "ready after ms", "count"), Figure("database_bytes", "database MiB", "MiB")))
INBOX = Group(
    "Notifications", "POST /notifications on 64 connections, to one user who is not connected; the time until a "
    "request for 1,000 users is answered; the time until the last of all members of a topic has one; the first page of "
    "50 from a large inbox, and from one of 60 notifications. Everything is stored and synced.",
    (Figure("notifications_per_second", "to one user /s", "rate"), Figure("to_many_us", "1,000 users ms", "ms"),
     Figure("topic_ms", "topic ms", "count"), Figure("members_per_second", "members/s", "rate"),
     Figure("large_page_us", "large page ms", "ms"), Figure("small_page_us", "small page ms", "ms")))
TWO_LOOPS = Group(
    "Two loops", "Server and generator share both cores; two event loops are compared with one.", FAN_OUT.figures)

DELIVERED = {"in-flight": "delivered"}
STANDARD = Entrant("standard", "notifyd", options={"type": "standard"})
FIFO = Entrant("fifo", "notifyd", options={"type": "fifo"})
NATS = Entrant("nats", "nats", options={"protocol": "nats"})
NCHAN = Entrant("nchan", "nchan", options={"protocol": "nchan"})
MOSQUITTO = Entrant("mosquitto", "mosquitto", options={"protocol": "mqtt"})
WS = Entrant("ws", "ws", options={"protocol": "broadcast"})
SOCKET_IO = Entrant("socket.io", "socket.io", options={"protocol": "socketio"})
REDIS = Entrant("redis", "redis", options={"protocol": "redis"})
JETSTREAM = Entrant("jetstream", "nats", options={"protocol": "jetstream"})


# With a slow server and a thousand subscribers, the messages in flight take a second to arrive.
def fan_out_pace(subscribers):
    return Pace(600, 2, 1000) if subscribers >= 1000 else Pace()


def fan_out_options(subscribers, window):
    return {"subscribers": subscribers, "window": window, **DELIVERED}


def fan_out_label(subscribers, window):
    return f"1 → {subscribers:,}, {window} in flight"


def fan_outs():
    rate = DELIVERIES.field
    for subscribers in (100, 1000):
        yield Workload(FAN_OUT, fan_out_label(subscribers, 1), "fanout", (STANDARD, FIFO),
                       (Ratio("fifo", "standard", rate, at_least=0.7),), fan_out_options(subscribers, 1),
                       fan_out_pace(subscribers))
        for window in (16, 128):
            yield Workload(
                FAN_OUT, fan_out_label(subscribers, window), "fanout",
                (STANDARD, FIFO, NATS, NCHAN, MOSQUITTO, WS, SOCKET_IO),
                (Ratio("standard", "nats", rate, at_least=1), Ratio("standard", "nchan", rate, at_least=8),
                 Ratio("standard", "mosquitto", rate, at_least=8), Ratio("standard", "ws", rate),
                 Ratio("standard", "socket.io", rate), Ratio("fifo", "standard", rate, at_least=0.7)),
                fan_out_options(subscribers, window), fan_out_pace(subscribers))


def no_history():
    rate = DELIVERIES.field
    bare = Entrant("no history", "notifyd", {"history": False}, {"type": "standard"})
    raw = Entrant("raw", "raw", options={"protocol": "broadcast", "payload-bytes": FrameBytesOf(bare.name)})
    goals = {(100, 16): 2.5e6, (1000, 128): 5e6}  # a minimal prototype reached 3.3 M and 7.7 M
    for subscribers in (100, 1000):
        for window in (16, 128):
            goal = goals.get((subscribers, window))
            absolute = (Ratio(bare.name, goal, rate, at_least=1, name=f"no history ÷ {goal / 1e6:g} M/s"),) \
                if goal else ()
            yield Workload(NO_HISTORY, fan_out_label(subscribers, window), "fanout", (bare, raw),
                           (Ratio(bare.name, raw.name, rate), *absolute), fan_out_options(subscribers, window),
                           fan_out_pace(subscribers))


def members():
    for window in (1, 4):
        yield Workload(MEMBERS, f"{window} in flight each", "fanout", (STANDARD, FIFO, NATS, NCHAN),
                       (*(Ratio(STANDARD.name, peer, DELIVERIES.field, at_least=1) for peer in ("nats", "nchan")),
                        Ratio("fifo", "standard", DELIVERIES.field)),
                       {"chats": 500, "subscribers": 2, "publisher": "member", "window": window, **DELIVERED})


PUBLISH_WAYS = (
    ("sendMessage, 1 connection × 256", 1, 256, "websocket"),
    ("sendMessage, 256 connections × 1", 256, 1, "websocket"),
    ("POST /publish, 64 connections × 1", 64, 1, "http"),
)


def notifyd_publishes(transport):
    return tuple(Entrant(entrant.name, entrant.server, entrant.settings, entrant.options | {"transport": transport})
                 for entrant in (STANDARD, FIFO))


def durable_publishes():
    for shared, goal in ((False, 0.6), (True, 1)):
        for label, connections, window, transport in PUBLISH_WAYS:
            yield Workload(
                DURABLE, f"{label}, {'two cores' if shared else 'one core'}", "publish",
                (*notifyd_publishes(transport), REDIS, JETSTREAM),
                (Ratio("standard", "redis", PUBLISHES.field, at_least=goal),
                 Ratio("fifo", "redis", PUBLISHES.field, at_least=goal),
                 Ratio("standard", "jetstream", PUBLISHES.field)),
                {"connections": connections, "window": window}, shared_cores=shared)


def open_loops():
    for rate in (100, 1000):
        yield Workload(
            OPEN_LOOP, f"{rate:,} publishes/s", "fanout", (STANDARD, FIFO, NCHAN),
            (Ratio("standard", "nchan", "p50_us", at_most=1, name="p50: standard ÷ nchan"),
             Ratio("standard", "nchan", "p99_us", at_most=1, name="p99: standard ÷ nchan"),
             Ratio("fifo", "standard", "p50_us", at_most=1, syncs=2, name="p50: fifo ÷ (standard + 2 syncs)"),
             Ratio("fifo", "standard", "p99_us", syncs=2, name="p99: fifo ÷ (standard + 2 syncs)"),
             Ratio("fifo", "standard", "p999_us", syncs=2, name="p99.9: fifo ÷ (standard + 2 syncs)")),
            {"subscribers": 100, "window": 1024, "rate": rate, **DELIVERED}, Pace(500, 2, 4000))


def idle(connections=10_000):
    plain = {"protocol": "plain"}
    return Workload(
        IDLE, f"{connections:,} connections", "idle",
        (Entrant("plain", "notifyd"), Entrant("TLS", "notifyd", {"tls": True}, {"tls": "on"}),
         Entrant("nchan", "nchan", options=plain | {"path": "/sub/bench"}),
         Entrant("nats", "nats", options=plain | {"path": "/"})),
        (Ratio("plain", 8192.0, MEMORY.field, at_most=1, name="plain ÷ 8 KiB"),
         Ratio("TLS", 26 * 1024.0, MEMORY.field, at_most=1, name="TLS ÷ 26 KiB"),
         Ratio("plain", "nchan", MEMORY.field), Ratio("plain", "nats", MEMORY.field)),
        {"connections": connections})


def presence(members=5_000):
    return Workload(PRESENCE, f"{members:,} join", "presence",
                    (Entrant("one loop", "notifyd", {"presence": True}),
                     Entrant("two loops", "notifyd", {"presence": True, "threads": 2})),
                    (), {"connections": members})


def connects():
    for label, options in (("plain", {}), ("TLS, full", {"tls": "on", "resume": "off"}),
                           ("TLS, resumed", {"tls": "on", "resume": "on"})):
        settings = {"tls": True} if options else {}
        yield Workload(CONNECT, label, "connect",
                       (Entrant("notifyd", "notifyd", settings),
                        Entrant("nchan", "nchan", settings, {"protocol": "plain", "path": "/sub/bench"})),
                       (Ratio("notifyd", "nchan", CONNECTS.field, at_least=1),
                        Ratio("notifyd", "nchan", CONNECTS_PER_CORE.field, at_least=1,
                              name="a server core: notifyd ÷ nchan")),
                       {"window": 64, **options},
                       Pace(300, 2, 1000))


def tls_fan_outs():
    for subscribers in (100, 1000):
        for window in (16, 128):
            yield Workload(TLS, fan_out_label(subscribers, window), "fanout",
                           (Entrant("TLS", "notifyd", {"tls": True}, {"tls": "on"}), Entrant("plain", "notifyd")),
                           (Ratio("TLS", "plain", DELIVERIES.field, at_least=0.6),),
                           fan_out_options(subscribers, window), fan_out_pace(subscribers))


def histories(messages):
    """A large database with chats of 1,000 messages, compared with one of ten such chats."""
    chat_messages, few = 1000, 10_000
    large, small = f"{messages:,} messages", f"{few:,} messages"
    yield Workload(
        HISTORY, f"{messages // chat_messages:,} chats against {few // chat_messages:,}", "history",
        tuple(Entrant(name, "notifyd", options={"messages": count, "chats": count // chat_messages})
              for name, count in ((large, messages), (small, few))),
        (Ratio(large, small, "first_page_us", at_most=2, name="first page: large ÷ small"),
         Ratio(large, small, "deep_page_us", at_most=2, name="deep page: large ÷ small"),
         Ratio(large, 1000.0, "ready_ms", at_most=1, name="ready: large ÷ 1 s")))


def inboxes(members=100_000, inbox=1_000_000):
    name = "notifyd"
    return Workload(INBOX, f"a topic of {members:,}, an inbox of {inbox:,}", "inbox",
                    (Entrant(name, "notifyd", options={"members": members, "inbox": inbox}),))


def loops(label, command, options, field, extra=None):
    entrants = tuple(Entrant(name, "notifyd", {"threads": threads}, extra or {})
                     for name, threads in (("two loops", 2), ("one loop", 1)))
    return Workload(TWO_LOOPS, label, command, entrants, (Ratio("two loops", "one loop", field, at_least=0.6),),
                    options, shared_cores=True)


def two_loops():
    for message_type in ("standard", "fifo"):
        typed = {"type": message_type}
        for subscribers, window in ((100, 16), (100, 128), (1000, 128)):
            yield loops(f"{fan_out_label(subscribers, window)}, {message_type}", "fanout",
                        fan_out_options(subscribers, window), DELIVERIES.field, typed)
        yield loops(f"500 × 2, 4 in flight each, {message_type}", "fanout",
                    {"chats": 500, "subscribers": 2, "publisher": "member", "window": 4, **DELIVERED},
                    DELIVERIES.field, typed)
        yield loops(f"sendMessage, 256 connections × 1, {message_type}", "publish",
                    {"connections": 256, "window": 1}, PUBLISHES.field, typed)


def full(history_messages=0):
    return [*fan_outs(), *no_history(), *members(), *durable_publishes(), *open_loops(), idle(), inboxes(), presence(),
            *connects(), *tls_fan_outs(), *(histories(history_messages) if history_messages else ()), *two_loops()]


def quick():
    return list(quick_workloads())


def quick_workloads():
    """Every kind of workload once, for notifyd alone, and small enough for a test on a busy machine."""
    pace = Pace(50, 1, 300)
    tls = Entrant("TLS", "notifyd", {"tls": True}, {"tls": "on"})

    def workload(group, label, command, entrants, options, shared_cores=False):
        return Workload(group, label, command, entrants, (), options, pace, shared_cores)

    for subscribers, window in ((100, 1), (100, 128), (300, 16)):
        yield workload(FAN_OUT, fan_out_label(subscribers, window), "fanout", (STANDARD, FIFO),
                       {"subscribers": subscribers, "window": window})
    yield workload(FAN_OUT, "1 → 50, delivered", "fanout", (STANDARD, FIFO), fan_out_options(50, 16))
    yield workload(NO_HISTORY, fan_out_label(50, 16), "fanout", (Entrant("no history", "notifyd", {"history": False}),),
                   fan_out_options(50, 16))
    yield workload(MEMBERS, "20 × 2", "fanout", (STANDARD, FIFO),
                   {"chats": 20, "subscribers": 2, "publisher": "member", "window": 4, **DELIVERED})
    for label, connections, window, transport in PUBLISH_WAYS:
        yield workload(DURABLE, label, "publish", notifyd_publishes(transport),
                       {"connections": connections, "window": window})
    yield workload(OPEN_LOOP, "200 publishes/s", "fanout", (STANDARD, FIFO),
                   {"subscribers": 20, "window": 1024, "rate": 200, **DELIVERED})
    yield workload(IDLE, "200 connections", "idle", (Entrant("plain", "notifyd"), tls), {"connections": 200})
    small_inbox = Entrant("notifyd", "notifyd", options={"members": 150, "inbox": 200})
    yield workload(INBOX, "small", "inbox", (small_inbox,), {})
    for members in (90, 300):
        yield workload(PRESENCE, f"{members:,} join", "presence",
                       (Entrant("notifyd", "notifyd", {"presence": True}),), {"connections": members})
    yield workload(CONNECT, "plain", "connect", (Entrant("notifyd", "notifyd"),), {"window": 16})
    for resume in ("off", "on"):
        yield workload(CONNECT, f"TLS, resume {resume}", "connect", (tls,), {"window": 16, "resume": resume})
    yield workload(TLS, fan_out_label(50, 16), "fanout", (tls,), fan_out_options(50, 16))
    yield workload(TWO_LOOPS, fan_out_label(100, 16), "fanout",
                   tuple(Entrant(f"two loops, {entrant.name}", "notifyd", {"threads": 2}, entrant.options)
                         for entrant in (STANDARD, FIFO)), fan_out_options(100, 16), shared_cores=True)
