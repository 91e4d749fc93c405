// Tests that the comparison of documents and output can fail.
import assert from "node:assert/strict";
import {test} from "node:test";
import {difference, examplesOf, jsonDocuments, parseBlocks} from "./blocks.mjs";

test("blocks are found in order, with their sections", () => {
  const text = "x\n```sh\na\nb\n```\n# y\n```sh ignore\n# no\n```\n```json\n{}\n```\n";
  assert.deepEqual(parseBlocks(text), [
    {language: "sh", ignored: false, text: "a\nb\n", line: 3, section: 0},
    {language: "sh", ignored: true, text: "# no\n", line: 8, section: 1},
    {language: "json", ignored: false, text: "{}\n", line: 11, section: 1}]);
  assert.throws(() => parseBlocks("```sh\nno end"), /no end/);
});

test("JSON is compared where something of its section is run", () => {
  const text = "```json\n1\n```\n```sh\na\n```\n```json\n2\n```\n# y\n```json\n3\n```\n```toml\nb\n```\n";
  assert.deepEqual(examplesOf(parseBlocks(text)).map((block) => block.text), ["a\n", "2\n"]);
});

test("differences are found", () => {
  for (const [expected, actual, words] of [
    [{a: 1}, {a: 2}, ".a is 2, not 1"], [{a: 1}, {}, ".a is missing"], [{}, {a: 1}, ".a is not in the document"],
    [{a: "x"}, {a: 1}, "is number, not string"], [[1], [1, 2], "2 entries, not 1"],
    [{a: [{b: 1}]}, {a: [{b: 3}]}, ".a[0].b"],
    [{a: null}, {a: {}}, "is object, not null"], ["short", "other", "not"], [{"…": "", a: 1}, {b: 1}, ".a is missing"],
  ]) {
    assert.ok(difference(expected, actual)?.includes(words), `${difference(expected, actual)} has no ${words}`);
  }
});

test("what varies does not differ", () => {
  for (const [expected, actual] of [
    ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"],
    ["2026-01-31T12:00:00.000Z", "2026-11-21T02:00:00.123Z"], [1790000000, 1790000001], ["eyJhbGciOi…", "x"],
    [{"…": "", a: 1}, {a: 1, b: 2}], [[], []],
  ]) {
    assert.equal(difference(expected, actual), null);
  }
});

test("documents in a text", () => {
  assert.deepEqual(jsonDocuments('{"a":1}{'), []);
  assert.deepEqual(jsonDocuments('note\n{"a":1}\n{\n  "b": [\n 2]\n}\nend'), [{a: 1}, {b: [2]}]);
  assert.deepEqual(jsonDocuments(""), []);
});
