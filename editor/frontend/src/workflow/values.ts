/** What a control holds -> operations on the file. Knows no page: controls.ts reads the page. */
import type { Json, Operation } from "./contract";

export type As = "text" | "number" | "unit" | "bool" | "list" | "json";

/** What was read from a control, before it is a value of the file. */
export interface Held {
  as: As;
  /** Text as it stands in the field; of a unit, the number. */
  text: string;
  /** What the number stands in: `in {} days`; a word without `{}` takes none. */
  unit?: string;
  checked?: boolean;
  /** What a ticked or an unticked box means; without `off` the key goes. */
  on?: Json;
  off?: Json;
  /** Of chips: the list as it is in the file, and every box with its state. */
  list?: Json[];
  boxes?: { value: Json; checked: boolean }[];
}

/** Nothing: the key goes from the file. */
export function valueOf(held: Held): Json | undefined {
  if (held.as === "bool") return held.checked ? (held.on ?? true) : held.off;
  if (held.as === "list") return listOf(held);
  const text = held.text.trim();
  if (held.as === "unit") return inUnit(text, held.unit ?? NUMBER);
  if (text === "") return undefined;
  if (held.as === "number") return numberOf(text);
  if (held.as === "json") return JSON.parse(text) as Json;
  return held.text;
}

/** A number in its pattern; alone it is a number. */
function inUnit(text: string, unit: string): Json | undefined {
  if (!takesNumber(unit)) return unit;
  if (text === "") return undefined;
  return unit === NUMBER ? numberOf(text) : unit.replace(NUMBER, text);
}

/** Where a pattern has its number. */
const NUMBER = "{}";

export function takesNumber(unit: string): boolean {
  return unit.includes(NUMBER);
}

/** Figures with a point at most: `1e9` is a number to browsers, and none that people write. */
export function isPlainNumber(text: string): boolean {
  return /^-?(\d+(\.\d+)?|\.\d+)$/.test(text);
}

/** A number as it was typed, where JSON has the same; else the text, for the server to judge. */
function numberOf(text: string): Json {
  const number = Number(text);
  return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text;
}

/** The order of the file stays, what is unknown stays; newly ticked ones come last. None ticked is an empty
 * list, which the check speaks of: without its key there would be no boxes left to tick. */
function listOf({ list = [], boxes = [] }: Held): Json {
  const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);
  const box = (value: Json) => boxes.find((each) => same(each.value, value));
  const kept = list.filter((value) => box(value)?.checked ?? true);
  const added = boxes.filter((each) => each.checked && !list.some((value) => same(value, each.value)));
  return [...kept, ...added.map((each) => each.value)];
}

/** Fill the control's value into the operation that the server gave it. */
export function filled(operation: Operation, value: Json | undefined): Operation {
  const { kind, path } = operation;
  if (kind === "rename") return { kind, path, to: String(value) };
  if (kind === "move") return { kind, path, to: Number(value) };
  if (kind !== "set" && kind !== "insert") return operation;
  return value === undefined ? { kind: "unset", path } : { kind, path, value };
}
