/** Dialogs: `data-open="id"` opens one, `data-close` closes the one it stands in. */

export function openDialog(dialog: HTMLDialogElement): void {
  if (!dialog.open) dialog.showModal();
}

/** The dialog that lies over the page, if any. */
export function topDialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("dialog:modal");
}

export function listenForDialogs(): void {
  document.addEventListener("click", (event) => {
    const pressed = event.target as Element;
    const opener = pressed.closest<HTMLElement>("[data-open]");
    const dialog = opener && document.getElementById(opener.dataset["open"] ?? "");
    if (opener && dialog instanceof HTMLDialogElement) {
      delete dialog.dataset["into"];
      if (opener.dataset["into"]) dialog.dataset["into"] = opener.dataset["into"];
      openDialog(dialog);
    }
    if (pressed.closest("[data-close]")) pressed.closest("dialog")?.close();
  });
  // What the server puts into a dialog opens it; what only goes on in one that was closed does not.
  document.addEventListener("htmx:afterSwap", (event) => {
    const part = event.target as Element;
    const dialog = part.closest<HTMLDialogElement>("dialog[data-opens]");
    if (dialog && !part.closest("[data-watches]")) openDialog(dialog);
  });
}

/** Open a dialog and wait for the value that it is closed with (`<button value="apply">` in a form of the dialog). */
export function ask(dialog: HTMLDialogElement): Promise<string> {
  dialog.returnValue = "";
  openDialog(dialog);
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue), { once: true });
  });
}
