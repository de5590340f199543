/** Places that htmx fills (`data-waits="id"`): a word while they wait, and a way on where nobody answers. */
import { onAct } from "./acts";
import { detailOf } from "./htmx_events";
import { isLost, lose } from "./reach";
import { say } from "./strings";

const BEFORE_SAYING_SO = 300;
/** Longer than the server takes for anything that it answers. */
const PATIENCE = 30_000;

interface Asked {
  elt: HTMLElement;
  target: HTMLElement;
}

/** What asks for a place that waits, by the element that says so; until it is answered, with its timer. */
const askers = new Map<HTMLElement, HTMLElement>();
const timers = new Map<HTMLElement, number>();
const sent = new Set<HTMLElement>();

function placeOf(target: HTMLElement | null): HTMLElement | null {
  return document.getElementById(target?.dataset["waits"] ?? "");
}

function tell(place: HTMLElement, text: string, isOver: boolean): void {
  place.querySelector("p")!.textContent = text;
  place.querySelector("button")!.hidden = !isOver;
  place.hidden = false;
}

function settle(place: HTMLElement): void {
  clearTimeout(timers.get(place));
  timers.delete(place);
  sent.delete(place);
  place.hidden = true;
}

/** What a dialog showed before is not of this question; what stands in it and asks itself stays. */
function begin({ elt, target }: Asked): void {
  const place = placeOf(target);
  if (!place) return;
  settle(place);
  askers.set(place, elt);
  if (target.closest("dialog") && !target.contains(elt)) target.replaceChildren();
  timers.set(place, window.setTimeout(() => sayWaiting(place), BEFORE_SAYING_SO));
}

/** What is not even sent, because something before it is stuck, waits in vain. */
function sayWaiting(place: HTMLElement): void {
  if (isLost() && !sent.has(place)) fail(place, say("unreachable_kept"));
  else tell(place, say("checking"), false);
}

function fail(place: HTMLElement | null, text: string): void {
  if (!place) return;
  settle(place);
  tell(place, text, true);
}

function askAgain(button: HTMLElement): void {
  const asker = askers.get(button.parentElement!);
  if (asker instanceof HTMLFormElement) asker.requestSubmit();
  else asker?.click();
}

export function listenForWaiting(): void {
  const on = (name: string, then: (asked: Asked) => void): void =>
    document.addEventListener(name, (event) => then(detailOf<Asked>(event)));
  on("htmx:confirm", begin); // first of all: what is half typed may have to be settled before it is sent
  on("htmx:configRequest", (asked) => placeOf(asked.target) && Object.assign(asked, { timeout: PATIENCE }));
  on("htmx:beforeRequest", (asked) => {
    Object.assign(asked, { error: "" }); // so htmx writes nothing into the console: what fails is told on the page
    const place = placeOf(asked.target);
    if (place) sent.add(place);
  });
  on("htmx:afterRequest", ({ target }) => {
    const place = placeOf(target);
    if (place) settle(place);
  });
  on("htmx:responseError", ({ target }) => fail(placeOf(target), say("failed")));
  on("htmx:sendError", ({ target }) => fail(placeOf(target), say("unreachable_kept")));
  on("htmx:timeout", ({ target }) => (lose(), fail(placeOf(target), say("unreachable_kept"))));
  document.addEventListener("wakeline:lost", () => {
    for (const place of timers.keys()) fail(place, say("unreachable_kept"));
  });
  // htmx refuses its promises where nobody answers, and nobody waits for them.
  window.addEventListener("unhandledrejection", (event) => event.reason === undefined && event.preventDefault());
  onAct("ask-again", askAgain);
}
