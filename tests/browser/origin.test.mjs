// In a real browser, a page of another origin is refused even with a valid token; pages on the list are admitted.
import assert from "node:assert/strict";
import {createServer} from "node:http";
import {after, before, test} from "node:test";
import {limit, mintToken, startBrowser, startServer} from "./support.mjs";

// The pages are on this machine, like notifyd: whether a public page may reach it at all is up to the browser.
const sites = [];
let server;
let browser;

async function startSite() {
  const site = createServer((_, reply) => reply.setHeader("Content-Type", "text/html").end("<p>a page"));
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  sites.push(site);
  return site.address().port;
}

let allowed;
let others;

before(async () => {
  const port = await startSite();
  allowed = `http://localhost:${port}`;
  // Another host name for the same page, and another port.
  others = [`http://127.0.0.1:${port}`, `http://localhost:${await startSite()}`];
  process.env.NOTIFYD_SERVER__ALLOWED_ORIGINS = allowed;
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  for (const site of sites) site.close();
  assert.equal(await server?.stop(), 0);
});

// The results of a connection and a request from a page of that origin: ["open" or "refused", status or "refused"].
async function attemptFrom(origin) {
  const context = await browser.newContext({ignoreHTTPSErrors: true});
  const page = await context.newPage();
  page.setDefaultTimeout(limit);
  await page.goto(`${origin}/`);
  const token = mintToken(server, "--user", "victim");
  const outcome = await page.evaluate(async ({url, token}) => {
    const socket = new WebSocket(`${url.replace("https", "wss")}/ws?token=${token}`);
    const opened = await new Promise((resolve) => {
      socket.onopen = () => resolve("open");
      socket.onclose = () => resolve("refused");
    });
    const status = await fetch(`${url}/version`).then((reply) => reply.status, () => "refused");
    return [opened, status];
  }, {url: server.url, token});
  await context.close();
  return outcome;
}

const opened = () => server.log.filter((line) => line.includes('"connection_opened"')).length;

test("a page of another origin gets neither a connection nor an answer", async () => {
  for (const origin of others) assert.deepEqual(await attemptFrom(origin), ["refused", "refused"], origin);
  assert.equal(opened(), 0);
});

test("a page on the list gets both", async () => {
  assert.deepEqual(await attemptFrom(allowed), ["open", 200]);
  assert.equal(opened(), 1);
});
