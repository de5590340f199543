/** The session is over: sign in again over the page; whatever was typed stays. */
import { ask } from "./dialogs";
import { detailOf } from "./htmx_events";
import { renewToken, required } from "./shell";

let asking: Promise<boolean> | undefined;

/** Whether somebody has signed in again; who closes the dialog is asked once more by the next request. */
export function signInAgain(): Promise<boolean> {
  asking ??= ask(required<HTMLDialogElement>("session-ended"))
    .then((answer) => answer === "signed-in")
    .finally(() => {
      asking = undefined;
    });
  return asking;
}

/** The form of the dialog goes to the address it names; the answer brings the new token. */
export function listenForSignIn(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.hasAttribute("data-sign-in")) return;
    event.preventDefault();
    void signIn(form);
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (detailOf<{ xhr: XMLHttpRequest }>(event).xhr.status === 401) void signInAgain();
  });
}

async function signIn(form: HTMLFormElement): Promise<void> {
  const told = form.querySelector<HTMLElement>("[data-told]");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
      headers: { Accept: "application/json" },
    });
    const { csrf = "", message = "" } = (await answer.json()) as { csrf?: string; message?: string };
    if (told) told.textContent = message;
    if (!answer.ok) return;
    renewToken(csrf);
    form.reset();
    form.closest("dialog")?.close("signed-in");
  } catch {
    if (told) told.textContent = told.dataset["told"] ?? "";
  }
}
