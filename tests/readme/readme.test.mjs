// Runs README.md: every ```sh block in one bash, every ```js block in one page of a real browser, in order, against a
// server from script/server. A ```json block is what the block before it prints, or what the page logs in the end.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {after, before, test} from "node:test";
import {binary, limit, root, startBrowser, startServer} from "../browser/support.mjs";
import {difference, jsonDocuments, parseBlocks} from "./blocks.mjs";

let server;
let browser;
let page;
let session;
let shell;
let folder;
const logged = [];  // what the page wrote to its console, as JSON
let grown = () => {};  // called when there is more of it

// The tree as README sees it: run/ is the test's, build/release/notifyd the daemon under test.
function makeFolder() {
  folder = mkdtempSync(path.join(tmpdir(), "notifyd-readme-"));
  for (const name of readdirSync(root)) {
    if (!["run", "build", ".git"].includes(name)) symlinkSync(path.join(root, name), path.join(folder, name));
  }
  symlinkSync(server.runDir, path.join(folder, "run"));
  mkdirSync(path.join(folder, "build/release"), {recursive: true});
  symlinkSync(binary, path.join(folder, "build/release/notifyd"));
}

// A bash that keeps its variables between blocks. curl fails on an HTTP error, as -f would make it.
class Shell {
  constructor() {
    this.child = spawn("bash", ["--noprofile", "--norc"], {cwd: folder, stdio: ["pipe", "pipe", "inherit"]});
    this.output = "";
    this.waiting = null;
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      this.output += text;
      this.waiting?.();
    });
    this.child.stdin.write('curl() { command curl --silent --show-error --fail-with-body "$@"; }\nset -uE\n');
  }

  // Gives what the block printed; a command that fails fails the block.
  async run(text) {
    const mark = `mark-${Math.random()}`;
    this.output = "";
    const report = `trap - ERR; printf '\\n%s %s\\n' ${mark} "$failed"`;
    this.child.stdin.write(`failed=0; trap 'failed=1' ERR\n${text}\n${report}\n`);
    const end = new RegExp(`\\n${mark} (\\d)\\n`);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no end after:\n${text}\n${this.output}`)), limit);
      this.child.once("exit", () => reject(new Error(`the shell ended in:\n${text}\n${this.output}`)));
      this.waiting = () => {
        if (end.test(this.output)) {
          clearTimeout(timer);
          resolve();
        }
      };
      this.waiting();
    });
    this.child.removeAllListeners("exit");
    const printed = this.output.slice(0, this.output.search(end));
    assert.equal(end.exec(this.output)[1], "0", `a command failed:\n${printed}`);
    return printed;
  }

  end() {
    this.child.stdin.end();
  }
}

before(async () => {
  server = await startServer();
  makeFolder();
  shell = new Shell();
  browser = await startBrowser();
  page = await (await browser.newContext({ignoreHTTPSErrors: true})).newPage();
  page.on("console", async (message) => {
    const values = await Promise.all(message.args().map((handle) => handle.jsonValue().catch(() => null)));
    for (const value of values) {
      const documents = typeof value === "string" ? jsonDocuments(value) : [value];
      logged.push(...documents);
    }
    grown();
  });
  await page.goto(server.url + "/healthz");
  session = await page.context().newCDPSession(page);
});

after(async () => {
  shell?.end();
  await browser?.close();
  await server?.stop();
  if (folder) rmSync(folder, {recursive: true, force: true});
});

// As the browser's console would: top-level await, and names that stay for the next block.
async function runInPage(text) {
  const token = (await shell.run('echo "${TOKEN:-}"')).trim();
  await page.evaluate((value) => { globalThis.token = globalThis.TOKEN = value; }, token);
  const result = await session.send("Runtime.evaluate", {expression: text, replMode: true, awaitPromise: true});
  assert.equal(result.exceptionDetails, undefined, JSON.stringify(result.exceptionDetails?.exception?.description));
}

async function waitForLogged(expected) {
  const deadline = Date.now() + limit;
  for (;;) {
    const found = logged.map((value) => difference(expected, value));
    if (found.includes(null)) return;
    const left = deadline - Date.now();
    if (left <= 0) assert.fail(`the page logged no ${JSON.stringify(expected)}: ${found.join("; ") || "nothing"}`);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, left);
      grown = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

test("README.md", async (context) => {
  const blocks = parseBlocks(readFileSync(path.join(root, "README.md"), "utf8"));
  assert.ok(blocks.some((block) => block.language === "sh"), "README.md has no example");
  const logs = [];  // what the page must have logged once all is run
  let last = null;
  let printed = "";
  for (const block of blocks) {
    const text = block.text.replaceAll("localhost:8443", `localhost:${server.port}`);
    if (/script\/(server|test|bootstrap)/.test(text)) continue;  // the server runs already
    await context.test(`line ${block.line}: ${block.language}`, async () => {
      if (block.language === "sh") {
        printed = await shell.run(text);
      } else if (block.language === "json") {
        const expected = JSON.parse(text);
        if (last === "sh") {
          const found = jsonDocuments(printed).map((value) => difference(expected, value));
          assert.ok(found.includes(null), `${found.join("; ") || "no JSON"} in:\n${printed}`);
        } else {
          logs.push(expected);
        }
      } else {
        await runInPage(text);
      }
    });
    if (block.language !== "json") last = block.language;
  }
  for (const expected of logs) {
    await context.test(`the page logs ${JSON.stringify(expected).slice(0, 60)}`, () => waitForLogged(expected));
  }
});
