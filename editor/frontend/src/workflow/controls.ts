/** Controls of the form tell by `data-edit` what they do; here they are read. */
import type { Json, Operation } from "./contract";
import { filled, takesNumber, valueOf, type As, type Held } from "./values";

/** The element that carries the operation: the control itself, or the group it stands in. */
export function editable(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-edit]") : null;
}

/** What to do to the file when this control has changed. */
export function operationsOf(element: HTMLElement): Operation[] {
  const given = JSON.parse(element.dataset["edit"] ?? "[]") as Operation | Operation[];
  const operations = [given].flat();
  if (element instanceof HTMLButtonElement) return operations.map((each) => placed(each, element));
  if (lacksNumber(element)) return [];
  const value = valueOf(held(element));
  return operations.map((each) => ("value" in each || "to" in each ? each : filled(each, value)));
}

/** Whether a number is wanted and none is there: who clears a field means to write another, not to lose the field. */
export function lacksNumber(element: HTMLElement): boolean {
  const { as = "text" } = element.dataset;
  if (as !== "number" && as !== "unit") return false;
  if (as === "unit" && !takesNumber(unitOf(element))) return false;
  const field = as === "unit" ? element.querySelector("input") : (element as HTMLInputElement);
  if (!field || field.disabled) return false;
  return !field.validity.valid || field.value.trim() === "";
}

/** In a dialog that several places open, what is chosen goes where the dialog was opened from. */
function placed(operation: Operation, button: HTMLElement): Operation {
  const into = button.closest<HTMLElement>("dialog[data-into]")?.dataset["into"];
  if (!into) return operation;
  const path = JSON.parse(into) as Operation["path"];
  if (operation.of && !operation.of.length) return { ...operation, of: path };
  return operation.path.length ? operation : { ...operation, path };
}

/** Where there was no number until now, this is the one to begin with. */
const FIRST = "1";

function unitOf(element: HTMLElement): string {
  return element.querySelector("select")?.value ?? element.dataset["unit"] ?? "";
}

function held(element: HTMLElement): Held {
  const as = (element.dataset["as"] ?? "text") as As;
  if (as === "list") return { as, text: "", list: json(element, "list") as Json[], boxes: boxesOf(element) };
  if (as === "unit") {
    const number = element.querySelector("input");
    return { as, text: number?.disabled ? FIRST : (number?.value ?? ""), unit: unitOf(element) };
  }
  const control = element as HTMLInputElement;
  if (as !== "bool") return { as, text: textOf(element) };
  const [on, off] = [json(element, "on"), json(element, "off")];
  const box: Held = { as, text: "", checked: control.checked };
  return Object.assign(box, on === undefined ? {} : { on }, off === undefined ? {} : { off });
}

/** A group of radio buttons holds what its chosen one holds. */
function textOf(element: HTMLElement): string {
  const chosen = element.querySelector<HTMLInputElement>("input:checked");
  return element instanceof HTMLFieldSetElement ? (chosen?.value ?? "") : (element as HTMLInputElement).value;
}

function boxesOf(group: HTMLElement): { value: Json; checked: boolean }[] {
  const boxes = [...group.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')];
  return boxes.map((box) => ({ value: json(box, "value") ?? box.value, checked: box.checked }));
}

function json(element: HTMLElement, name: string): Json | undefined {
  const text = element.dataset[name];
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}

/** Whether text is typed into it, so that it is sent a little after the last key too. */
export function isTyped(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text");
}
