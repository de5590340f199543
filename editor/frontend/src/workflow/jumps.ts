/** From an outline entry, a node of the diagram or a problem to its card and its line, and back. */
import { EditorView } from "@codemirror/view";
import { onAct } from "../page/acts";
import { showTab } from "../page/tabs";
import { explain } from "./help";
import { elementAt, elementOfLine, firstLine, goTo, pathOf } from "./focus";
import { offsetOf, placeOf } from "./places";
import { applyFix } from "./problems";
import type { Fix, Path, Place } from "./contract";

const AFTER_MOVING = 400;

export function listenForJumps(view: EditorView): void {
  document.addEventListener("click", (event) => {
    // A node of the diagram is an SVG link: `Element`, not `HTMLElement`.
    const pressed = (event.target as Element).closest<HTMLElement>("[data-goto], [data-fix]");
    if (!pressed) return;
    event.preventDefault();
    pressed.closest("dialog")?.close(); // first: it gives the focus back to what opened it
    const { fix, goto, column } = pressed.dataset;
    if (fix) applyFix(view, JSON.parse(fix) as Fix);
    else if (goto === "yaml") showLine(view, { line: firstLine(pressed), column: Number(column ?? 1) });
    else showCard(pathOf(pressed, "path"));
  });
  onAct("other-side", () => (view.hasFocus ? showCardOfCursor(view) : showLineOfFocus(view)));
  onAct("show-in-form", () => showCardOfCursor(view));
}

export function showLine(view: EditorView, place: Place): void {
  showTab("yaml");
  const anchor = offsetOf(view.state.doc, place);
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
  view.focus();
}

function showCard(path: Path): void {
  showTab("form");
  const card = elementAt(path);
  if (card) goTo(card);
}

function cursorLine(view: EditorView): number {
  return placeOf(view.state.doc, view.state.selection.main.head).line;
}

function showCardOfCursor(view: EditorView): void {
  const card = elementOfLine(cursorLine(view));
  showTab("form");
  if (card) goTo(card);
}

function showLineOfFocus(view: EditorView): void {
  const card = document.activeElement?.closest<HTMLElement>("[data-line]");
  if (card) showLine(view, { line: firstLine(card), column: 1 });
}

/** Alt+Up and Alt+Down press the card's own button: of the card one stands in, or whose lines hold the cursor. */
export function moveStep(view: EditorView, direction: "up" | "down"): void {
  const focused = document.activeElement;
  const card = view.hasFocus ? elementOfLine(cursorLine(view), steps()) : focused?.closest("[data-step]");
  card?.querySelector<HTMLElement>(`:scope [data-move="${direction}"]`)?.click();
}

function steps(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-step]")];
}

/** The entry of the outline that the cursor is in, and help on the word it is at. */
export function followCursor(view: EditorView, hoverUrl: string): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      markOutline(view);
      if (view.hasFocus) void showHelp(view, hoverUrl);
    }, AFTER_MOVING);
  };
}

/** Where the cursor is, in the outline. */
export function markOutline(view: EditorView): void {
  const entries = [...document.querySelectorAll<HTMLElement>('[data-region="outline"] [data-line]')];
  const current = elementOfLine(cursorLine(view), entries);
  for (const each of entries) {
    if (each === current) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
}

async function showHelp(view: EditorView, url: string): Promise<void> {
  const panel = document.getElementById("key-help");
  if (!panel) return;
  const offset = view.state.selection.main.head;
  const found = await explain(url, view, offset);
  if (view.state.selection.main.head === offset) panel.innerHTML = found?.html ?? "";
}
