/** Every page: htmx, theme, dialogs, toasts, keys, and what happens when the server or the session is gone. */
import htmx from "htmx.org";
import { listenForActs, onAct } from "./page/acts";
import { listenForDialogs, openDialog } from "./page/dialogs";
import { listenForLeaving } from "./page/guard";
import { detailOf, type RequestMade } from "./page/htmx_events";
import { listenForKeys } from "./page/keys";
import { listenForReach } from "./page/reach";
import { listenForSettings } from "./page/settings";
import { csrfToken, required } from "./page/shell";
import { listenForSignIn } from "./page/session";
import { listenForTabs } from "./page/tabs";
import { listenForToasts } from "./page/toasts";

Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // pages hold customer data: nothing of them goes into the browser's storage
});

document.addEventListener("htmx:configRequest", (event) => {
  detailOf<RequestMade>(event).headers["X-CSRFToken"] = csrfToken();
});

onAct("keys", () => openDialog(required<HTMLDialogElement>("keys")));

listenForActs();
listenForDialogs();
listenForToasts();
listenForSettings();
listenForReach();
listenForSignIn();
listenForLeaving();
listenForKeys();
document.querySelectorAll<HTMLElement>('[role="tablist"]').forEach(listenForTabs);
