/** The picker of variables: a button puts its text where the cursor of a field is. */
import { onAct } from "../page/acts";

export function listenForPicks(): void {
  onAct("insert-text", (button) => {
    const field = document.getElementById(button.dataset["for"] ?? "");
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
    const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
    field.setRangeText(button.dataset["text"] ?? "", start, end, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    field.focus();
  });
}
