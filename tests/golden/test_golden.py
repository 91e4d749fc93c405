#!/usr/bin/python3
"""docs/protocol.md and what refers to it: its examples are the files beside this one, its anchors exist."""

import pathlib
import re
import unittest

GOLDEN = pathlib.Path(__file__).resolve().parent
ROOT = GOLDEN.parents[1]
PROTOCOL = ROOT / "docs/protocol.md"
NAMED_EXAMPLE = re.compile(r"^```json (\S+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]*)\)")
CITATION = re.compile(r"docs/(\w+\.md)#([\w-]+)")
TREE = ("src", "include", "tests", "bench", "script", "config", "packaging", "docs")
TEXT = {".cpp", ".hpp", ".py", ".mjs", ".toml", ".md", ".service", ".txt", ""}


def anchors_of(path):
    """The anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ +(.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def files_of_tree():
    folders = [path for name in TREE for path in (ROOT / name).rglob("*")]
    for path in [*folders, *ROOT.glob("*.md")]:
        if path.is_file() and path.suffix in TEXT and "node_modules" not in path.parts:
            yield path


class Examples(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.shown = NAMED_EXAMPLE.findall(PROTOCOL.read_text())

    def test_every_file_is_shown_once(self):
        files = [str(path.relative_to(GOLDEN).with_suffix("")) for path in GOLDEN.rglob("*.json")]
        self.assertEqual(sorted(name for name, _ in self.shown), sorted(files))

    def test_what_is_shown_is_in_the_file(self):
        for name, text in self.shown:
            with self.subTest(name):
                self.assertEqual(text, (GOLDEN / f"{name}.json").read_text())


class References(unittest.TestCase):
    def test_links_inside_the_document(self):
        anchors = anchors_of(PROTOCOL)
        for link in LINK.findall(PROTOCOL.read_text()):
            name, _, anchor = link.partition("#")
            with self.subTest(link):
                self.assertTrue((PROTOCOL.parent / name).exists())
                self.assertTrue(name or anchor in anchors)

    def test_citations_in_the_tree(self):
        for path in files_of_tree():
            for name, anchor in CITATION.findall(path.read_text(errors="replace")):
                with self.subTest(path=path.relative_to(ROOT), anchor=anchor):
                    self.assertIn(anchor, anchors_of(ROOT / "docs" / name))


if __name__ == "__main__":
    unittest.main()
