#!/usr/bin/python3
"""tidy.py must be able to fail: each check meets a bad sample, and a good one beside it."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tidy  # noqa: E402

RULES = tidy.parse_rules(
    """
[layers]
core:
ports: core
storage: core ports
storage_sqlite: core ports storage
publish: core ports
app: *
[tokens]
boost/json: wire
sqlite3.h: storage_sqlite
asio::ip::: gateway
std::mutex: runtime storage
steady_clock::now: core
shared_from_this: -
[words]
FIXME
"""
)
HEADER = "// Does one thing.\n#pragma once\n"


def findings(path, text):
    return [finding for _, _, finding in tidy.check_file(path, text, RULES)]


class TidyFindsWhatIsWrong(unittest.TestCase):
    def check(self, path, text, expected):
        found = findings(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_include_against_the_arrows(self):
        self.check("src/ports/a.cpp", '#include "notifyd/publish/publisher.hpp"\n', "ports/ may not include publish/")
        self.check("include/notifyd/core/a.hpp", HEADER + "#include <notifyd/ports/a.hpp>\n", "may not include")
        self.check("src/storage/a.cpp", '#include "notifyd/storage_sqlite/a.hpp"\n', "storage/ may not include")
        self.check("src/queues/a.cpp", "", "not in layers.txt")

    def test_token_outside_its_module(self):
        self.check("src/publish/a.cpp", "#include <boost/json.hpp>\n", "may stand in: wire")
        self.check("src/publish/a.cpp", "#include <sqlite3.h>\n", "may stand in: storage_sqlite")
        self.check("src/core/a.cpp", "asio::ip::tcp::socket socket;\n", "may stand in: gateway")
        self.check("src/core/a.cpp", "std::mutex mutex;\n", "runtime, storage")
        self.check("src/ports/a.cpp", "auto t = std::chrono::steady_clock::now();\n", "may stand in: core")
        self.check("src/main.cpp", "std::mutex mutex;\n", "runtime, storage")

    def test_token_that_stands_nowhere(self):
        self.check("src/core/a.cpp", "auto self = shared_from_this();\n", "nowhere")
        self.check("tests/unit/core/a_test.cpp", "// FIXME: later\n", "nowhere")
        self.check("src/core/a.cpp", 'const char* text = "FIXME";\n', "nowhere")

    def test_a_value_in_the_text_of_a_statement(self):
        for sql in ('"SELECT 1 FROM a WHERE b = " + text', '"DELETE FROM a WHERE b = \'" + text + "\'"',
                    'std::string("INSERT INTO a VALUES (").append(text)', '"SELECT a FROM b LIMIT " + count'):
            self.check("src/storage_sqlite/a.cpp", f"auto sql = {sql};\n", "bind it")

    def test_an_engine_in_a_contract_test(self):
        self.check("tests/component/storage/a_test.cpp", "#include <sqlite3.h>\n", "names no engine")

    def test_header_without_its_purpose(self):
        self.check("include/notifyd/core/a.hpp", "#pragma once\n", "opens with its purpose")

    def test_long_file_and_long_line(self):
        self.check("src/core/a.cpp", "int a;\n" * 401, "401 lines")
        self.check("tests/a.py", "a = 1\n" * 401, "401 lines")
        self.check("src/core/a.cpp", "a" * 121 + "\n", "121 columns")

    def test_braces_and_captures_inside_co_await(self):
        for bad in (
            "co_await publish(user, Request{chat, body});",
            "auto r = co_await publish({chat, body});",
            "co_await run([this] { go(); });",
            "co_await run([x](int y) { go(x, y); });",
            "if (co_await allowed(Topic{name})) {\n}\n;",
        ):
            with self.subTest(bad):
                self.check("src/core/a.cpp", bad + "\n", "inside co_await")

    def test_cmake_links_against_the_arrows(self):
        found = list(tidy.check_cmake("notifyd_module(ports USES core\n    publish PRIVATE x)\n", RULES))
        self.assertEqual([text for _, text in found], ["ports may not link publish"])
        self.assertEqual(len(list(tidy.check_cmake("notifyd_module(new USES core)\n", RULES))), 1)

    def test_cycle_in_the_table(self):
        rules = tidy.parse_rules("[layers]\na: b\nb: c\nc: a\n")
        self.assertEqual([text for _, text in tidy.check_cycles(rules)], ["cycle: a -> b -> c -> a"])


class TidyLeavesWhatIsRight(unittest.TestCase):
    def test_sound_samples(self):
        for path, text in (
            ("src/publish/a.cpp", '#include "notifyd/ports/a.hpp"\n#include "notifyd/publish/b.hpp"\n'),
            ("src/app/a.cpp", '#include "notifyd/publish/publisher.hpp"\n'),
            ("src/main.cpp", '#include "notifyd/app/run.hpp"\n'),
            ("include/notifyd/core/a.hpp", HEADER),
            ("src/core/a.cpp", "now = steady_clock::now();\n"),
            ("tests/unit/core/a_test.cpp", "std::mutex mutex;\n"),
            ("tests/component/storage_sqlite/a_test.cpp", "#include <sqlite3.h>\n"),
            ("src/core/a.cpp", "// The caller holds no std::mutex here.\n"),
            ("src/thirdparty/boost_json.cpp", "#include <boost/json/src.hpp>\n"),
            ("src/core/a.cpp", "int a;\n" * 400),
            ("src/core/a.cpp", "co_await publish(user, std::move(request));\n"),
            ("src/core/a.cpp", "while (co_await next(queue)) {\n    use();\n}\n"),
            ("src/core/a.cpp", '// co_await run(A{1});\nconst char* text = "co_await run(A{1});";\n'),
            ("src/core/a.cpp", "co_return Error{Errc::internal, text};\n"),
            ("src/storage_sqlite/a.cpp", 'auto sql = "SELECT a" + columns + " FROM b WHERE c = ?1";\n'),
            ("src/storage_sqlite/a.cpp", 'auto sql = "PRAGMA user_version = " + std::to_string(version);\n'),
        ):
            with self.subTest(path=path, text=text[:60]):
                self.assertEqual(findings(path, text), [])

    def test_blanking_keeps_lines(self):
        text = 'a /* x\ny */ "co_await {" R"(z\n)" \'"\' 1\'000 // c\nb'
        self.assertEqual(tidy.blank(text).count("\n"), text.count("\n"))
        self.assertNotIn("co_await", tidy.blank(text))
        self.assertIn("1'000", tidy.blank(text))

    def test_no_cycle(self):
        self.assertEqual(list(tidy.check_cycles(RULES)), [])


if __name__ == "__main__":
    unittest.main()
