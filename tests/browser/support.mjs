// A daemon started by script/server, and a real Chromium, for the tests of the try page and the documents.
import {execFileSync, spawn} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import path from "node:path";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import {chromium} from "playwright-core";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const binary = process.env.NOTIFYD_BINARY ?? path.join(root, "build/release/notifyd");
export const limit = 20_000;

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Returns {lines, log, port, runDir, pid, url, stop}: the three printed lines, and the log as it grows.
export async function startServer(runDir = mkdtempSync(path.join(tmpdir(), "notifyd-run-")), port = undefined) {
  port ??= await freePort();
  const environment = {
    ...process.env, NOTIFYD_BINARY: binary, NOTIFYD_RUN_DIR: runDir, NOTIFYD_PORT: String(port),
    NOTIFYD_LOG__FORMAT: "json", NOTIFYD_LIMITS__CONNECTS_PER_MINUTE_PER_IP: "0",
  };
  const process_ = spawn(path.join(root, "script/server"), {env: environment, stdio: ["ignore", "pipe", "pipe"]});
  const lines = [];
  const log = [];
  createInterface({input: process_.stdout}).on("line", (line) => lines.push(line));
  const ended = new Promise((resolve) => process_.on("exit", (code, signal) => resolve(code ?? signal)));
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the server is silent:\n" + log.join("\n"))), limit);
    createInterface({input: process_.stderr}).on("line", (line) => {
      log.push(line);
      if (line.includes('"server_started"')) {
        clearTimeout(timer);
        resolve();
      }
    });
    ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${log.join("\n")}`));
    });
  });
  return {
    lines, log, port, runDir, pid: process_.pid, url: `https://localhost:${port}`,
    // Returns the exit code. Removes the folder, unless it will be used again.
    async stop({keep = false} = {}) {
      process_.kill("SIGTERM");
      const code = await ended;
      if (!keep) rmSync(runDir, {recursive: true, force: true});
      return code;
    },
  };
}

export function mintToken(server, ...options) {
  const config = path.join(server.runDir, "notifyd.toml");
  return execFileSync(binary, ["token", ...options, "--config", config], {encoding: "utf8"}).trim();
}

// Runs curl as a person would; returns the parsed body.
export function curl(server, token, method, target, body = undefined) {
  const options = ["--silent", "--show-error", "--fail-with-body", "--cacert", path.join(server.runDir, "cert.pem"),
                   "-X", method, "-H", `Authorization: Bearer ${token}`];
  if (body !== undefined) options.push("-H", "Content-Type: application/json", "--data", JSON.stringify(body));
  return JSON.parse(execFileSync("curl", [...options, server.url + target], {encoding: "utf8"}));
}

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--ignore-certificate-errors"],
  });
}
