// The documents of the tree, as paths from its root.
import {existsSync, readdirSync} from "node:fs";
import path from "node:path";
import {root} from "../browser/support.mjs";

export function documents() {
  const inFolder = (folder) => readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(".md")).map((name) => path.posix.join(folder, name));
  return [".", "docs", "src", "tests", "bench"].filter((folder) => existsSync(path.join(root, folder)))
    .flatMap(inFolder).sort();
}
