/** Nothing unsaved is left by accident: links, closing and going back ask first. */
import { ask } from "./dialogs";
import { detailOf, type BeforeRequest } from "./htmx_events";
import { required } from "./shell";

/** No link waits longer for what is being saved. */
const PATIENCE = 3000;

interface Hold {
  /** Whether something would be lost now. */
  wouldLose: () => boolean;
  /** What can be done so that it is not. */
  rescue?: () => Promise<void>;
}

const holds: Hold[] = [];

export function guard(hold: Hold): void {
  holds.push(hold);
}

function wouldLose(): boolean {
  return holds.some((hold) => hold.wouldLose());
}

/** Who follows a link is not asked about what can still be saved; what cannot, the browser asks about. */
async function leaveFor(address: string): Promise<void> {
  const enough = new Promise((go) => setTimeout(go, PATIENCE));
  await Promise.race([Promise.all(holds.map((hold) => hold.rescue?.())), enough]);
  location.assign(address);
}

function leadsAway(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !link.target && !link.download;
  return isPlain && !event.defaultPrevented && !link.getAttribute("href")?.startsWith("#");
}

function isChanged(control: Element): boolean {
  if (control instanceof HTMLSelectElement)
    return [...control.options].some((each) => each.selected !== each.defaultSelected);
  if (control instanceof HTMLTextAreaElement) return control.value !== control.defaultValue;
  if (!(control instanceof HTMLInputElement)) return false;
  return control.value !== control.defaultValue || control.checked !== control.defaultChecked;
}

/** A plain form with `data-guard` holds what was changed in it, until it is sent. */
function guardForms(): void {
  const sent = new WeakSet<HTMLFormElement>();
  document.addEventListener("submit", (event) => sent.add(event.target as HTMLFormElement));
  const isHeld = (form: HTMLFormElement): boolean => !sent.has(form) && [...form.elements].some(isChanged);
  guard({ wouldLose: () => [...document.querySelectorAll<HTMLFormElement>("form[data-guard]")].some(isHeld) });
}

export function listenForLeaving(): void {
  guardForms();
  window.addEventListener("beforeunload", (event) => {
    if (wouldLose()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a[href]");
    if (!(link instanceof HTMLAnchorElement) || !leadsAway(link, event) || !wouldLose()) return;
    event.preventDefault();
    void leaveFor(link.href);
  });
  // htmx follows boosted links without unloading the page.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = detailOf<BeforeRequest>(event);
    if (!elt.matches("a") || elt.closest("[data-stays]") || !wouldLose()) return;
    event.preventDefault();
    void ask(required<HTMLDialogElement>("leave")).then((answer) => answer === "leave" && issueRequest(false));
  });
}
