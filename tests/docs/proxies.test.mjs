// The proxy settings in docs/operations.md, in front of a daemon: requests, WebSockets and addresses come through.
import assert from "node:assert/strict";
import {execFileSync, spawn} from "node:child_process";
import {accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import https from "node:https";
import {tmpdir} from "node:os";
import path from "node:path";
import {after, before, test} from "node:test";
import {binary, freePort, limit, root} from "../browser/support.mjs";
import {parseBlocks} from "./blocks.mjs";

const blocks = parseBlocks(readFileSync(path.join(root, "docs/operations.md"), "utf8"));
let folder;
let daemon;
let port;
let log = "";

function find(program) {
  return ["/usr/sbin", "/usr/bin"].map((place) => path.join(place, program)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function until(what, attempt) {
  const deadline = Date.now() + limit;
  for (;;) {
    const result = await attempt().catch((error) => error);
    if (!(result instanceof Error)) return result;
    if (Date.now() > deadline) throw new Error(`${what}: ${result.message}\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// The status, also 101 of a WebSocket.
function get(proxy, target, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = https.get({host: "127.0.0.1", port: proxy, path: target, headers, rejectUnauthorized: false});
    request.once("error", reject);
    request.once("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
  });
}

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "notifyd-proxies-"));
  port = await freePort();
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc",
                           "-subj", "/CN=localhost", "-keyout", "push.key", "-out", "push.crt"],
               {cwd: folder, stdio: "ignore"});
  const files = ["push.crt", "push.key"].map((name) => readFileSync(path.join(folder, name), "utf8"));
  writeFileSync(path.join(folder, "push.pem"), files.join(""));
  const settings = blocks.find(({language, text}) => language === "toml" && text.includes("trusted_proxies")).text;
  assert.ok(settings.includes('"127.0.0.1:8443"'));
  writeFileSync(path.join(folder, "notifyd.toml"), settings.replace("127.0.0.1:8443", `127.0.0.1:${port}`) +
    '[auth]\nalgorithms = ["HS256"]\nhs256_secret = "0123456789abcdef0123456789abcdef"\n' +
    `[storage]\npath = "${folder}/notifyd.db"\n[log]\nformat = "json"\n`);
  daemon = spawn(binary, ["serve", "--config", "notifyd.toml"], {cwd: folder, stdio: ["ignore", "ignore", "pipe"]});
  daemon.stderr.setEncoding("utf8").on("data", (text) => { log += text; });
  await until("the daemon", async () => {
    if (!log.includes("server_started")) throw new Error("not started");
  });
});

after(async () => {
  const ended = new Promise((resolve) => daemon.once("exit", resolve));
  daemon.kill();
  await ended;
  rmSync(folder, {recursive: true, force: true});
});

async function check(context, command, config, proxy) {
  writeFileSync(path.join(folder, "proxy.conf"), config);
  const child = spawn(command[0], command.slice(1), {cwd: folder, stdio: ["ignore", "ignore", "pipe"]});
  child.stderr.setEncoding("utf8").on("data", (text) => { log += text; });
  context.after(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
  });
  await until("the proxy", async () => assert.equal(await get(proxy, "/readyz"), 200));
  const token = execFileSync(binary, ["token", "--user", "alice", "--config", "notifyd.toml"],
                             {cwd: folder, encoding: "utf8"}).trim();
  const upgrade = {
    Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", Authorization: `Bearer ${token}`,
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "X-Forwarded-For": "192.0.2.1",
  };
  assert.equal(await get(proxy, "/ws", upgrade), 101);
  const opened = await until("connection_opened", async () => {
    const line = log.split("\n").findLast((text) => text.includes('"connection_opened"'));
    if (line === undefined) throw new Error("not logged");
    return JSON.parse(line);
  });
  // The proxy has replaced the address that the client claimed, and is believed.
  assert.equal(opened.address, "127.0.0.1");
  assert.ok(!log.includes("forwarded_for_ignored"), log);
}

const nginx = find("nginx");
test("nginx", {skip: nginx === undefined && "nginx is not installed"}, async (context) => {
  const proxy = await freePort();
  const block = blocks.find(({language}) => language === "nginx").text
    .replaceAll("127.0.0.1:8443", `127.0.0.1:${port}`).replace("listen 443", `listen 127.0.0.1:${proxy}`)
    .replace("/etc/ssl/push.pem", `${folder}/push.crt`).replace("/etc/ssl/private/push.key", `${folder}/push.key`)
    .replace("/var/log/nginx/push.log", `${folder}/access.log`);
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  const config = `daemon off;\npid ${folder}/nginx.pid;\nerror_log stderr warn;\nevents {}\n` +
    `http {\n${places}\n${block}\n}\n`;
  await check(context, [nginx, "-c", path.join(folder, "proxy.conf"), "-p", folder, "-e", "stderr"], config, proxy);
});

const haproxy = find("haproxy");
test("HAProxy", {skip: haproxy === undefined && "haproxy is not installed"}, async (context) => {
  const proxy = await freePort();
  const config = blocks.find(({language}) => language === "haproxy").text
    .replaceAll("127.0.0.1:8443", `127.0.0.1:${port}`).replace("bind :443", `bind 127.0.0.1:${proxy}`)
    .replace("/etc/haproxy/push.pem", `${folder}/push.pem`).replace("maxconn 20000", "maxconn 200");
  await check(context, [haproxy, "-db", "-f", "proxy.conf"], config, proxy);
});
