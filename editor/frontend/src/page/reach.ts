/** Whether the server answers: a banner while it does not, and a knock at growing distances. */
import { onAct } from "./acts";
import { meta, required } from "./shell";
import { delayAfter } from "./delays";

let knocks = 0;
let timer = 0;
let lost = false;

/** Events of the document: `wakeline:lost` and `wakeline:found`. */
export type ReachEvent = "wakeline:lost" | "wakeline:found";

export function isLost(): boolean {
  return lost;
}

/** Resolves when the server answers; at once, if it does. */
export function untilFound(): Promise<void> {
  if (!lost) return Promise.resolve();
  return new Promise((go) => {
    document.addEventListener("wakeline:found" satisfies ReachEvent, () => go(), { once: true });
  });
}

/** A request did not come through. */
export function lose(): void {
  if (lost) return;
  lost = true;
  knocks = 0;
  required("unreachable").hidden = false;
  document.dispatchEvent(new CustomEvent("wakeline:lost" satisfies ReachEvent));
  knockLater();
}

function knockLater(): void {
  clearTimeout(timer);
  timer = window.setTimeout(knock, delayAfter(knocks));
  knocks += 1;
}

async function knock(): Promise<void> {
  clearTimeout(timer);
  try {
    const answer = await fetch(meta("ping"), { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (answer.status < 500) return find();
  } catch {
    // Still away.
  }
  knockLater();
}

function find(): void {
  lost = false;
  required("unreachable").hidden = true;
  document.dispatchEvent(new CustomEvent("wakeline:found" satisfies ReachEvent));
}

export function listenForReach(): void {
  onAct("retry", () => void knock());
  window.addEventListener("online", () => lost && void knock());
  document.addEventListener("htmx:sendError", lose);
}
