/** Nothing unsaved is left by accident: links, closing and going back ask first. */
import { ask } from "./dialogs";
import { detailOf, type BeforeRequest } from "./htmx_events";
import { required } from "./shell";

const holds: (() => boolean)[] = [];

/** `holds` says whether something would be lost now. */
export function guard(hold: () => boolean): void {
  holds.push(hold);
}

function wouldLose(): boolean {
  return holds.some((hold) => hold());
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
  guard(() =>
    [...document.querySelectorAll<HTMLFormElement>("form[data-guard]")].some(
      (form) => !sent.has(form) && [...form.elements].some(isChanged),
    ),
  );
}

export function listenForLeaving(): void {
  guardForms();
  window.addEventListener("beforeunload", (event) => {
    if (wouldLose()) event.preventDefault();
  });
  // htmx follows boosted links without unloading the page.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = detailOf<BeforeRequest>(event);
    if (!elt.matches("a") || !wouldLose()) return;
    event.preventDefault();
    void ask(required<HTMLDialogElement>("leave")).then((answer) => answer === "leave" && issueRequest(false));
  });
}
