"""HTTP requests as data. GOOD: (name, bytes, statuses). BAD: requests that must be answered with 400 and a closed
connection, so that nothing that follows is taken for a request (RFC 9112 section 11.2). Both include the checks of
h1spec."""

from daemon_case import HOST, request

CHUNKED = HOST + b"Transfer-Encoding: chunked\r\n"


def get(headers):
    return request(headers=headers)


def post(headers, body=b""):
    return request(b"POST", b"/healthz", headers=headers, body=body)


# The request ends the connection.
ENDING = get(HOST + b"Connection: close\r\n")

GOOD = [
    ("plain", get(HOST), [200]),
    ("HTTP/1.0 without a Host", request(version=b"1.0", headers=b""), [200]),
    ("no space behind the colon", get(b"Host:localhost\r\n"), [200]),
    ("spaces and tabs around a value", get(b"Host: \t localhost \t \r\n"), [200]),
    ("names in any case", get(b"hOsT: localhost\r\nX-REQUEST-ID: a\r\n"), [200]),
    ("an empty value", get(HOST + b"X-Empty:\r\n"), [200]),
    ("an IPv6 host", get(b"Host: [::1]:8443\r\n"), [200]),
    ("every character of a token in a name", get(HOST + b"X-!#$%&'*+-.^_`|~09: a\r\n"), [200]),
    ("text that is UTF-8 in a value", get(HOST + "X-Name: J\u00fcrgen\r\n".encode()), [200]),
    ("a cookie in Latin-1", get(HOST + b"Cookie: name=J\xfcrgen\r\n"), [200]),
    ("bytes of any kind in a value", get(HOST + b"User-Agent: \xff\xfe\x80\r\n"), [200]),
    ("empty lines before it", b"\r\n\r\n" + get(HOST), [200]),
    ("empty lines before it, in pieces", [b"\r", b"\n", b"\r", b"\n" + get(HOST)], [200]),
    ("two in one piece", get(HOST) * 2, [200, 200]),
    ("in single bytes", [bytes([byte]) for byte in get(HOST)], [200]),
    ("the absolute form", request(target=b"http://localhost/healthz"), [200]),
    ("the absolute form, https", request(target=b"https://LOCALHOST/healthz"), [200]),
    ("the absolute form without a path", request(target=b"http://localhost"), [200]),
    ("a query", request(target=b"/healthz?a=b&c=%20"), [200]),
    ("a query as browsers send it", request(target=b"/healthz?a=|[]{}^`\\&b[]=c"), [200]),
    ("an unknown path", request(target=b"/nowhere"), [404]),
    ("an unknown verb", request(b"BREW"), [405]),
    ("a verb in small letters", request(b"get"), [405]),
    ("the server as a whole", request(b"OPTIONS", b"*"), [204]),
    ("a body that nobody needs, then another", get(HOST + b"Content-Length: 5\r\n") + b"hello" + get(HOST), [200, 200]),
    ("chunks, then another", post(CHUNKED, b"5\r\nhello\r\n0\r\n\r\n") + get(HOST), [405, 200]),
    ("chunks with an extension", post(CHUNKED, b'5;a=b;c="d"\r\nhello\r\n0\r\n\r\n') + get(HOST), [405, 200]),
    ("sizes of chunks in capitals and with zeros", post(CHUNKED, b"00A\r\n0123456789\r\n0\r\n\r\n"), [405]),
    ("a trailer, then another", post(CHUNKED, b"5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n") + get(HOST), [405, 200]),
    ("a trailer that is a length", post(CHUNKED, b"0\r\nContent-Length: 5\r\n\r\n") + get(HOST), [405, 200]),
    ("a trailer that is a coding", post(CHUNKED, b"0\r\nTransfer-Encoding: chunked\r\n\r\n") + get(HOST), [405, 200]),
    ("a trailer that would not go on", post(CHUNKED, b"0\r\nConnection: Close\r\n\r\n") + get(HOST), [405, 200]),
    ("a trailer behind an extension, in single bytes",
     [bytes([byte]) for byte in post(CHUNKED, b"1\r\nx\r\n0;a=b\r\nA: b\r\nC:\r\n\r\n") + get(HOST)], [405, 200]),
    ("the coding in capitals", post(HOST + b"Transfer-Encoding: CHUNKED\r\n", b"0\r\n\r\n"), [405]),
    ("a length of nothing", get(HOST + b"Content-Length: 0\r\n"), [200]),
    ("close is a token among others", get(HOST + b"Connection: foo, close\r\n") + get(HOST), [200]),
    ("close in a line of its own", get(HOST + b"Connection: foo\r\nConnection: close\r\n") + get(HOST), [200]),
    ("an upgrade to what we do not know", get(HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n"), [200]),
]

BAD = [
    # --- two lengths
    ("length and chunks", post(HOST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n")),
    ("chunks and length", post(CHUNKED + b"Content-Length: 6\r\n", b"0\r\n\r\n")),
    ("two different lengths", post(HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello")),
    ("the same length twice", post(HOST + b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello")),
    ("a list of lengths", post(HOST + b"Content-Length: 5, 5\r\n", b"hello")),
    # --- a length that is not a number
    ("a length with a plus", post(HOST + b"Content-Length: +5\r\n", b"hello")),
    ("a length with a minus", post(HOST + b"Content-Length: -5\r\n")),
    ("a hexadecimal length", post(HOST + b"Content-Length: 0x5\r\n", b"hello")),
    ("a length with a space", post(HOST + b"Content-Length: 1 0\r\n", b"hello")),
    ("an empty length", post(HOST + b"Content-Length:\r\n")),
    ("a length of 2^64", post(HOST + b"Content-Length: 18446744073709551616\r\n")),
    ("a length of 2^64 + 5", post(HOST + b"Content-Length: 18446744073709551621\r\n", b"hello")),
    # --- codings
    ("another coding", post(HOST + b"Transfer-Encoding: gzip\r\n")),
    ("another coding before", post(HOST + b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n")),
    ("another coding behind", post(HOST + b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n")),
    ("the coding twice", post(HOST + b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n")),
    ("the header twice", post(CHUNKED + b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n")),
    ("the header twice, one of them another", post(CHUNKED + b"Transfer-Encoding: identity\r\n", b"0\r\n\r\n")),
    ("a quoted coding", post(HOST + b'Transfer-Encoding: "chunked"\r\n', b"0\r\n\r\n")),
    ("a coding with a vertical tab", post(HOST + b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n")),
    ("almost a coding", post(HOST + b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n")),
    ("a coding on HTTP/1.0", request(b"POST", version=b"1.0", headers=CHUNKED, body=b"0\r\n\r\n")),
    # --- lines
    ("bare LF everywhere", b"GET /healthz HTTP/1.1\nHost: localhost\n\n"),
    ("bare LF in a field", get(b"Host: localhost\nX-A: b\r\n")),
    ("bare LF at the end", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n"),
    ("bare CR in a value", get(HOST + b"X-A: b\rc\r\n")),
    ("bare CR in the request line", b"GET /healthz\r HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a folded line", get(HOST + b"X-A: b\r\n c\r\n")),
    ("a folded line with a tab", get(HOST + b"Transfer-Encoding:\r\n\tchunked\r\n")),
    ("a first line that begins with a space", get(b" Host: localhost\r\n")),
    ("a space before the colon", get(b"Host : localhost\r\n")),
    ("a space before the colon of the coding", post(HOST + b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n")),
    ("a line without a colon", get(HOST + b"Transfer-Encoding\r\n")),
    ("an empty name", get(HOST + b": a\r\n")),
    ("a name with a space", get(HOST + b"X A: b\r\n")),
    ("NUL in a value", get(HOST + b"X-A: b\0c\r\n")),
    ("NUL in a name", get(HOST + b"X\0A: b\r\n")),
    ("a control character in a value", get(HOST + b"X-A: b\x01\r\n")),
    ("DEL in a value", get(HOST + b"X-A: b\x7f\r\n")),
    ("bytes that are not ASCII in a name", get(HOST + b"X-J\xfcrgen: a\r\n")),
    # --- chunks
    ("a chunk without a size", post(CHUNKED, b"\r\nhello\r\n0\r\n\r\n")),
    ("a size with a sign", post(CHUNKED, b"+5\r\nhello\r\n0\r\n\r\n")),
    ("a size with 0x", post(CHUNKED, b"0x5\r\nhello\r\n0\r\n\r\n")),
    ("a size with a space before it", post(CHUNKED, b" 5\r\nhello\r\n0\r\n\r\n")),
    ("a size of 2^64", post(CHUNKED, b"10000000000000000\r\nhello\r\n0\r\n\r\n")),
    ("more than the size", post(CHUNKED, b"4\r\nhello\r\n0\r\n\r\n")),
    ("bare LF behind the size", post(CHUNKED, b"5\nhello\r\n0\r\n\r\n")),
    ("bare CR behind the size", post(CHUNKED, b"5\rXhello\r\n0\r\n\r\n")),
    ("bare LF behind a chunk", post(CHUNKED, b"5\r\nhello\n0\r\n\r\n")),
    ("junk for an extension", post(CHUNKED, b"5;=\r\nhello\r\n0\r\n\r\n")),
    ("junk behind a size", post(CHUNKED, b"5 x\r\nhello\r\n0\r\n\r\n")),
    ("an extension with bare LF", post(CHUNKED, b"5;a=\nb\r\nhello\r\n0\r\n\r\n")),
    ("a quoted extension that does not end", post(CHUNKED, b'5;a="b\r\nhello\r\n0\r\n\r\n')),
    ("a trailer with bare LF", post(CHUNKED, b"0\r\nX-Trailer: a\nX-B: c\r\n\r\n")),
    ("a trailer with a folded line", post(CHUNKED, b"0\r\nX-Trailer: a\r\n b\r\n\r\n")),
    ("a trailer that is no field", post(CHUNKED, b"0\r\nGET /healthz HTTP/1.1\r\n\r\n")),
    ("a trailer with a space before the colon", post(CHUNKED, b"0\r\nX-Trailer : a\r\n\r\n")),
    ("a trailer with NUL", post(CHUNKED, b"0\r\nX-Trailer: \0\r\n\r\n")),
    ("an extension without end", post(CHUNKED, b"5;a=" + b"b" * 40_000)),
    # --- hosts and targets
    ("no Host", get(b"")),
    ("two Hosts", get(HOST + HOST)),
    ("a Host with a space", get(b"Host: local host\r\n")),
    ("a Host with a path", get(b"Host: localhost/x\r\n")),
    ("a Host with a user", get(b"Host: a@localhost\r\n")),
    ("a Host with a comma", get(b"Host: a, b\r\n")),
    ("a Host with no port after the colon, but a word", get(b"Host: localhost:http\r\n")),
    ("the absolute form with another Host", request(target=b"http://other/healthz")),
    ("the absolute form of another scheme", request(target=b"ftp://localhost/healthz")),
    ("no target", b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a target without a slash", request(target=b"healthz")),
    ("a target with a space", request(target=b"/healthz x")),
    ("a target with a fragment", request(target=b"/healthz#a")),
    ("a target with a wrong escape", request(target=b"/%zz")),
    ("a target that is not ASCII", request(target=b"/\xff")),
    ("an asterisk for something else", request(target=b"*")),
    ("CONNECT", request(b"CONNECT", b"localhost:443")),
    ("no version", b"GET /healthz\r\nHost: localhost\r\n\r\n"),
    ("HTTP/2", request(version=b"2.0")),
    ("HTTP/1.2", request(version=b"1.2")),
    ("a version in small letters", b"GET /healthz http/1.1\r\nHost: localhost\r\n\r\n"),
    ("a version with two digits", request(version=b"1.10")),
    ("a verb that is no token", request(b"G(T")),
    ("two spaces in the request line", b"GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a space behind the version", b"GET /healthz HTTP/1.1 \r\nHost: localhost\r\n\r\n"),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
]

KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
UPGRADE = b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + KEY

BAD += [
    ("an upgrade with a body", UPGRADE + b"Content-Length: 5\r\n\r\nhello"),
    ("an upgrade with chunks", UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("a request behind an upgrade", UPGRADE + b"\r\n" + get(HOST)),
]
