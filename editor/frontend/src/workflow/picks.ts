/** The picker of variables: a button puts its text where the cursor of a field is, or that of the text. */
import type { EditorView } from "@codemirror/view";
import { onAct } from "../page/acts";
import { say } from "../page/strings";
import { toast } from "../page/toasts";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** The field of the form that was written in last; a new form has another one of the same id. */
let last = "";
let inText = false;

function isField(element: EventTarget | Element | null): element is Field {
  const isWritten = element instanceof HTMLInputElement && element.type === "text";
  return isWritten || element instanceof HTMLTextAreaElement;
}

export function listenForPicks(view: EditorView): void {
  document.addEventListener("focusin", ({ target }) => {
    const element = target as Element;
    if (element.closest("#source")) inText = true;
    else if (isField(target) && element.closest("#panel-form")) [last, inText] = [element.id, false];
  });
  onAct("insert-text", (button) => {
    const named = idOf(button);
    const text = button.dataset["text"] ?? "";
    const field = document.getElementById(named || last);
    if (inText && !named) {
      view.dispatch(view.state.replaceSelection(text), { userEvent: "input.pick", scrollIntoView: true });
      view.focus();
    } else if (isField(field)) insertInto(field, text);
    else toast({ text: say("pick_place"), tone: "bad" });
  });
}

function insertInto(field: Field, text: string): void {
  const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true })); // at once: the dialog gives the focus elsewhere
  field.focus();
}

/** The field that a button names; in a dialog, the one that the dialog was opened for. */
function idOf(button: HTMLElement): string {
  const into = button.closest<HTMLElement>("dialog[data-into]")?.dataset["into"];
  return button.dataset["for"] ?? (into ? String(JSON.parse(into)) : "");
}
