/** The result of a dry run: where the focus goes when a part of it is there, and ← → from message to message. */

import { detailOf } from "./htmx_events";

const STEPS: Record<string, string> = { ArrowLeft: "previous", ArrowRight: "next" };

export function listenForTrials(): void {
  // Who has pressed something that is gone with the answer stands at what came instead.
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.target as Element;
    const here = document.activeElement ?? document.body;
    // Whom somebody has asked for is there: htmx has put them back into the field.
    const hasAsked = here.id === "dry-find" && part.contains(here);
    if (!part.closest(".trial") || (here !== document.body && !hasAsked)) return;
    part.querySelector<HTMLElement>("#letter[data-focus], [data-focus]")?.focus({ preventScroll: false });
  });
  // What is typed below a dialog while the answer is on its way stands in what comes in its place.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    for (const field of detailOf<{ fragment: ParentNode }>(event).fragment.querySelectorAll("input")) {
      const typed = document.getElementById(field.id);
      if (typed instanceof HTMLInputElement) field.value = typed.value;
    }
  });
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const letter = (event.target as Element).closest?.("[data-steps]");
    if (!step || !letter || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    letter.querySelector<HTMLElement>(`[data-step="${step}"]`)?.click();
  });
}
