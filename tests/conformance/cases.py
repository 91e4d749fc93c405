"""The cases of the Autobahn suite as data: id, the bytes to send, the frames that must come back, the close code.

If `close` is 1000, the server has no reason to end the connection: the driver closes it, and the code is the server's
answer. Any other code is sent by the server at the offending frame (several codes: any of them).
"""

from dataclasses import dataclass

from raw_websocket import BINARY, CLOSE, CONT, PING, PONG, TEXT, frame
from utf8_sequences import KOSME, SEQUENCES, is_utf8


@dataclass
class Case:
    name: str
    send: bytes
    expect: tuple = ()  # (opcode, payload) in order
    close: object = 1000
    chop: int = None
    closes: bool = False  # the case sends its own close frame


def close(code=1000, reason=b""):
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


def fragments(opcode, pieces, between=b""):
    """A message in fragments, with other frames between them."""
    last = len(pieces) - 1
    return b"".join(frame(opcode if at == 0 else CONT, piece, fin=at == last) + (between if at != last else b"")
                    for at, piece in enumerate(pieces))


def singles(data):
    return [data[at:at + 1] for at in range(len(data))]


def framing():
    sizes = (0, 125, 126, 127, 128, 65535, 65536)
    for group, opcode, unit in (("1.1", TEXT, b"*"), ("1.2", BINARY, b"\xfe")):
        for at, size in enumerate(sizes, 1):
            yield Case(f"{group}.{at}", frame(opcode, unit * size), ((opcode, unit * size),))
        yield Case(f"{group}.8", frame(opcode, unit * 65536), ((opcode, unit * 65536),), chop=997)


def pings():
    for at, payload in enumerate((b"", b"Hello, world!", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125), 1):
        yield Case(f"2.{at}", frame(PING, payload), ((PONG, payload),))
    yield Case("2.5", frame(PING, b"\xfe" * 126), close=1002)
    yield Case("2.6", frame(PING, b"\xfe" * 125), ((PONG, b"\xfe" * 125),), chop=1)
    yield Case("2.7", frame(PONG))
    yield Case("2.8", frame(PONG, b"unsolicited"))
    yield Case("2.9", frame(PONG, b"unsolicited") + frame(PING, b"ping"), ((PONG, b"ping"),))
    ten = [b"payload-%d" % n for n in range(10)]
    for name, chop in (("2.10", None), ("2.11", 1)):
        yield Case(name, b"".join(frame(PING, text) for text in ten), tuple((PONG, text) for text in ten), chop=chop)


def reserved():
    good, echo = frame(TEXT, b"Hello"), (TEXT, b"Hello")
    yield Case("3.1", frame(TEXT, b"Hello", rsv=1), close=1002)
    for at, (rsv, chop) in enumerate(((2, None), (3, None), (4, 1)), 2):
        yield Case(f"3.{at}", good + frame(TEXT, b"Hello", rsv=rsv) + frame(PING), (echo,), 1002, chop)
    yield Case("3.5", frame(BINARY, b"\x00\xff\xfe", rsv=5), close=1002)
    yield Case("3.6", frame(PING, b"Hello", rsv=6), close=1002)
    yield Case("3.7", frame(CLOSE, b"", rsv=7), close=1002)
    for group, opcodes in (("4.1", range(3, 8)), ("4.2", range(11, 16))):
        yield Case(f"{group}.1", frame(opcodes[0]), close=1002)
        yield Case(f"{group}.2", frame(opcodes[1], b"reserved opcode payload"), close=1002)
        for at, (payload, chop) in enumerate(((b"", None), (b"reserved", None), (b"", 1)), 3):
            send = good + frame(opcodes[at - 1], payload) + frame(PING)
            yield Case(f"{group}.{at}", send, (echo,), 1002, chop)


def fragmented():
    yield Case("5.1", fragments(PING, [b"fragment1", b"fragment2"]), close=1002)
    yield Case("5.2", fragments(PONG, [b"fragment1", b"fragment2"]), close=1002)
    two, whole = [b"fragment1", b"fragment2"], (TEXT, b"fragment1fragment2")
    for at, chop in enumerate((None, 15, 1), 3):
        yield Case(f"5.{at}", fragments(TEXT, two), (whole,), chop=chop)
        yield Case(f"5.{at + 3}", fragments(TEXT, two, frame(PING, b"ping")), ((PONG, b"ping"), whole), chop=chop)
        nothing = frame(CONT, b"non-continuation", fin=True) + frame(TEXT, b"Hello")
        yield Case(f"5.{at + 6}", nothing, close=1002, chop=chop)
        nothing = frame(CONT, b"non-continuation", fin=False) + frame(TEXT, b"Hello")
        yield Case(f"5.{at + 9}", nothing, close=1002, chop=chop)
    yield Case("5.15", fragments(TEXT, two) + frame(CONT, b"x", fin=False) + frame(TEXT, b"Hello"), (whole,), 1002)
    yield Case("5.16", (frame(CONT, b"x", fin=False) + fragments(TEXT, two)) * 2, close=1002)
    yield Case("5.17", (frame(CONT, b"x", fin=True) + fragments(TEXT, two)) * 2, close=1002)
    yield Case("5.18", frame(TEXT, two[0], fin=False) + frame(TEXT, two[1]), close=1002)
    five = [b"fragment%d" % n for n in range(1, 6)]
    send = (frame(TEXT, five[0], fin=False) + frame(CONT, five[1], fin=False) + frame(PING, b"ping1") +
            frame(CONT, five[2], fin=False) + frame(CONT, five[3], fin=False) + frame(PING, b"ping2") +
            frame(CONT, five[4]))
    for name, chop in (("5.19", None), ("5.20", 15)):
        yield Case(name, send, ((PONG, b"ping1"), (PONG, b"ping2"), (TEXT, b"".join(five))), chop=chop)


def utf8():
    yield Case("6.1.1", frame(TEXT), ((TEXT, b""),))
    yield Case("6.1.2", fragments(TEXT, [b"", b"", b""]), ((TEXT, b""),))
    yield Case("6.1.3", fragments(TEXT, [b"", b"middle", b""]), ((TEXT, b"middle"),))
    text = "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!".encode()
    yield Case("6.2.1", frame(TEXT, text), ((TEXT, text),))
    yield Case("6.2.2", fragments(TEXT, [text[:12], text[12:]]), ((TEXT, text),))
    yield Case("6.2.3", fragments(TEXT, singles(text)), ((TEXT, text),))
    yield Case("6.2.4", fragments(TEXT, singles(KOSME)), ((TEXT, KOSME),))
    wrong = KOSME + b"\xed\xa0\x80edited"
    yield Case("6.3.1", frame(TEXT, wrong), close=1007)
    yield Case("6.3.2", fragments(TEXT, singles(wrong)), close=1007)
    # The rest of these messages never comes: the server must not wait for it.
    yield Case("6.4.1", frame(TEXT, KOSME, fin=False) + frame(CONT, b"\xf4\x90\x80\x80", fin=False), close=1007)
    yield Case("6.4.2", frame(TEXT, KOSME + b"\xf4", fin=False) + frame(CONT, b"\x90", fin=False), close=1007)
    yield Case("6.4.3", frame(TEXT, KOSME + b"\xf4\x90\x80\x80", length=40), close=1007)
    yield Case("6.4.4", frame(TEXT, KOSME + b"\xf4\x90", length=40), close=1007)
    for group, sequences in SEQUENCES.items():
        for at, data in enumerate(sequences, 1):
            yield (Case(f"{group}.{at}", frame(TEXT, data), ((TEXT, data),)) if is_utf8(data) else
                   Case(f"{group}.{at}", frame(TEXT, data), close=1007))


def closing():
    hello, echo = frame(TEXT, b"Hello World!"), (TEXT, b"Hello World!")
    yield Case("7.1.1", hello, (echo,))
    yield Case("7.1.2", close() + close(), closes=True)
    yield Case("7.1.3", close() + frame(PING), closes=True)
    yield Case("7.1.4", close() + hello, closes=True)
    yield Case("7.1.5", frame(TEXT, b"fragment1", fin=False) + close() + frame(CONT, b"fragment2"), closes=True)
    big = b"BAsd7&jh23" * 26214
    yield Case("7.1.6", frame(TEXT, big) + close() + frame(PING), ((TEXT, big),), closes=True)
    yield Case("7.3.1", frame(CLOSE), close=(1000, 1005), closes=True)
    yield Case("7.3.2", frame(CLOSE, b"a"), close=1002)
    yield Case("7.3.3", close(), closes=True)
    yield Case("7.3.4", close(1000, b"Hello World!"), closes=True)
    yield Case("7.3.5", close(1000, b"*" * 123), closes=True)
    yield Case("7.3.6", close(1000, b"*" * 124), close=1002)
    yield Case("7.5.1", close(1000, KOSME + b"\xed\xa0\x80edited"), close=(1002, 1007))
    valid = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
    for at, code in enumerate(valid, 1):
        yield Case(f"7.7.{at}", close(code), close=code, closes=True)
    for at, code in enumerate((0, 999, 1004, 1005, 1006, 1014, 1015, 1016, 1100, 2000, 2999), 1):
        yield Case(f"7.9.{at}", close(code), close=1002)
    for at, code in enumerate((5000, 65535), 1):  # RFC 6455 does not mention them
        yield Case(f"7.13.{at}", close(code), close=(1002, code), closes=True)


def mass(long):
    """Group 9: with `long`, the whole range of sizes; otherwise only the quick ones."""
    sizes = (65536, 262144, 1048576, 4194304, 8388608, 16777216) if long else (65536, 1048576)
    for group, opcode in (("9.1", TEXT), ("9.2", BINARY)):
        for at, size in enumerate(sizes, 1):
            yield Case(f"{group}.{at}", frame(opcode, b"*" * size), ((opcode, b"*" * size),))
    whole = b"*" * (4194304 if long else 262144)
    for group, opcode in (("9.3", TEXT), ("9.4", BINARY)):
        for at, size in enumerate((64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304), 1):
            pieces = [whole[begin:begin + size] for begin in range(0, len(whole), size)]
            yield Case(f"{group}.{at}", fragments(opcode, pieces), ((opcode, whole),))
    whole = b"*" * (1048576 if long else 65536)
    for group, opcode in (("9.5", TEXT), ("9.6", BINARY)):
        for at, chop in enumerate((64, 128, 256, 512, 1024, 2048), 1):
            yield Case(f"{group}.{at}", frame(opcode, whole), ((opcode, whole),), chop=chop)
    for group, opcode in (("9.7", TEXT), ("9.8", BINARY)):
        for at, size in enumerate((0, 16, 64, 256, 1024, 4096), 1):
            count = 1000 if long else 100
            yield Case(f"{group}.{at}", frame(opcode, b"*" * size) * count, ((opcode, b"*" * size),) * count)
    pieces = [b"*" * 1300] * 50 + [b"*" * 536]
    yield Case("10.1.1", fragments(TEXT, pieces), ((TEXT, b"*" * 65536),))


def core_cases():
    for group in (framing, pings, reserved, fragmented, utf8, closing):
        yield from group()
