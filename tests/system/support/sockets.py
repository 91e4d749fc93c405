"""Plain TCP connections to the daemon, for tests that open many of them or control every byte."""

import contextlib
import socket

from .settings import LIMIT


def connect(port, data=b"", source=None):
    """Opens a connection, from the address `source` if given. Sends `data`, unless the daemon disconnects first."""
    connection = socket.create_connection(("127.0.0.1", port), LIMIT, source and (source, 0))
    with contextlib.suppress(OSError):
        connection.sendall(data)
    return connection


def connect_many(stack, port, count, data=b""):
    """Opens connections that send `data` and nothing more; `stack` closes them."""
    return [stack.enter_context(connect(port, data)) for _ in range(count)]


def read_status(connection):
    """The status of the next response; 0 if the daemon disconnects or does not answer in time."""
    head = b""
    with contextlib.suppress(OSError):
        while b"\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return 0
            head += piece
        return int(head.split(b" ", 2)[1])
    return 0


def read_to_end(connection):
    """All bytes until the daemon disconnects, be it with a reset."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += piece
    return received


def is_closed_within(connection, limit=LIMIT):
    """Whether the daemon disconnects within the limit; what it sends until then is discarded."""
    connection.settimeout(limit)
    try:
        read_to_end(connection)
    except TimeoutError:
        return False
    except OSError:
        pass
    return True
