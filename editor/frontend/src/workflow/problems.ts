/** The server's problems in the text: marks, their fixes, and going from one to the next. */
import { nextDiagnostic, previousDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { EditorView, KeyBinding } from "@codemirror/view";
import { say } from "../page/strings";
import type { Fix, Problem } from "./contract";
import { offsetOf } from "./places";

export const problemKeys: KeyBinding[] = [
  { key: "F8", run: nextDiagnostic, shift: previousDiagnostic, preventDefault: true },
];

export function showProblems(view: EditorView, problems: Problem[]): void {
  const text = view.state.doc;
  view.dispatch(setDiagnostics(view.state, problems.map((each) => marked(text, each))));
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

/** The place of a fix holds for the text that was analysed: while a newer one waits, the next answer brings it anew. */
export function applyFix(view: EditorView, fix: Fix): void {
  const text = view.state.doc;
  const from = offsetOf(text, fix);
  const to = offsetOf(text, { line: fix.end_line, column: fix.end_column });
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
