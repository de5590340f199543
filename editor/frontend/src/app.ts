/** Every page: htmx, theme, dialogs, toasts, keys, and what happens when the server or the session is gone. */
import htmx from "htmx.org";
import { listenForActs, onAct } from "./page/acts";
import { listenForDialogs, openDialog } from "./page/dialogs";
import { listenForLeaving } from "./page/guard";
import { detailOf, type RequestMade } from "./page/htmx_events";
import { listenForKeys } from "./page/keys";
import { listenForReach } from "./page/reach";
import { listenForSettings } from "./page/settings";
import { csrfToken, renewToken, required, showNews } from "./page/shell";
import { listenForSignIn } from "./page/session";
import { listenForTabs } from "./page/tabs";
import { say } from "./page/strings";
import { listenForToasts, toast } from "./page/toasts";
import { listenForTrials } from "./page/trials";
import { listenForWaiting } from "./page/waiting";

Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  selfRequestsOnly: true,
  attributesToSettle: ["class"], // a style attribute carried over, empty or not, is what the policy of pages forbids
  historyCacheSize: 0, // pages hold customer data: nothing of them goes into the browser's storage
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true, error: false }, // a dialog that says what stands in the way
    { code: "[45]..", swap: false, error: true },
  ],
});

// What has to be filled in still is where the reader goes on.
document.addEventListener("htmx:afterSwap", (event) => {
  (event.target as Element).querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
});

document.addEventListener("htmx:configRequest", (event) => {
  detailOf<RequestMade>(event).headers["X-CSRFToken"] = csrfToken();
});

// A stale token is renewed for the next try; what went wrong is told.
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = detailOf<{ xhr: XMLHttpRequest }>(event);
  if (xhr.status !== 401) toast({ text: toldBy(xhr), tone: "bad" });
});

function toldBy(xhr: XMLHttpRequest): string {
  try {
    const { csrf = "", message = "" } = JSON.parse(xhr.responseText) as { csrf?: string; message?: string };
    renewToken(csrf);
    return message || say("failed");
  } catch {
    return say("failed");
  }
}

onAct("copy-text", (button) => {
  const kept = document.getElementById(button.dataset["for"] ?? "");
  if (!(kept instanceof HTMLTextAreaElement)) return;
  const done = (): void => toast({ text: say("copied"), tone: "ok" });
  const leaveToHand = (): void => {
    kept.hidden = false;
    kept.select();
    toast({ text: say("copy_by_hand") });
  };
  // Browsers have no clipboard for pages that come by plain http from another machine.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) leaveToHand();
  else clipboard.writeText(kept.value).then(done, leaveToHand);
});
onAct("keys", () => openDialog(required<HTMLDialogElement>("keys")));

showNews();
listenForActs();
listenForDialogs();
listenForToasts();
listenForSettings();
listenForReach();
listenForSignIn();
listenForLeaving();
listenForKeys();
listenForTrials();
listenForWaiting();
document.querySelectorAll<HTMLElement>('[role="tablist"]').forEach(listenForTabs);
