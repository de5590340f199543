/** Keys: one table; a key does what its name says, or presses the button that carries `data-shortcut`. */
import { act, isOff } from "./acts";
import { isTyping } from "./shell";
import { topDialog } from "./dialogs";

/** `Mod` is Ctrl, or Command on a Mac. */
const KEYS: Readonly<Record<string, string>> = {
  "Mod+S": "save",
  "Mod+Enter": "dry-run",
  "Mod+Shift+P": "publish",
  "Mod+Z": "undo",
  "Mod+Shift+Z": "redo",
  "Mod+Y": "redo",
  "Alt+Digit1": "tab-1",
  "Alt+Digit2": "tab-2",
  "Alt+Digit3": "tab-3",
  "Alt+Digit4": "tab-4",
  "Alt+Digit5": "tab-5",
  "Alt+Enter": "other-side",
  "Alt+ArrowUp": "step-up",
  "Alt+ArrowDown": "step-down",
  F8: "next-problem",
  "Shift+F8": "previous-problem",
  "?": "keys",
};

/** In a field these belong to the field. */
const OF_TYPING = new Set(["undo", "redo", "keys"]);

/** In a list to choose from, Alt with an arrow opens it. */
function belongsTo(target: EventTarget | null, name: string): boolean {
  if (target instanceof HTMLSelectElement) return name.startsWith("step-");
  return OF_TYPING.has(name) && isTyping(target);
}

function nameOf(event: KeyboardEvent): string | undefined {
  if (event.key === "?" && !event.ctrlKey && !event.metaKey && !event.altKey) return KEYS["?"];
  const modifiers = [
    event.ctrlKey || event.metaKey ? "Mod+" : "",
    event.altKey ? "Alt+" : "",
    event.shiftKey ? "Shift+" : "",
  ];
  return KEYS[modifiers.join("") + baseOf(event)];
}

/** Letters by what they type; digits, and letters of other alphabets, by their place on the keyboard. */
function baseOf({ key, code }: KeyboardEvent): string {
  if (code.startsWith("Digit")) return code;
  if (key.length > 1) return key;
  return key > "~" ? code.replace("Key", "") : key.toUpperCase();
}

function press(name: string): boolean {
  const button = document.querySelector<HTMLElement>(`[data-shortcut="${name}"]`);
  if (!button) return act(name);
  if (isOff(button)) button.focus();
  else button.click();
  return true;
}

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    // CodeMirror has taken what is its own.
    if (event.defaultPrevented || document.documentElement.dataset["keys"] === "off") return;
    const name = nameOf(event);
    if (!name || topDialog() || belongsTo(event.target, name)) return;
    if (press(name)) event.preventDefault();
  });
}
