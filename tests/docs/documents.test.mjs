// What the documents refer to exists: links, headings, configuration keys, and the scripts of examples that are not
// run.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {existsSync, readFileSync} from "node:fs";
import path from "node:path";
import {test} from "node:test";
import {root} from "../browser/support.mjs";
import {parseBlocks} from "./blocks.mjs";
import {documents} from "./documents.mjs";

const read = (name) => readFileSync(path.join(root, name), "utf8");
const withoutBlocks = (markdown) => markdown.replace(/^```[^]*?^```/gm, "").replace(/`[^`\n]*`/g, (code) => {
  return code.replace(/[[\]()]/g, "");
});

// The anchors of a document as GitHub makes them.
function anchorsOf(markdown) {
  const headings = markdown.replace(/^```[^]*?^```/gm, "").match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) => heading.replace(/^#+ /, "").toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

// The broken links of a document, as text.
function brokenLinks(name, markdown) {
  const broken = [];
  for (const [, target] of withoutBlocks(markdown).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [file, anchor] = target.split("#");
    const there = file === "" ? name : path.posix.join(path.posix.dirname(name), file);
    if (!existsSync(path.join(root, there))) {
      broken.push(`${name}: ${target} does not exist`);
    } else if (anchor !== undefined && there.endsWith(".md") && !anchorsOf(read(there)).includes(anchor)) {
      broken.push(`${name}: ${target} names no heading`);
    }
  }
  return broken;
}

// The keys of a TOML text, "section.key", commented out or not.
function keysOf(toml) {
  const keys = new Set();
  let section = "";
  for (const line of toml.split("\n")) {
    const header = /^(?:# )?\[+([a-z._]+)\]+/.exec(line);
    if (header) section = header[1];
    const key = /^(?:# )?([a-z_0-9]+) = /.exec(line);
    if (key) keys.add(`${section}.${key[1]}`);
  }
  return keys;
}

// Tables whose keys the operator chooses.
const open = /^(auth\.claims|notifications\.types)\./;

test("links lead somewhere", () => {
  assert.deepEqual(documents().flatMap((name) => brokenLinks(name, read(name))), []);
});

test("a broken link is found", () => {
  assert.equal(brokenLinks("README.md", "[a](none.md) [b](#none) [c](https://x) `[d](x)`\n# B").length, 2);
});

test("configuration keys exist", () => {
  const known = keysOf(read("config/notifyd.toml"));
  assert.ok(known.size > 50);
  for (const name of documents()) {
    for (const block of parseBlocks(read(name), name).filter(({language}) => language === "toml")) {
      for (const key of keysOf(block.text)) {
        assert.ok(known.has(key) || open.test(key), `${name}:${block.line}: ${key} is not in config/notifyd.toml`);
      }
    }
  }
});

test("examples that are not run are valid bash, and their scripts exist", () => {
  for (const name of documents()) {
    for (const block of parseBlocks(read(name), name).filter(({language, ignored}) => language === "sh" && ignored)) {
      const checked = spawnSync("bash", ["-n"], {input: block.text, encoding: "utf8"});
      assert.equal(checked.status, 0, `${name}:${block.line}: ${checked.stderr}`);
      for (const [script] of block.text.matchAll(/^(?:script|tests|bench)\/[\w./-]+/gm)) {
        assert.ok(existsSync(path.join(root, script)), `${name}:${block.line}: there is no ${script}`);
      }
    }
  }
});
