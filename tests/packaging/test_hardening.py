"""What the shipped binary is made of, as readelf sees it (docs/security.md S16)."""

import os
import platform
import re
import stat
import subprocess
import unittest

BINARY = os.environ["NOTIFYD_BINARY"]


def readelf(*options):
    return subprocess.run(["readelf", "--wide", *options, BINARY], capture_output=True, text=True, check=True).stdout


class Binary(unittest.TestCase):
    def test_position_independent(self):
        self.assertRegex(readelf("--file-header"), r"Type:\s+DYN")
        self.assertRegex(readelf("--dynamic"), r"FLAGS_1\)\s+Flags:.*\bPIE\b")

    def test_relocations_are_read_only(self):
        self.assertIn("GNU_RELRO", readelf("--program-headers"))
        self.assertRegex(readelf("--dynamic"), r"\(FLAGS\)\s+BIND_NOW")

    def test_nothing_is_writable_and_executable(self):
        segments = re.findall(r"(?m)^\s+(\w+)\s+(?:0x[0-9a-f]+\s+){5}([RWE ]{3})", readelf("--program-headers"))
        self.assertIn("GNU_STACK", dict(segments))
        for name, flags in segments:
            self.assertFalse("W" in flags and "E" in flags, (name, flags))
        self.assertNotIn("TEXTREL", readelf("--dynamic"))

    def test_stack_canary_and_fortified_calls(self):
        symbols = readelf("--dyn-syms")
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__\w+_chk@")

    @unittest.skipUnless(platform.machine() == "x86_64", "x86_64 only")
    def test_control_flow(self):
        self.assertRegex(readelf("--notes"), r"x86 feature: IBT, SHSTK")
        code = subprocess.run(["objdump", "--disassemble=main", BINARY], capture_output=True, text=True, check=True)
        self.assertIn("endbr64", code.stdout)

    def test_libraries_come_from_the_system_only(self):
        self.assertNotRegex(readelf("--dynamic"), r"\((RPATH|RUNPATH)\)")

    def test_no_set_user_id(self):
        self.assertFalse(os.stat(BINARY).st_mode & (stat.S_ISUID | stat.S_ISGID))


if __name__ == "__main__":
    unittest.main()
