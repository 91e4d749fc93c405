"""Runs one case against an echo server; returns what was wrong, or None."""

from raw_websocket import CLOSE, PING, PONG, BadFrame, HandshakeRefused, RawWebSocket, code_of, frame

LAST = b"the driver's last ping"


def verdict(port, case, limit=10.0):
    try:
        with RawWebSocket(port, limit=limit) as client:
            return judge(client, case)
    except (BadFrame, HandshakeRefused) as failure:
        return str(failure)
    except TimeoutError:
        return "nothing came in time"


def judge(client, case):
    ends_by_itself = case.close == 1000 and not case.closes
    # A server that fails to end the connection reveals itself by answering this ping.
    last = frame(CLOSE, (1000).to_bytes(2, "big")) if ends_by_itself else frame(PING, LAST)
    if client.send(case.send, case.chop):
        client.send(last)
    came = []
    while (got := client.receive()) is not None:
        opcode, payload, rsv = got
        if rsv:
            return "a reserved bit is set"
        if opcode == CLOSE:
            break
        if (opcode, payload) == (PONG, LAST):
            return "the connection goes on"
        came.append((opcode, payload))
    if tuple(came) != tuple(case.expect):
        return f"{len(came)} frames came, not the {len(case.expect)} expected"
    if got is None:
        return "the connection ended without a close frame"
    wanted = case.close if isinstance(case.close, tuple) else (case.close,)
    if code_of(payload) not in wanted:
        return f"close code {code_of(payload)}, not {case.close}"
    client.send(frame(CLOSE, payload[:2]))
    return None if client.receive() is None else "something follows the close frame"
