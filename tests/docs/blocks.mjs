// A Markdown document as a list of examples to run and to compare.

// The fenced blocks in order: {language, ignored, text, line, section}. A block with a word after its language, such as
// ```sh ignore, is neither run nor compared. `section` counts the headings before the block.
export function parseBlocks(markdown, name = "README.md") {
  const blocks = [];
  let open = null;
  let section = 0;
  markdown.split("\n").forEach((line, index) => {
    const fence = /^```\s*(.*)$/.exec(line);
    if (!fence) {
      if (open) open.text += line + "\n";
      else if (/^#+ /.test(line)) section += 1;
    } else if (open) {
      blocks.push(open);
      open = null;
    } else {
      const [language = "", ...options] = fence[1].trim().split(/\s+/);
      open = {language, ignored: options.length > 0, text: "", line: index + 2, section};
    }
  });
  if (open) throw new Error(`${name}:${open.line}: this block has no end`);
  return blocks;
}

const runnable = ["sh", "js", "javascript"];

// What is run, and the JSON that a run in the same section must print or log. Other JSON shows a format.
export function examplesOf(blocks) {
  const sections = new Set();
  return blocks.filter((block) => {
    if (block.ignored) return false;
    if (runnable.includes(block.language)) sections.add(block.section);
    return runnable.includes(block.language) || (block.language === "json" && sections.has(block.section));
  });
}

// Values that differ from run to run: ids, times, keys, tokens, counts of milliseconds.
const varying = [
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/,
  /^[A-Za-z0-9_.-]{24,}$/,
  /^…$|\.\.\.$|…$/,
];

// The first difference between `actual` and `expected`, or null: the same members, and equal values except where they
// vary. An expected object with a member "…" may have more members than it shows.
export function difference(expected, actual, at = "") {
  const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
  if (kind(expected) !== kind(actual)) return `${at || "the value"} is ${kind(actual)}, not ${kind(expected)}`;
  if (kind(expected) === "array") {
    if (expected.length !== actual.length) {
      return `${at || "the array"} has ${actual.length} entries, not ${expected.length}`;
    }
    for (const [index, entry] of expected.entries()) {
      const found = difference(entry, actual[index], `${at}[${index}]`);
      if (found) return found;
    }
    return null;
  }
  if (kind(expected) === "object") {
    for (const name of Object.keys(expected).filter((key) => key !== "…")) {
      if (!(name in actual)) return `${at}.${name} is missing`;
      const found = difference(expected[name], actual[name], `${at}.${name}`);
      if (found) return found;
    }
    const extra = Object.keys(actual).find((name) => !(name in expected));
    return extra !== undefined && !("…" in expected) ? `${at}.${extra} is not in the document` : null;
  }
  if (kind(expected) === "string" && varying.some((pattern) => pattern.test(expected))) return null;
  if (kind(expected) === "number" && expected > 1e9) return null;
  if (expected === actual) return null;
  return `${at || "the value"} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
}

// The JSON documents in a text, one after the other or one per line; other lines are skipped.
export function jsonDocuments(text) {
  const documents = [];
  for (let rest = text.trim(); rest !== "";) {
    let end = rest.indexOf("\n");
    if (end < 0) end = rest.length;
    let found = false;
    for (let length = end; length <= rest.length && !found; length = nextLine(rest, length)) {
      try {
        documents.push(JSON.parse(rest.slice(0, length)));
        rest = rest.slice(length).trim();
        found = true;
      } catch {
        if (length === rest.length || !/^[[{]/.test(rest)) break;
      }
    }
    if (!found) rest = rest.slice(end).trim();
  }
  return documents;
}

function nextLine(text, from) {
  const at = text.indexOf("\n", from + 1);
  return at < 0 ? text.length : at;
}
