/** Short news: toasts with an undo that keep for ten seconds, and the polite live region. */
import { detailOf } from "./htmx_events";
import { say } from "./strings";
import { required } from "./shell";

const SECONDS = 10;
const OVER = "toast-over";

export interface Toast {
  text: string;
  tone?: "plain" | "ok" | "bad";
  undo?: () => void;
  /** It is gone, however that came. */
  left?: () => void;
}

/** Say it once to those who listen to the page. */
export function announce(text: string): void {
  const live = required("live");
  live.textContent = "";
  // A second mutation, so that the same sentence is read again.
  requestAnimationFrame(() => {
    live.textContent = text;
  });
}

export function toast({ text, tone = "plain", undo, left }: Toast): void {
  const container = required("toasts");
  // The same trouble is told once, however often it comes.
  if (!undo) [...container.children].find((each) => each.firstChild?.textContent === text)?.remove();
  const element = document.createElement("div");
  const before = document.activeElement;
  const leave = (): void => {
    const stoodIn = element.contains(document.activeElement);
    element.remove();
    if (stoodIn) standBack(before);
    left?.();
  };
  element.className = `toast toast-${tone}`;
  element.addEventListener(OVER, leave);
  const words = document.createElement("span");
  words.textContent = text;
  element.append(words);
  if (undo) element.append(button(say("undo"), "toast-undo", () => (undo(), leave())));
  const close = button("×", "toast-close", leave);
  close.setAttribute("aria-label", say("close"));
  element.append(close);
  container.append(element);
  announce(text);
  keepWhileInUse(element, leave);
}

/** What went wrong has been put right since: nobody needs to hear of it any longer. */
export function forgetTrouble(): void {
  for (const each of required("toasts").querySelectorAll(".toast-bad")) each.dispatchEvent(new Event(OVER));
}

/** The focus goes where it was, or to the page itself if that is gone. */
function standBack(before: Element | null): void {
  const still = before instanceof HTMLElement && before.isConnected && before !== document.body;
  (still ? before : required("main")).focus();
}

function button(text: string, name: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}

/** Ten seconds, but not while somebody points at it or stands in it. */
function keepWhileInUse(element: HTMLElement, leave: () => void): void {
  let timer = 0;
  const start = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(leave, SECONDS * 1000);
  };
  const stop = (): void => clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) element.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) element.addEventListener(name, start);
  start();
}

/** A server that answers htmx may send news along: `HX-Trigger: {"toast": {"text": ..., "tone": ...}}`. */
export function listenForToasts(): void {
  document.addEventListener("toast", (event) => {
    const { text, tone } = detailOf<Toast>(event);
    toast({ text, ...(tone ? { tone } : {}) });
  });
}
