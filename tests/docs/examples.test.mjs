// Runs the documents: every ```sh block in one bash, every ```js block in one page of a real browser, in order, against
// a server from script/server; each document has its own. A ```json block is what the block before it prints, or what
// the page has logged in the end.
import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {after, before, test} from "node:test";
import {binary, limit, root, startBrowser, startServer} from "../browser/support.mjs";
import {difference, examplesOf, jsonDocuments, parseBlocks} from "./blocks.mjs";
import {documents} from "./documents.mjs";
import {Shell} from "./shell.mjs";

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());

// The tree as a reader sees it: run/ is the test's, build/release/notifyd the daemon under test.
function makeFolder(server) {
  const folder = mkdtempSync(path.join(tmpdir(), "notifyd-docs-"));
  for (const name of readdirSync(root)) {
    if (!["run", "build", ".git"].includes(name)) symlinkSync(path.join(root, name), path.join(folder, name));
  }
  symlinkSync(server.runDir, path.join(folder, "run"));
  mkdirSync(path.join(folder, "build/release"), {recursive: true});
  symlinkSync(binary, path.join(folder, "build/release/notifyd"));
  mkdirSync(path.join(folder, "backups"));
  return folder;
}

class Page {
  logged = [];  // what the page wrote to its console, as JSON
  grown = () => {};  // called when there is more of it

  static async open(server) {
    const self = new Page();
    self.page = await (await browser.newContext({ignoreHTTPSErrors: true})).newPage();
    self.page.on("console", async (message) => {
      const values = await Promise.all(message.args().map((handle) => handle.jsonValue().catch(() => null)));
      for (const value of values) {
        self.logged.push(...(typeof value === "string" ? jsonDocuments(value) : [value]));
      }
      self.grown();
    });
    await self.page.goto(server.url + "/healthz");
    self.session = await self.page.context().newCDPSession(self.page);
    return self;
  }

  // As the browser's console would: top-level await, and names that stay for the next block.
  async run(text, token) {
    await this.page.evaluate((value) => { globalThis.token = globalThis.TOKEN = value; }, token);
    const result = await this.session.send("Runtime.evaluate", {expression: text, replMode: true, awaitPromise: true});
    assert.equal(result.exceptionDetails, undefined, JSON.stringify(result.exceptionDetails?.exception?.description));
  }

  async waitForLogged(expected) {
    const deadline = Date.now() + limit;
    for (;;) {
      const found = this.logged.map((value) => difference(expected, value));
      if (found.includes(null)) return;
      const left = deadline - Date.now();
      if (left <= 0) assert.fail(`the page logged no ${JSON.stringify(expected)}: ${found.join("; ") || "nothing"}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.grown = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

async function runDocument(context, examples) {
  const server = await startServer();
  const folder = makeFolder(server);
  const shell = new Shell(folder, server);
  const page = await Page.open(server);
  context.after(async () => {
    await shell.end();
    await server.stop();
    rmSync(folder, {recursive: true, force: true});
  });
  const logs = [];  // what the page must have logged once everything has run
  let last = null;
  let printed = "";
  for (const block of examples) {
    const text = block.text.replaceAll("localhost:8443", `localhost:${server.port}`)
      .replaceAll("/var/backups/", "backups/");
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
        // A reader goes on when the page has shown what the document promises.
        for (const expected of logs) await page.waitForLogged(expected);
        await page.run(text, (await shell.run('echo "${TOKEN:-}"')).trim());
      }
    });
    if (block.language !== "json") last = block.language;
  }
  for (const expected of logs) {
    await context.test(`the page logs ${JSON.stringify(expected).slice(0, 60)}`, () => page.waitForLogged(expected));
  }
}

for (const name of documents()) {
  const examples = examplesOf(parseBlocks(readFileSync(path.join(root, name), "utf8"), name));
  if (examples.length > 0) test(name, (context) => runDocument(context, examples));
}

test("README.md has examples of both kinds", () => {
  const languages = parseBlocks(readFileSync(path.join(root, "README.md"), "utf8")).map((block) => block.language);
  assert.ok(languages.includes("sh") && languages.includes("js") && languages.includes("json"));
});
