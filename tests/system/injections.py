"""Strings with a special meaning to something on their way: SQLite, JSON, a log, HTTP, Prometheus, a terminal, a path.

An injection that succeeds leaves a mark: a log event or a header named `forged`, a changed table, a file."""

SQL = [quote + tail for quote in ("'", '"', "`", "')", "'))", "]", "''", "\\'", "0") for tail in (
    "; DROP TABLE messages; --", "; DELETE FROM permissions WHERE 1=1; --", " OR '1'='1", " OR 1=1 --",
    " UNION SELECT sql FROM sqlite_master --", "; ATTACH DATABASE '/tmp/forged.db' AS f; --",
    "; PRAGMA user_version = 0; --", " || (SELECT group_concat(user) FROM permissions) || '", "; VACUUM; --", "%' --",
    " AND randomblob(1000000000) --", "; UPDATE topics SET counter = 9; --")]

JSON = [head + tail for head in ('"', '\\"', '"}', '"]', '\\', '"}}', '\\u0022') for tail in (
    ',"role":"admin"', ',"sequenceNumber":1', '}{"event_type":"forged"', ',"userId":"root-admin","x":"',
    '\\', '/**/', ',"__proto__":{"forged":true}', '],[')]

LINES = [end + line for end in ("\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "%0a", "%0d%0a", "\\n")
         for line in ('{"event_type":"forged","level":"error"}', "forged: 1", "X-Forged: 1",
                      "HTTP/1.1 200 OK\r\nX-Forged: 1\r\n\r\n", "Set-Cookie: forged=1", "\n\n<h1>forged</h1>")]

PROMETHEUS = [text + tail for text in ('"} 1\nforged_total 1', '\\"', '{x="', '"', "\\\n", "# HELP forged x\n")
              for tail in ("", "\n", '"} 2', "\\", ",le=\"0\"")]

TERMINAL = ["\x1b" + code for code in (
    "[2J", "[31mforged\x1b[0m", "]0;forged\x07", "[1;1H", "c", "[?25l", "]8;;http://forged\x07x", "[6n", "P", "\\")] + [
    "\x9b2J", "\x08" * 20, "\x7f", "\x00", "a\x00b", "\x07"]

UNICODE = ["\u202e" + "nimda", "\u200b", "\ufeff", "\ud7ff", "\ue000", "\U0010ffff", "é", "e\u0301", "İ", "ß", "ﬀ", "Ⅷ",
           "\u0000", "\uffff", "\U0001f468\u200d\U0001f469", "а" * 3, "a" * 255, "a" * 256, "a" * 257, "é" * 128,
           "é" * 129, "a" * 8000, " ", "\t", "", " a ", "null", "undefined", "NaN", "-0", "1e400", "true", "[]", "{}"]

PATHS = [up * times + target for up in ("../", "..\\", "%2e%2e/", "..%2f", "....//", "/")
         for times in (1, 3, 8) for target in ("etc/passwd", "notifyd.db", "notifyd.toml")] + [
    "file:///etc/passwd", "C:\\boot.ini", "|id", ";id", "$(id)", "`id`", "&&id", "${IFS}id", "~root"]

FORMATS = ["%s" * 20, "%n%n%n%n", "%x" * 10, "{}" * 10, "{0}{1}", "{:>1000000000}", "%1000000000d",
           "${jndi:ldap://127.0.0.1/x}",
           "{{7*7}}", "<%= 7*7 %>", "#{7*7}", "<script>forged()</script>", "javascript:forged()", "<!--", "]]>",
           "*", "#", "+", "chat:*", "chat:+", "user:#", "chat:", ":", "::", "chat:a:b", "user:root-admin", "a,b", "a;b"]

# With a harmless prefix, for code that checks only the beginning of a value.
ALL = SQL + ["chat-1" + text for text in SQL] + JSON + LINES + PROMETHEUS + TERMINAL + UNICODE + PATHS + FORMATS
