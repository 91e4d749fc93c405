#!/usr/bin/python3
"""Checks what the compiler does not: layers, banned tokens, header keys, file lengths, braces inside co_await.

usage: tidy.py [ROOT]    prints one line a finding; exits 1 when there is one.
"""

import pathlib
import re
import sys
from dataclasses import dataclass, field

LINES_FAIL = 400
LINES_WARN = 300
LINE_WIDTH = 120
CPP = (".cpp", ".hpp")
# T{...}, f({...}), [x](...): destroyed twice by g++ 12 when they stand inside a co_await expression.
BRACE = re.compile(r"[\w>(,]\s*\{|\[[^\]]+\]\s*(?:\(|\{|mutable)")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]notifyd/([a-z_]+)/', re.M)
BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]{0,16})\((?:.*?)\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.S,
)


@dataclass
class Rules:
    layers: dict = field(default_factory=dict)  # module -> set of modules, or None for all
    tokens: dict = field(default_factory=dict)  # text in code -> the modules where it may stand
    words: set = field(default_factory=set)  # text that stands nowhere, comments included


def parse_rules(text):
    rules = Rules()
    section = None
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "layers":
            name, _, modules = line.partition(":")
            rules.layers[name] = None if modules.strip() == "*" else set(modules.split())
        elif section == "tokens":
            name, _, modules = line.rpartition(": ")
            rules.tokens[name] = set(modules.split()) - {"-"}
        elif section == "words":
            rules.words.add(line)
        else:
            raise ValueError(f"layers.txt: '{line}' stands outside a section")
    return rules


def module_of(path):
    """The module of include/notifyd/<module>/… or src/<module>/…; '' for src/main.cpp; None elsewhere."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[:2] == ("include", "notifyd"):
        return parts[2] if len(parts) > 3 else ""
    if parts[:1] == ("src",):
        return parts[1] if len(parts) > 2 else ""
    return None


def blank(text):
    """Comments and literals replaced by spaces, so that line numbers and offsets stay."""
    return BLANKED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_layers(path, text, rules):
    module = module_of(path)
    if module in (None, "", "thirdparty"):
        return
    if module not in rules.layers:
        yield 1, f"module '{module}' is not in layers.txt"
        return
    allowed = rules.layers[module]
    for match in INCLUDE.finditer(text):
        used = match.group(1)
        if allowed is not None and used != module and used not in allowed:
            yield line_of(text, match.start()), f"{module}/ may not include {used}/"


def check_tokens(path, text, rules):
    module = module_of(path)
    if module == "thirdparty":
        return
    code = blank(text)
    for token, allowed in rules.tokens.items():
        if module in allowed or (module is None and allowed):
            continue  # tests and benchmarks may use what they test with
        for match in re.finditer(r"(?<!\w)" + re.escape(token), code):
            where = ", ".join(sorted(allowed)) or "nowhere"
            yield line_of(text, match.start()), f"'{token}' may stand in: {where}"


def check_words(_path, text, rules):
    for word in rules.words:
        for match in re.finditer(rf"\b{re.escape(word)}\b", text):
            yield line_of(text, match.start()), f"'{word}' stands nowhere: write an issue"


def check_header(path, text, _rules):
    if not path.startswith("include/") or not path.endswith(".hpp"):
        return
    if not text.startswith("// "):
        yield 1, "a public header opens with its purpose"
    if "#pragma once" not in text:
        yield 1, "#pragma once is missing"


def check_length(_path, text, _rules):
    lines = text.splitlines()
    if len(lines) > LINES_FAIL:
        yield len(lines), f"{len(lines)} lines, more than {LINES_FAIL}: what second thing does this file do?"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_WIDTH:
            yield number, f"{len(line)} columns, more than {LINE_WIDTH}"


def check_co_await(_path, text, _rules):
    code = blank(text)
    for match in re.finditer(r"co_await\b[^;]*?;", code):
        expression = match.group()
        if not re.search(r"\[[^\]]*\]\s*\(", expression):  # cut the body of an if or while off
            expression = re.sub(r"\)\s*\{.*", "", expression, flags=re.S)
        if BRACE.search(expression):
            yield line_of(code, match.start()), "braced or capturing temporary inside co_await: name it first"


# A statement's text that ends where a value would stand, and goes on with one. Pragmas take no parameters.
JOINED_SQL = re.compile(
    r'"(?=[^"\n]*\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|AND|OR|VALUES|LIMIT)\b)(?!PRAGMA)'
    r'[^"\n]*(?:[=<>(,]|\b(?:LIKE|IN|VALUES|LIMIT|OFFSET))\s*\'?"[)\s]*(?:\+(?!\s*")|\.append)'
)


def check_sql(path, text, _rules):
    if not path.startswith("src/storage"):
        return
    for match in JOINED_SQL.finditer(text):
        yield line_of(text, match.start()), "a value joined to the text of a statement: bind it"


def check_contract(path, text, _rules):
    """The tests that every storage engine passes name none."""
    if not path.startswith("tests/component/storage/"):
        return
    for match in re.finditer(r"sqlite", text, re.I):
        yield line_of(text, match.start()), "a contract test names no engine: use TestDatabase"


CPP_CHECKS = (check_sql, check_contract, check_layers, check_tokens, check_words, check_header, check_length,
              check_co_await)
TEXT_CHECKS = (check_length,)


def check_cmake(text, rules):
    """CMakeLists.txt may link only what the layers allow."""
    for match in re.finditer(r"notifyd_module\((\w+)([^)]*)\)", text):
        name, body = match.groups()
        used = re.search(r"\bUSES\b([a-z_\s]*)", body)
        if name not in rules.layers:
            yield line_of(text, match.start()), f"module '{name}' is not in layers.txt"
            continue
        allowed = rules.layers[name]
        for other in used.group(1).split() if used else ():
            if allowed is not None and other not in allowed:
                yield line_of(text, match.start()), f"{name} may not link {other}"


def check_cycles(rules):
    """The table itself must be a graph without a cycle."""
    done, path = set(), []

    def visit(module):
        if module in done:
            return None
        if module in path:
            return path[path.index(module):] + [module]
        path.append(module)
        for other in sorted(rules.layers.get(module) or ()):
            cycle = visit(other)
            if cycle:
                return cycle
        path.pop()
        done.add(module)
        return None

    for module in rules.layers:
        cycle = visit(module)
        if cycle:
            yield 1, "cycle: " + " -> ".join(cycle)
            return


def check_registered(root):
    """Every C++ test lies where tests/CMakeLists.txt looks for it."""
    cmake = (root / "tests/CMakeLists.txt").read_text()
    for path in sorted((root / "tests").rglob("*.cpp")):
        name = path.relative_to(root).as_posix()
        parts = path.relative_to(root / "tests").parts
        if parts[0] in ("support", "fuzz", "ws_echo"):  # the last two are programs of their own
            continue
        if not path.name.endswith("_test.cpp"):
            yield name, 1, "a test file ends with _test.cpp, anything else lies in tests/support"
        if len(parts) > 2 and not re.search(rf"\b{re.escape(parts[1])}\b", cmake):
            yield name, 1, f"tests/CMakeLists.txt does not name {parts[0]}/{parts[1]}"


def check_file(path, text, rules):
    checks = CPP_CHECKS if path.endswith(CPP) else TEXT_CHECKS
    for check in checks:
        for line, finding in check(path, text, rules):
            yield path, line, finding


def source_files(root):
    for folder in ("include", "src", "tests", "bench"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (*CPP, ".py", ".mjs", ".sql") and "node_modules" not in path.parts:
                yield path


def check_tree(root):
    rules = parse_rules((root / "tests/tidy/layers.txt").read_text())
    findings, warnings = [], []
    for line, finding in check_cycles(rules):
        findings.append(("tests/tidy/layers.txt", line, finding))
    for line, finding in check_cmake((root / "CMakeLists.txt").read_text(), rules):
        findings.append(("CMakeLists.txt", line, finding))
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text()
        findings.extend(check_file(name, text, rules))
        lines = text.count("\n")
        if LINES_WARN < lines <= LINES_FAIL:
            warnings.append((name, lines, f"{lines} lines, more than {LINES_WARN}"))
    findings.extend(check_registered(root))
    return findings, warnings


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    findings, warnings = check_tree(root)
    for name, line, text in warnings:
        print(f"{name}:{line}: warning: {text}")
    for name, line, text in findings:
        print(f"{name}:{line}: {text}")
    print(f"{len(findings)} findings, {len(warnings)} warnings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
