"""Saves results in files, so that tables can be rendered again from one or several runs."""

import json
import pathlib

HEADING = """\
# notifyd side by side with its peers

Made by `bench/run --write`; [README.md](README.md) explains what is measured and checked."""


def save(path, facts, results):
    path.write_text(json.dumps({"facts": facts, "results": results}, indent=1, ensure_ascii=False) + "\n")


def load(paths):
    """Returns the facts of each file and the results of all; if several files have a workload, the last one counts."""
    all_facts, results = [], {}
    for path in paths:
        stored = json.loads(pathlib.Path(path).read_text())
        all_facts.append(stored["facts"])
        results |= stored["results"]
    return all_facts, results


def write_page(path, text):
    path.write_text(f"{HEADING}\n\n{text}")
