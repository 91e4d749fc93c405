// What the documents refer to exists: configuration keys, and the scripts of examples that are not run.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {existsSync, readFileSync} from "node:fs";
import path from "node:path";
import {test} from "node:test";
import {root} from "../browser/support.mjs";
import {parseBlocks} from "./blocks.mjs";
import {documents} from "./documents.mjs";

const read = (name) => readFileSync(path.join(root, name), "utf8");

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
