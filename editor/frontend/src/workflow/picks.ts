/** The picker of variables: a button puts its text where the cursor of a field is. */
import { onAct } from "../page/acts";

export function listenForPicks(): void {
  onAct("insert-text", (button) => {
    const field = document.getElementById(idOf(button));
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
    const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
    field.setRangeText(button.dataset["text"] ?? "", start, end, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    field.focus();
  });
}

/** The field that a button names; in a dialog, the one that the dialog was opened for. */
function idOf(button: HTMLElement): string {
  const into = button.closest<HTMLElement>("dialog[data-into]")?.dataset["into"];
  return button.dataset["for"] ?? (into ? String(JSON.parse(into)) : "");
}
