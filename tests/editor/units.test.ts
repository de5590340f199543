// The pure functions of the browser code; test_frontend.py bundles this file and runs it with node.
import { Text } from "@codemirror/state";
import assert from "node:assert/strict";
import test from "node:test";
import { delayAfter } from "../../editor/frontend/src/page/delays";
import type { Operation, Path } from "../../editor/frontend/src/workflow/contract";
import { minimalChange } from "../../editor/frontend/src/workflow/minimal";
import { pathAfter, pathAfterAll } from "../../editor/frontend/src/workflow/paths";
import { offsetOf, placeOf } from "../../editor/frontend/src/workflow/places";
import { Turns } from "../../editor/frontend/src/workflow/turns";
import { filled, isPlainNumber, valueOf } from "../../editor/frontend/src/workflow/values";

const applied = (text: string, change: { from: number; to: number; insert: string } | undefined): string =>
  change ? text.slice(0, change.from) + change.insert + text.slice(change.to) : text;

test("the least change keeps what both texts begin and end with", () => {
  assert.equal(minimalChange("abc", "abc"), undefined);
  assert.deepEqual(minimalChange("at: 09:00\n", "at: 10:00\n"), { from: 4, to: 6, insert: "10" });
  assert.deepEqual(minimalChange("aa", "aaa"), { from: 2, to: 2, insert: "a" });
  assert.deepEqual(minimalChange("aaa", "aa"), { from: 2, to: 3, insert: "" });
  assert.deepEqual(minimalChange("", "x"), { from: 0, to: 0, insert: "x" });
});

test("the least change never cuts a character of two units", () => {
  // 🎉 is D83C DF89, 🎊 is D83C DF8A; 𠮷 is D842 DFB7, 𠀷 D840 DC37, 🮷 D83E DFB7: units are shared on either side.
  assert.deepEqual(minimalChange("a🎉b", "a🎊b"), { from: 1, to: 3, insert: "🎊" });
  assert.deepEqual(minimalChange("a𠮷b", "a\u{1FBB7}b"), { from: 1, to: 3, insert: "\u{1FBB7}" });
});

test("the least change always makes the one text of the other", () => {
  const astral = ["🎉", "🎊", "🎉🎉", "a🎉", "🎉a", "𠮷\n𠮷", "\u{1FBB7}"];
  const texts = ["", "a", ...astral, "- a\n- b\n", "- b\n", "- a\n", "aXbXc", "aXc"];
  for (const before of texts)
    for (const after of texts) assert.equal(applied(before, minimalChange(before, after)), after);
});

test("columns are characters, offsets are units", () => {
  const text = Text.of(["a🎉b𠮷c", "客户"]);
  const offsets = [1, 2, 3, 4, 5, 6].map((column) => offsetOf(text, { line: 1, column }));
  assert.deepEqual(offsets, [0, 1, 3, 4, 6, 7]);
  for (const [at, offset] of offsets.entries()) assert.deepEqual(placeOf(text, offset), { line: 1, column: at + 1 });
  assert.equal(offsetOf(text, { line: 2, column: 2 }), 9);
});

test("a place outside the text is the nearest inside", () => {
  const text = Text.of(["ab", "c"]);
  assert.equal(offsetOf(text, { line: 1, column: 99 }), 2);
  assert.equal(offsetOf(text, { line: 9, column: 1 }), 4);
  assert.equal(offsetOf(text, { line: 0, column: 0 }), 0);
});

test("controls hold values", () => {
  assert.equal(valueOf({ as: "text", text: " 09:00" }), " 09:00");
  assert.equal(valueOf({ as: "text", text: "  " }), undefined);
  assert.equal(valueOf({ as: "number", text: "3.5" }), 3.5);
  assert.equal(valueOf({ as: "number", text: "100,000" }), "100,000");
  assert.equal(valueOf({ as: "number", text: "12345678901234567890" }), "12345678901234567890");
  assert.equal(valueOf({ as: "unit", text: "7", unit: "{} days" }), "7 days");
  assert.equal(valueOf({ as: "unit", text: "7", unit: "in {} days" }), "in 7 days");
  assert.equal(valueOf({ as: "unit", text: "7", unit: "{}" }), 7);
  assert.equal(valueOf({ as: "unit", text: "", unit: "{} days" }), undefined);
  assert.equal(valueOf({ as: "unit", text: "7", unit: "none" }), "none");
  assert.equal(valueOf({ as: "bool", text: "", checked: true }), true);
  assert.equal(valueOf({ as: "bool", text: "", checked: false }), undefined);
  assert.equal(valueOf({ as: "bool", text: "", checked: false, off: false }), false);
  assert.equal(valueOf({ as: "bool", text: "", checked: true, on: "no_match" }), "no_match");
  assert.deepEqual(valueOf({ as: "json", text: '{"field": "F"}' }), { field: "F" });
});

test("a number is written in plain figures", () => {
  for (const text of ["0", "12", "-3", "2.5", ".5"]) assert.ok(isPlainNumber(text), text);
  for (const text of ["", "1e9", "1E3", "5.", "+5", "--1", "x"]) assert.ok(!isPlainNumber(text), text);
});

test("a list keeps its order and what the form does not know", () => {
  const list = ["gold", "platnum"];
  const box = (value: string, checked: boolean) => ({ value, checked });
  const held = (...boxes: { value: string; checked: boolean }[]) => ({ as: "list" as const, text: "", list, boxes });
  assert.deepEqual(valueOf(held(box("silver", true), box("gold", true))), ["gold", "platnum", "silver"]);
  assert.deepEqual(valueOf(held(box("silver", false), box("gold", false))), ["platnum"]);
  assert.deepEqual(valueOf(held(box("platnum", false), box("gold", false))), []);
});

test("a value goes where the operation says", () => {
  const path: Path = ["trigger", "at"];
  assert.deepEqual(filled({ kind: "set", path }, "10:00"), { kind: "set", path, value: "10:00" });
  assert.deepEqual(filled({ kind: "set", path }, undefined), { kind: "unset", path });
  assert.deepEqual(filled({ kind: "rename", path }, "is_not"), { kind: "rename", path, to: "is_not" });
  assert.deepEqual(filled({ kind: "move", path }, "2"), { kind: "move", path, to: 2 });
  assert.deepEqual(filled({ kind: "remove", path }, "x"), { kind: "remove", path });
});

test("a thing is found again after operations", () => {
  const at = (place: number): Path => ["actions", place, "wait"];
  const done = (kind: Operation["kind"], place: number, to?: number): Operation => ({
    kind,
    path: ["actions", place],
    ...(to === undefined ? {} : { to }),
  });
  assert.deepEqual(pathAfter(at(2), done("remove", 0)), at(1));
  assert.deepEqual(pathAfter(at(0), done("remove", 2)), at(0));
  assert.equal(pathAfter(at(1), done("remove", 1)), undefined);
  assert.deepEqual(pathAfter(at(1), done("insert", 1)), at(2));
  assert.deepEqual(pathAfter(at(0), done("move", 0, 2)), at(2));
  assert.deepEqual(pathAfter(at(1), done("move", 0, 2)), at(0));
  assert.deepEqual(pathAfter(at(1), done("move", 2, 0)), at(2));
  assert.deepEqual(pathAfter(at(3), done("move", 2, 0)), at(3));
  assert.deepEqual(pathAfter(["trigger"], done("remove", 0)), ["trigger"]);
  assert.deepEqual(pathAfter(["a", "is"], { kind: "rename", path: ["a", "is"], to: "is_not" }), ["a", "is_not"]);
  assert.equal(pathAfterAll(at(0), [done("insert", 0), done("remove", 1)]), undefined);
});

test("only the newest question counts, and calls off the one before", () => {
  const turns = new Turns();
  const [first, second] = [turns.next(), turns.next()];
  assert.equal(first.signal.aborted, true);
  assert.equal(second.signal.aborted, false);
  assert.deepEqual([turns.isNewest(first.seq), turns.isNewest(second.seq)], [false, true]);
});

test("tries come at growing distances, up to half a minute", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 99].map(delayAfter), [1, 2, 4, 8, 15, 30, 30, 30].map((each) => each * 1000));
});
