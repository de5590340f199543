/** The server's problems in the text: marks, their fixes, and going from one to the next. */
import { nextDiagnostic, previousDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { ChangeSet, StateEffect, StateField, type ChangeDesc, type Text } from "@codemirror/state";
import type { EditorView, KeyBinding } from "@codemirror/view";
import { say } from "../page/strings";
import type { Fix, Problem } from "./contract";
import { offsetOf } from "./places";

export const problemKeys: KeyBinding[] = [
  { key: "F8", run: nextDiagnostic, shift: previousDiagnostic, preventDefault: true },
];

const analysed = StateEffect.define();

/** Places are those of the text that was analysed: which it was, and what has changed since. */
export const analysedText = StateField.define<{ text: Text; since: ChangeDesc }>({
  create: ({ doc }) => fresh(doc),
  update(value, { effects, newDoc, changes }) {
    if (effects.some((each) => each.is(analysed))) return fresh(newDoc);
    return changes.empty ? value : { text: value.text, since: value.since.composeDesc(changes.desc) };
  },
});

function fresh(text: Text): { text: Text; since: ChangeDesc } {
  return { text, since: ChangeSet.empty(text.length).desc };
}

export function showProblems(view: EditorView, problems: Problem[]): void {
  const text = view.state.doc;
  const marks = setDiagnostics(view.state, problems.map((each) => marked(text, each)));
  view.dispatch({ effects: analysed.of(null) }, marks);
  showCount(problems);
}

function marked(text: Text, problem: Problem): Diagnostic {
  const from = offsetOf(text, problem);
  const to = offsetOf(text, { line: problem.end_line, column: problem.end_column });
  return {
    from,
    to: Math.max(from, to),
    severity: problem.severity,
    source: problem.code,
    message: [problem.message, problem.hint].filter(Boolean).join("\n"),
    actions: (problem.fixes ?? []).map((fix) => ({ name: fix.label, apply: (view) => applyFix(view, fix) })),
  };
}

export function applyFix(view: EditorView, fix: Fix): void {
  const { text, since } = view.state.field(analysedText);
  const from = since.mapPos(offsetOf(text, fix), 1);
  const to = Math.max(from, since.mapPos(offsetOf(text, { line: fix.end_line, column: fix.end_column }), -1));
  const insert = view.state.toText(fix.insert);
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.fix" });
}

/** A number at the tabs: all problems, in the colour of the worst. */
function showCount(problems: Problem[]): void {
  const count = problems.filter((each) => each.severity !== "info").length;
  const worst = problems.some((each) => each.severity === "error") ? "bad" : "warn";
  for (const badge of document.querySelectorAll<HTMLElement>("[data-badge]")) {
    badge.hidden = count === 0;
    badge.className = `badge badge-${worst}`;
    const spoken = part(say("problems_count", { count }), "class", "unseen");
    badge.replaceChildren(part(String(count), "aria-hidden", "true"), spoken);
  }
}

function part(text: string, attribute: string, value: string): HTMLElement {
  const made = document.createElement("span");
  made.setAttribute(attribute, value);
  made.textContent = text;
  return made;
}
