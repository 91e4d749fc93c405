// The try page in a real browser, over wss, together with curl.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdirSync} from "node:fs";
import path from "node:path";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {curl, limit, mintToken, root, startBrowser, startServer} from "./support.mjs";

const shots = process.env.NOTIFYD_SCREENSHOTS ?? path.join(root, "build/screenshots");
let server;
let browser;
let admin;
let complaints;
let contexts;
let chats = 0;

before(async () => {
  mkdirSync(shots, {recursive: true});
  server = await startServer();
  browser = await startBrowser();
  admin = mintToken(server, "--user", "alice", "--scope", "notifyd:admin");
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

beforeEach(() => {
  complaints = [];
  contexts = [];
});

afterEach(async () => {
  for (const context of contexts) await context.close();
});

function newChat() {
  chats += 1;
  return `chat-${chats}`;
}

// A page with its own storage; collects everything that the browser complains about (CSP, scripts).
async function openPage(fragment = {}, options = {}) {
  const context = await browser.newContext({ignoreHTTPSErrors: true, ...options});
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(limit);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const text = new URLSearchParams(fragment).toString();
  await page.goto(`${server.url}/${text ? "#" + text : ""}`);
  return page;
}

const state = (page, wanted) => page.waitForSelector(`#state[data-state="${wanted}"]`);
const messageWith = (page, text) => page.locator("#messages li", {hasText: text});

async function connected(token, chatId, options) {
  const page = await openPage({token, chatId}, options);
  await state(page, "connected");
  return page;
}

async function say(page, text, type = "fifo") {
  await page.fill("#text", text);
  await page.selectOption("#type", type);
  await page.click("#send");
}

function publish(chatId, content, messageType = "fifo") {
  return curl(server, admin, "POST", "/publish", {targetChannel: "WebSocket", messageType, payload: {chatId, content}});
}

test("the three printed lines work when pasted", async () => {
  assert.equal(server.lines.length, 3);
  const output = execFileSync("bash", ["-euc", server.lines.join("\n")], {encoding: "utf8"}).trim().split("\n");
  const url = output.pop();
  assert.equal(JSON.parse(output.join("\n")).sequenceNumber, 1);
  const context = await browser.newContext({ignoreHTTPSErrors: true});
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(url);
  await state(page, "connected");
  await messageWith(page, "Hello").waitFor();
});

test("the page shows what curl publishes, with its number and latency", async () => {
  const chat = newChat();
  const page = await connected(admin, chat);
  assert.equal(page.url(), server.url + "/", "the token must leave the address bar");
  for (let number = 1; number <= 3; number += 1) {
    publish(chat, `message ${number}`);
    const item = messageWith(page, `message ${number}`);
    await item.waitFor();
    assert.equal(await item.locator(".sequence").textContent(), `#${number}`);
    assert.equal(await item.locator(".sender").textContent(), "alice");
    assert.match(await item.locator(".latency").textContent(), /^\d+ ms$/);
  }
  publish(chat, "a standard one", "standard");
  await messageWith(page, "a standard one").waitFor();
  assert.equal(await messageWith(page, "a standard one").locator(".sequence").textContent(), "standard");
  await page.screenshot({path: path.join(shots, "try-page.png")});
  assert.deepEqual(complaints, []);
});

test("two pages chat both ways", async () => {
  const chat = newChat();
  curl(server, admin, "POST", "/permissions", {userId: "bob", chatId: chat});
  const alice = await connected(admin, chat);
  const bob = await connected(mintToken(server, "--user", "bob"), chat, {
    colorScheme: "dark", viewport: {width: 390, height: 740}});
  await say(alice, "hello bob");
  await messageWith(bob, "hello bob").waitFor();
  await say(bob, "hello alice");
  await messageWith(alice, "hello alice").waitFor();
  await say(bob, "no order", "standard");
  await messageWith(alice, "no order").waitFor();
  for (const page of [alice, bob]) {
    await messageWith(page, "no order").waitFor();
    const texts = await page.locator("#messages .text").allTextContents();
    assert.deepEqual(texts, ["hello bob", "hello alice", "no order"]);
    const numbers = await page.locator("#messages .sequence").allTextContents();
    assert.deepEqual(numbers, ["#1", "#2", "standard"]);
  }
  assert.equal(await bob.locator("#messages li.own").count(), 2);
  await bob.screenshot({path: path.join(shots, "try-page-dark-narrow.png")});
  assert.deepEqual(complaints, []);
});

test("the last 20 messages are there after connecting, each once", async () => {
  const chat = newChat();
  for (let number = 1; number <= 25; number += 1) publish(chat, `old ${number}.`);
  const page = await connected(admin, chat);
  await messageWith(page, "old 25.").waitFor();
  await say(page, "new");
  await messageWith(page, "new").waitFor();
  const texts = await page.locator("#messages .text").allTextContents();
  assert.deepEqual(texts, [...Array.from({length: 20}, (_, index) => `old ${index + 6}.`), "new"]);
});

test("message text is never interpreted as HTML", async () => {
  const chat = newChat();
  const page = await connected(admin, chat);
  const text = '<img src="x" onerror="document.title = 1"><b>bold</b>';
  publish(chat, text);
  publish(chat, {an: ["object"]});
  await messageWith(page, '{"an":["object"]}').waitFor();
  assert.equal(await page.locator("#messages .text").first().textContent(), text);
  assert.equal(await page.locator("#messages img, #messages b").count(), 0);
});

test("refusals are explained in plain words", async () => {
  const page = await openPage({token: "not-a-token", chatId: "demo"});
  await state(page, "refused");
  await page.locator("#notice-text", {hasText: "The token was refused"}).waitFor();

  await page.fill("#token", "");
  await page.click("#connect");
  await page.locator("#notice-text", {hasText: "A token and a chat are needed."}).waitFor();
});

test("a chat without an owner can be claimed, one with an owner cannot", async () => {
  const chat = newChat();
  const carol = await openPage({token: mintToken(server, "--user", "carol"), chatId: chat});
  await state(carol, "refused");
  await carol.locator("#notice-text", {hasText: `carol has no permission for the chat "${chat}"`}).waitFor();
  await carol.screenshot({path: path.join(shots, "try-page-refused.png")});
  await carol.click("#claim");
  await state(carol, "connected");
  await say(carol, "mine now");
  await messageWith(carol, "mine now").waitFor();

  const dave = await openPage({token: mintToken(server, "--user", "dave"), chatId: chat});
  await state(dave, "refused");
  await dave.click("#claim");
  await dave.locator("#notice-text", {hasText: "The chat cannot be claimed"}).waitFor();
});

test("a refused message is reported, and the connection stays open", async () => {
  const chat = newChat();
  curl(server, admin, "POST", "/permissions", {userId: "erin", chatId: chat, role: "viewer"});
  const page = await connected(mintToken(server, "--user", "erin"), chat);
  await say(page, "may I?");
  await page.locator("#notice-text", {hasText: "Not sent (403)"}).waitFor();
  publish(chat, "only listening");
  await messageWith(page, "only listening").waitFor();
});

const notify = (members) => curl(server, admin, "POST", "/notifications", {type: "upload_complete", ...members});
const notificationWith = (page, text) => page.locator("#notifications li", {hasText: text});

test("a notification shows a toast, the badge counts it, and the inbox lists it on every device", async () => {
  const user = newChat();
  const chat = newChat();
  curl(server, admin, "POST", "/permissions", {userId: user, chatId: chat});
  const token = mintToken(server, "--user", user);
  notify({userId: user, title: "While away"});
  const [first, second] = [await connected(token, chat), await connected(token, chat)];
  for (const page of [first, second]) {
    await page.locator("#badge", {hasText: /^1$/}).waitFor();
  }
  notify({userId: user, title: "Your model is ready", body: "<b>1,204</b> parts", actionUrl: "/models/7"});
  for (const page of [first, second]) {
    await page.locator("#toast", {hasText: "Your model is ready"}).waitFor();
    await page.locator("#badge", {hasText: /^2$/}).waitFor();
    await page.click("#bell");
    assert.deepEqual(await page.locator("#notifications .title").allTextContents(),
                     ["Your model is ready", "While away"]);
    assert.equal(await notificationWith(page, "ready").locator(".body").textContent(), "<b>1,204</b> parts");
    assert.equal(await notificationWith(page, "ready").locator("a").getAttribute("href"), "/models/7");
  }
  await first.screenshot({path: path.join(shots, "try-page-inbox.png")});

  await notificationWith(first, "While away").getByRole("button", {name: "Read"}).click();
  for (const page of [first, second]) await page.locator("#badge", {hasText: /^1$/}).waitFor();
  await notificationWith(second, "While away").getByRole("button", {name: "Delete"}).click();
  for (const page of [first, second]) await notificationWith(page, "While away").waitFor({state: "detached"});
  await second.click("#read-all");
  for (const page of [first, second]) {
    await page.locator("#badge").waitFor({state: "hidden"});
    assert.equal(await page.locator("#notifications li.unread").count(), 0);
  }
  assert.deepEqual(complaints, []);
});

test("notifications that came while the page was away are there once it is back", async () => {
  const user = newChat();
  const chat = newChat();
  curl(server, admin, "POST", "/permissions", {userId: user, chatId: chat});
  const page = await connected(mintToken(server, "--user", user), chat);
  notify({userId: user, title: "first"});
  await notificationWith(page, "first").waitFor({state: "attached"});
  await page.click("#disconnect");
  notify({userId: user, title: "second"});
  await page.click("#connect");
  await page.locator("#badge", {hasText: /^2$/}).waitFor();
  await page.click("#bell");
  await notificationWith(page, "second").waitFor();
  assert.equal(await page.locator("#notifications li").count(), 2);
  assert.deepEqual(complaints, []);
});

test("the page reports that the server stopped, and connects again once it is back", async () => {
  const chat = newChat();
  const page = await connected(admin, chat);
  publish(chat, "before");
  await messageWith(page, "before").waitFor();
  assert.equal(await server.stop({keep: true}), 0);
  await page.locator("#notice-text", {hasText: "Disconnected (1012): the server is restarting"}).waitFor();
  server = await startServer(server.runDir, server.port);
  await page.click("#connect");
  await state(page, "connected");
  publish(chat, "after");
  await messageWith(page, "after").waitFor();
  assert.deepEqual(await page.locator("#messages .text").allTextContents(), ["before", "after"]);
});
