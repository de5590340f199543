/** The session is over: sign in again over the page; whatever was typed stays. */
import { ask } from "./dialogs";
import { detailOf } from "./htmx_events";
import { csrfToken, renewToken, required } from "./shell";

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
    let answer = await send(form);
    let said = await answerOf(answer);
    if (!answer.ok && said.csrf) {
      renewToken(said.csrf); // the one of before went with the session
      answer = await send(form);
      said = await answerOf(answer);
    }
    if (told) told.textContent = said.message ?? "";
    if (!answer.ok) return;
    renewToken(said.csrf ?? "");
    form.reset();
    form.closest("dialog")?.close("signed-in");
  } catch {
    if (told) told.textContent = told.dataset["told"] ?? "";
  }
}

function send(form: HTMLFormElement): Promise<Response> {
  return fetch(form.action, {
    method: "POST",
    body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
  });
}

async function answerOf(answer: Response): Promise<{ csrf?: string; message?: string }> {
  return (await answer.json()) as { csrf?: string; message?: string };
}
