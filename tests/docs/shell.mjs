// A bash that keeps its variables between the blocks of a document. `notifyd` is the daemon under test with the config
// of script/server, and `systemctl` acts on the server of the test. curl fails on an HTTP error, as -f would make it.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {limit} from "../browser/support.mjs";

const functions = `
curl() { command curl --silent --show-error --fail-with-body "$@"; }
notifyd() { build/release/notifyd "$@" --config run/notifyd.toml; }
is_ready() { curl --cacert run/cert.pem https://localhost:$PORT/readyz >/dev/null 2>&1; }
systemctl() {
  case "$1 $2" in
    "reload notifyd") kill -HUP "$SERVER" ;;
    "stop notifyd") kill -TERM "$SERVER"; while kill -0 "$SERVER" 2>/dev/null; do sleep 0.05; done ;;
    "start notifyd")
      NOTIFYD_SERVER__LISTEN=127.0.0.1:$PORT build/release/notifyd serve --config run/notifyd.toml 2>/dev/null &
      SERVER=$!
      trap 'kill "$SERVER"' EXIT
      until is_ready; do sleep 0.05; done ;;
    *) echo "systemctl $*: not simulated" >&2; return 1 ;;
  esac
}
set -uE
`;

export class Shell {
  constructor(folder, server) {
    const env = {...process.env, PORT: String(server.port), SERVER: String(server.pid)};
    delete env.NOTIFYD_BINARY;  // not a setting of the daemon, which would warn
    this.child = spawn("bash", ["--noprofile", "--norc"], {cwd: folder, env, stdio: ["pipe", "pipe", "inherit"]});
    this.output = "";
    this.waiting = null;
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      this.output += text;
      this.waiting?.();
    });
    this.child.stdin.write(functions);
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

  async end() {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin.end();
    await ended;
  }
}
