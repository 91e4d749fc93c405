"""JSON that no client should send, as data (docs/security.md S10): (name, bytes). HOSTILE replaces the whole body or
frame; HOSTILE_VALUES replace the content of an otherwise valid message."""

KEYS = b",".join(b'"k%d":1' % n for n in range(20_000))
# With a multiplier of 31 or 33, "Aa" and "BB" or "Ez" and "FY" collide: 2^13 keys with one hash in a naive table.
COLLIDING = b",".join(b'"%s":1' % b"".join((b"Aa", b"BB")[number >> bit & 1] for bit in range(13))
                      for number in range(2**13))

HOSTILE = [
    ("depth 100,000", b"[" * 100_000),
    ("depth 100,000 of objects", b'{"a":' * 50_000),
    ("closed at depth 100,000", b"[" * 100_000 + b"]" * 100_000),
    ("nothing", b""),
    ("spaces", b"   "),
    ("a byte order mark", b"\xef\xbb\xbf{}"),
    ("UTF-16", '{"a":1}'.encode("utf-16-le")),
    ("a comment", b'{"a":1 /* b */}'),
    ("a line comment", b'{"a":1} // b'),
    ("NaN", b'{"a":NaN}'),
    ("Infinity", b'{"a":-Infinity}'),
    ("a hexadecimal number", b'{"a":0x10}'),
    ("a number with a plus", b'{"a":+1}'),
    ("a number with zeros", b'{"a":-01}'),
    ("a number without a digit", b'{"a":-}'),
    ("a number that ends in a dot", b'{"a":1.}'),
    ("single quotes", b"{'a':1}"),
    ("a comma too many", b'{"a":1,}'),
    ("a key without quotes", b"{a:1}"),
    ("two values", b"{}{}"),
    ("NUL behind it", b"{}\0"),
    ("NUL in a string", b'{"a":"b\0c"}'),
    ("a newline in a string", b'{"a":"b\nc"}'),
    ("a wrong escape", b'{"a":"\\x41"}'),
    ("half an escape", b'{"a":"\\u12"}'),
    ("a string without end", b'{"a":"b'),
    ("the same key twice", b'{"a":1,"a":2}'),
    ("the same key, escaped", b'{"a":1,"\\u0061":2}'),
    ("a lone surrogate", b'{"a":"\\ud800"}'),
    ("a lone low surrogate", b'{"a":"\\udc00x"}'),
    ("surrogates the wrong way round", b'{"a":"\\udc00\\ud800"}'),
    ("a lone surrogate for a key", b'{"\\ud800":1}'),
    ("a number beyond a double", b'{"a":1e400}'),
    ("many keys, not an object's end", b"{" + KEYS),
]

# Bytes that are not UTF-8, in any place: refused as JSON over HTTP, closed with 1007 over WebSocket.
NOT_UTF8 = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3", b"\xfe\xfe\xff\xff"]

# Accepted, and delivered exactly as written.
STRANGE_VALUES = [b"-0", b"9223372036854775808", b"18446744073709551616", b"0.1e-5000", b"1E+2",
                  b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\u2028"', "\"\u2028\ufeff\"".encode(),
                  b"{" + KEYS[:200_000].rpartition(b",")[0] + b"}", b"{" + COLLIDING + b"}",
                  b"[" * 29 + b"]" * 29]
