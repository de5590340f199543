/** Where things of the file are on the page: `data-at` is a path, `data-line` to `data-end-line` are lines. */
import type { Operation, Path } from "./contract";
import { keyOf, pathAfterAll } from "./paths";

export function pathOf(element: HTMLElement, name = "at"): Path {
  return JSON.parse(element.dataset[name] ?? "[]") as Path;
}

function places(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-region="form"] [data-at]')];
}

function exactly(path: Path): HTMLElement | undefined {
  return places().find((each) => keyOf(pathOf(each)) === keyOf(path));
}

/** The element of a path, or of the nearest thing that holds it. */
export function elementAt(path: Path): HTMLElement | undefined {
  const known = new Map(places().map((each) => [keyOf(pathOf(each)), each]));
  for (let length = path.length; length >= 0; length -= 1) {
    const found = known.get(keyOf(path.slice(0, length)));
    if (found) return found;
  }
  return undefined;
}

/** The smallest of these elements whose lines hold a line. */
export function elementOfLine(line: number, among: Iterable<HTMLElement> = places()): HTMLElement | undefined {
  let best: HTMLElement | undefined;
  for (const each of among) {
    if (firstLine(each) > line || lastLine(each) < line) continue;
    if (!best || lastLine(each) - firstLine(each) <= lastLine(best) - firstLine(best)) best = each;
  }
  return best;
}

export function firstLine(element: HTMLElement): number {
  return Number(element.dataset["line"] ?? Infinity);
}

function lastLine(element: HTMLElement): number {
  return Number(element.dataset["endLine"] ?? element.dataset["line"] ?? -Infinity);
}

/** Where something is written rather than removed or moved; of a folded part, what unfolds it. */
const VALUES = "summary, input:enabled, select, textarea";
const FOCUSABLE = "input, select, textarea, summary, button, a[href], [tabindex]";

function stand(element: HTMLElement, options?: FocusOptions): void {
  const inner = element.matches(FOCUSABLE)
    ? element
    : (element.querySelector<HTMLElement>(VALUES) ?? element.querySelector<HTMLElement>(FOCUSABLE));
  (inner ?? element).focus(options);
}

/** Open what it lies in, bring it into view and stand in it. */
export function goTo(element: HTMLElement): void {
  for (let up: Element | null = element; up; up = up.parentElement) {
    if (up instanceof HTMLDetailsElement) up.open = true;
  }
  stand(element, { preventScroll: true });
  element.scrollIntoView({ block: "center" });
}

/** What is open and where the focus is, before operations; `restore` finds it again under the new numbers. */
export function remember(): (operations: Operation[]) => void {
  const opened = details().filter((each) => each.open).map((each) => pathOf(each));
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
  const near = focused?.closest<HTMLElement>("[data-at]");
  const path = near && pathOf(near);
  return (operations) => {
    const still = new Set(opened.map((each) => pathAfterAll(each, operations)).map((each) => each && keyOf(each)));
    const renumbered = operations.some(({ kind }) => kind === "insert" || kind === "remove" || kind === "move");
    if (renumbered) for (const each of details()) each.open = still.has(keyOf(pathOf(each)));
    const last = operations.at(-1);
    if (last && focusAfter(last)) return;
    if (!path || document.activeElement !== document.body) return;
    const after = pathAfterAll(path, operations);
    const found = (focused?.id && document.getElementById(focused.id)) || (after && elementAt(after));
    if (found) stand(found);
  };
}

function details(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>('[data-region="form"] details[data-at]')];
}

/** After an insertion stand in what is new, after a move in what was moved, after a removal in what took its place. */
function focusAfter({ kind, path, to }: Operation): boolean {
  const parent = path.slice(0, -1);
  const place = path.at(-1);
  if (kind === "insert" || kind === "move") {
    const found = exactly(kind === "insert" ? path : [...parent, to ?? 0]);
    if (found) goTo(found);
    return found !== undefined;
  }
  if (kind !== "remove") return false;
  const before = typeof place === "number" && place > 0 ? [...parent, place - 1] : parent;
  const next = exactly(path) ?? exactly(before) ?? elementAt(parent);
  if (next) stand(next);
  return next !== undefined;
}
